"""Plain words for jobs, states and what went wrong."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

JOBS: Mapping[str, object] = {
    "assessment.sweep": _l("到时间的卷子，替她交上"),
    "assets.process": _l("处理视频"),
    "audit.export": _l("做导出的表格"),
    "audit.sweep": _l("清理过期的导出"),
    "authoring.sweep": _l("清理没有传完的视频"),
    "authoring.hand_over": _l("把传完的视频交去处理"),
    "catalogue.draw_covers": _l("画课程的封面"),
    "certificates.render": _l("印证书"),
    "learning.sweep": _l("清理过期的访客记录"),
    "materials.process": _l("读资料，做每页的图"),
    "operations.back_up": _l("每晚的备份"),
    "operations.nightly": _l("看是不是该备份了"),
    "search.rebuild": _l("重建搜索索引"),
    "search.update": _l("更新搜索索引"),
}
LANES: Mapping[str, object] = {"quick": _l("快的（证书、通知）"), "heavy": _l("慢的（视频、文件）")}
CAUSES = (
    ("No space left", _l("磁盘满了。请腾出空间，再试一次。")),
    ("database is locked", _l("数据库太忙。再试一次就好。")),
    ("LockNotAvailable", _l("数据库太忙。再试一次就好。")),
    ("MediaError", _l("文件有问题。请看下面的话，必要时请教师换一个文件。")),
    ("FileNotFoundError", _l("要用的文件不见了。请运行 storage check。")),
    ("DiskFull", _l("磁盘快满了。请腾出空间，再试一次。")),
    ("MemoryError", _l("内存不够。请等机器空一些，再试一次。")),
)


def job(name: str) -> str:
    """Return what a job does, in words; its own name where none are known."""
    return str(JOBS.get(name, name))


def cause(error: str | None) -> str:
    """Return why a job failed, in words."""
    last = last_line(error)
    return next(
        (str(words) for sign, words in CAUSES if sign in last), _("程序出了错。请把下面这一行告诉技术人员。")
    )


def last_line(error: str | None) -> str:
    """Return the last line of a traceback: what was wrong, without the way there."""
    lines = [line for line in (error or "").splitlines() if line.strip()]
    return lines[-1].strip()[:300] if lines else ""
