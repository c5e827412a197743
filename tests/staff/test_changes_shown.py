"""What a change of an App says: each feature that changes, and none that stays."""

import pytest
from django.utils.translation import override

from icpcases.web.errand_panel import Changed, changes_of, changes_shown

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

OLD = {
    "android": {"app_name": "玉兰读书", "package": "cn.yulan.books", "public_key": "30:82",
                "fingerprint": "AB:CD"},
    "ios": {"app_name": "玉兰读书", "package": "cn.yulan.ios", "public_key": "30:83",
            "fingerprint": "EF:01"},
}  # fmt: skip
NEW = {
    "android": {**OLD["android"], "public_key": "30:99"},
    "ios": OLD["ios"],
    "harmony": {"app_name": "玉兰读书", "package": "cn.yulan.hm", "public_key": "",
                "fingerprint": ""},
}  # fmt: skip


def test_each_feature_that_changes_is_told_and_no_other(world):
    service = world.filed(kind="app", app_features=OLD)
    typed = {
        f"app_{platform}_{feature}": value
        for platform, features in NEW.items()
        for feature, value in features.items()
    }
    case = world.about(service, "change", **typed)
    with override("en"):
        assert changes_of(case) == [
            Changed("public key (Android)", "30:82", "30:99"),
            Changed("name in the App (HarmonyOS)", "—", "玉兰读书"),
            Changed("package name (HarmonyOS)", "—", "cn.yulan.hm"),
        ]


@pytest.mark.parametrize("nothing", [None, "", {}])
def test_an_app_that_had_no_features_or_has_none_any_more(world, nothing):
    case, only = world.case(service_kind="app"), {"ios": {"app_name": "玉兰读书"}}
    with override("en"):
        told = [*changes_shown(case, "app_features", nothing, only)]
        taken = [*changes_shown(case, "app_features", only, nothing)]
    assert told == [Changed("name in the App (iOS)", "—", "玉兰读书")]
    assert taken == [Changed("name in the App (iOS)", "玉兰读书", "—")]
