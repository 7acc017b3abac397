"""Three small handouts of our own in the demo library, through the same commands as anyone's files."""

import tempfile
from pathlib import Path

from sqlalchemy import func, select

from lms.extensions import db
from lms.federations.models import Unit
from lms.materials import commands
from lms.materials.models import Material, Visibility

VISIT = """# 入户走访十句话

走访以前，先看一遍名单和上次的记录，两个人一起去。

1. 进门以前先敲门，等里面答应。
2. “您好，我是村里的巾帼志愿者，来看看您。”
3. 先问方便不方便，不方便就约下次。
4. 坐下来说话，不站着问。
5. 先听，少说，不打断。
6. 不问存款，不看证件，不拍照。
7. 人家不愿意说的，不追问。
8. 能办的当场说怎么办，不能办的说清楚去哪里问。
9. 走的时候说下次什么时候来，说了就要来。
10. 回来当天把记录写好，别人的事不往外说。

## 遇到急事

- 有人受伤或者昏倒：先打 120。
- 有人正在挨打，或者有危险：先打 110。
- 着火：先离开，再打 119。
"""
AID = """# 家里急救三件事

这是记性纸，不能代替急救培训。拿不准就先打 120，照电话里说的做。

## 烫伤

马上用流动的凉水冲 15 到 20 分钟。别抹牙膏、酱油。水泡不要挑破，盖一块干净的布，去医院。

## 老人跌倒

先别急着扶。问她哪里疼、能不能动。不能动、头晕、说话不清，就打 120，给她盖好，等人来。

## 噎住

人还能咳，就让她使劲咳。咳不出、说不出话，马上打 120，会的人用海姆立克法。
"""
RECORD = """# 志愿服务记录怎么记

写清楚五样：哪一天、在哪里、做了什么、和谁一起、实际做了多久。

- 路上的时间不算。
- 培训的时间另外记，不和服务的时间加在一起。
- 记错了不涂改，写一条更正。
- 要证明的时候，在“我的”里打开，请组织的人核对后再开。
"""
HANDOUTS = (
    ("入户走访十句话", VISIT, Visibility.PUBLIC),
    ("家里急救三件事", AID, Visibility.PUBLIC),
    ("志愿服务记录怎么记", RECORD, Visibility.UNIT),
)


def load(owner: Unit, everyone: Unit) -> None:
    """Put the handouts into an empty library: the public ones for everyone, the last for the owner's people."""
    if db.session.scalar(select(func.count()).select_from(Material)):
        return
    with tempfile.TemporaryDirectory() as folder:
        for title, text, visibility in HANDOUTS:
            path = Path(folder) / f"{title}.md"
            path.write_text(text, "utf-8")
            place = everyone if visibility == Visibility.PUBLIC else owner
            incoming = commands.examine(path, path.name)
            commands.take(incoming, title=title, unit_id=place.id, visibility=visibility, actor_id=None)
    db.session.commit()
