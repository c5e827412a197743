"""The form's part about an App: what it is known by on each platform (domain.md, section 2)."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from icpcases.rules.apps import APP_FEATURES, APP_PREFIX, PLATFORMS

from .fields import PaperNumberField

_LONGEST = {"app_name": 100, "package": 200, "public_key": 2000, "fingerprint": 200}


def feature_fields() -> dict[str, forms.CharField]:
    """One field for each feature of each platform; a platform left empty is none of the App's."""
    return {
        f"{APP_PREFIX}{platform}_{feature}": _kind(feature)(
            label=_(label), max_length=_LONGEST[feature], required=False
        )
        for platform, features in APP_FEATURES.items()
        for feature, label in features.items()
    }


def _kind(feature: str) -> type[forms.CharField]:
    return forms.CharField if feature == "app_name" else PaperNumberField


def features_of(data: Mapping[str, object]) -> dict[str, dict[str, str]]:
    """What was typed of each platform that anything was typed of."""
    typed = {
        platform: {
            feature: str(data.get(f"{APP_PREFIX}{platform}_{feature}") or "").strip()
            for feature in _LONGEST
        }
        for platform in PLATFORMS
    }
    return {platform: given for platform, given in typed.items() if any(given.values())}


def features_shown(features: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The same as the form shows it."""
    return {
        f"{APP_PREFIX}{platform}_{feature}": value
        for platform, given in features.items()
        for feature, value in given.items()
    }
