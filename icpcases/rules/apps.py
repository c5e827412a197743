"""What an App is known by on each platform, and what each of it is called there."""

from .text import _

PLATFORMS = {"android": "Android", "ios": "iOS", "harmony": "HarmonyOS"}

#: The platform stands behind: whatever puts a capital in front leaves iOS as it is written.
APP_FEATURES = {
    "android": {
        "app_name": _("name in the App (Android)"),
        "package": _("package name (Android)"),
        "public_key": _("public key (Android)"),
        "fingerprint": _("certificate fingerprint (Android)"),
    },
    "ios": {
        "app_name": _("name in the App (iOS)"),
        "package": _("bundle ID (iOS)"),
        "public_key": _("public key (iOS)"),
        "fingerprint": _("certificate fingerprint (iOS)"),
    },
    "harmony": {
        "app_name": _("name in the App (HarmonyOS)"),
        "package": _("package name (HarmonyOS)"),
        "public_key": _("public key (HarmonyOS)"),
        "fingerprint": _("certificate fingerprint (HarmonyOS)"),
    },
}
#: In front of platform and feature: the form's name of the field.
APP_PREFIX = "app_"
