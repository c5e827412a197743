"""One folding for every box: what people type, and what it is compared as."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icpcases.rules.folding import (
    certificate_key,
    half_width,
    name_key,
    normal,
    phone_key,
    typed_code,
    typed_day,
)

pytestmark = pytest.mark.sqlite


@pytest.mark.parametrize(
    ("fold", "typed", "kept"),
    [
        (normal, "餐饮（北京）有限公司", "餐饮(北京)有限公司"),
        (normal, "餐饮【北京】有限公司", "餐饮(北京)有限公司"),
        (normal, "ＡＢＣ Ｔｅａ", "abc tea"),
        (normal, "Cafe\u0301 CAFÉ", "cafe cafe"),
        (normal, "１３８－００１３–8000", "138-0013-8000"),
        (normal, "ガーデン 데이터", "ガーデン 데이터"),
        (normal, "a\0b\u200bc", "a b c"),
        (name_key, " 餐饮（北京） 有限公司 ", "餐饮北京有限公司"),
        (name_key, "Ａcme Co., Ltd.", "acmecoltd"),
        (certificate_key, " h-1234 5678\u3000", "H12345678"),
        (certificate_key, "ｈｋ（a）－７", "HK(A)7"),
        (phone_key, "+86 138-0013-8000", "13800138000"),
        (phone_key, "＋８６（１３８）００１３８０００", "13800138000"),
        (phone_key, "0086 13800138000", "13800138000"),
        (phone_key, "0755-2601 3388", "075526013388"),
        (typed_code, "ｉｃｐ－2026－０００１２３ ", "ICP-2026-000123"),
        # As a telephone copies a number out of a mail or the address book.
        (typed_code, "\u202a１２３４ –\u200b5678\u202c\u2066", "1234-5678"),
        (phone_key, "\u2068+86 138\u00a00013\u00ad8000\u2069", "13800138000"),
        (typed_day, "２０２６－１１－０３", "2026-11-03"),
        (typed_day, "2026年11月3日", "2026-11-03"),
        (typed_day, " 2026/1/3 ", "2026-01-03"),
        (typed_day, "2026.1.3", "2026-01-03"),
        (typed_day, "２０２６年１月３日 ０９：３０", "2026-01-03 09:30"),
        (typed_day, "2026-11-03T09:30", "2026-11-03T09:30"),
        (typed_day, "03.11.2026", "03.11.2026"),
        (half_width, "京ＩＣＰ证（２０２６）第０３０号\u200b", "京ICP证（2026）第030号"),
        (half_width, "ＲＣ－\u30001２", "RC- 12"),
    ],
)
def test_what_is_typed_is_compared_as(fold, typed, kept):
    assert fold(typed) == kept


@given(st.text())
def test_folding_twice_is_folding_once(text):
    for fold in (normal, name_key, certificate_key, phone_key, typed_code, typed_day, half_width):
        assert fold(fold(text)) == fold(text)
