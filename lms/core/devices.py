"""A device in words, from what its browser says of itself."""

from flask_babel import lazy_gettext as _l

DEVICES = (
    ("MicroMessenger", _l("微信")),
    ("HarmonyOS", _l("鸿蒙手机")),
    ("Android", _l("安卓手机")),
    ("iPhone", _l("苹果手机")),
    ("iPad", _l("苹果平板")),
    ("Windows", _l("Windows 电脑")),
    ("Macintosh", _l("苹果电脑")),
    ("Linux", _l("Linux 电脑")),
)


def device(user_agent: str) -> str:
    """Return a device in words, from what the browser said of itself: 微信 · 安卓手机."""
    found = [str(words) for mark, words in DEVICES if mark in user_agent]
    return " · ".join(found[:2]) if "MicroMessenger" in user_agent else found[0] if found else "—"
