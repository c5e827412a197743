"""Words that are shown to readers: written out, or waiting to be put into a reader's language."""

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    # Only the type checker tells a lazy string from other promises, and only it has this package.
    from django_stubs_ext import StrPromise
else:
    from django.utils.functional import Promise as StrPromise

Text: TypeAlias = str | StrPromise
