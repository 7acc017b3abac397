"""The words for tiers and categories on pages."""

from flask_babel import lazy_gettext as _l

TIERS = {
    "intro": _l("入门"),
    "backbone": _l("骨干"),
    "manager": _l("管理"),
    "trainer": _l("师资"),
}
CATEGORIES = {
    "general": _l("通用"),
    "civility": _l("文明实践"),
    "care": _l("关爱帮扶"),
    "family": _l("家风家教"),
    "rights": _l("维权"),
    "health": _l("卫生健康"),
    "green": _l("绿色环保"),
    "maker": _l("创客"),
    "emergency": _l("应急"),
}
