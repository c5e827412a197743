"""One folding for every box: what people type, and what it is compared as."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icpcases.rules.folding import certificate_key, name_key, normal, phone_key, typed_code

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
    ],
)
def test_what_is_typed_is_compared_as(fold, typed, kept):
    assert fold(typed) == kept


@given(st.text())
def test_folding_twice_is_folding_once(text):
    for fold in (normal, name_key, certificate_key, phone_key):
        assert fold(fold(text)) == fold(text)
