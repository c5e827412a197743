"""Types that several rooms share and none of them owns."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    # Only the type checker tells a lazy string from other promises, and only it has this package.
    from django_stubs_ext import StrPromise
else:
    from django.utils.functional import Promise as StrPromise

# Words shown to readers: written out, or waiting to be put into a reader's language.
Text: TypeAlias = str | StrPromise

# What stands for a mark in SQL of our own.
SqlValue: TypeAlias = str | int | dt.date | None

# What a database's cursor gives: whoever wrote the SQL knows what stands in it, the type
# checker cannot.
SqlRow: TypeAlias = tuple[Any, ...]

# What a valid form's fields hold, by name: whoever reads one knows its form, the type checker
# cannot.
Cleaned: TypeAlias = Mapping[str, Any]

# What the history keeps of a value: what JSON holds as it is.
HistoryValue: TypeAlias = str | int | dict[str, Any] | list[Any] | None
