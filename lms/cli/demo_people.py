"""The fictional units and people of the demo site (design.md 4)."""

PASSWORD = "demo-2026-jinguo"

# (code, parent code, kind, level, name, full name, help phone)
UNITS = (
    ("990000", "", "federation", "nation", "全国（演示）", "全国（演示）妇女联合会", None),
    ("991000", "990000", "federation", "province", "云溪省", "云溪省妇女联合会", None),
    ("991100", "991000", "federation", "city", "清河市", "清河市妇女联合会", None),
    ("991121", "991100", "federation", "county", "白沙县", "白沙县妇女联合会", None),
    ("991122", "991100", "federation", "county", "石桥县", "石桥县妇女联合会", None),
    ("991121100", "991121", "federation", "town", "白沙镇", "白沙镇妇女联合会", None),
    ("991121101", "991121", "federation", "town", "柳林镇", "柳林镇妇女联合会", None),
    ("991122100", "991122", "federation", "town", "石桥镇", "石桥镇妇女联合会", None),
    ("991121100201", "991121100", "federation", "village", "河东村", "河东村妇女联合会", None),
    ("991121100202", "991121100", "federation", "village", "河西村", "河西村妇女联合会", None),
    ("991121101201", "991121101", "federation", "village", "柳湾村", "柳湾村妇女联合会", None),
    ("991122100201", "991122100", "federation", "village", "桥头村", "桥头村妇女联合会", None),
    ("991121Z01", "991121", "organisation", None, "白沙县巾帼志愿者协会", "白沙县巾帼志愿者协会", None),
    ("991121100Z1", "991121100", "team", None, "白沙镇姐妹互助队", "白沙镇姐妹互助队", None),
    ("991122Z01", "991122", "organisation", None, "石桥县巾帼志愿者协会", "石桥县巾帼志愿者协会", None),
)  # fmt: skip

# (phone, name, home unit code, role, unit code of the role)
NAMED = (
    ("13800000001", "王秀英", "991121100201", "", ""),
    ("13800000002", "李敏", "991121", "trainer", "991121"),
    ("13800000003", "陈芳", "991100", "reviewer", "991100"),
    ("13800000004", "赵岚", "991121", "officer", "991121"),
    ("13800000005", "孙梅", "991122", "officer", "991122"),
    ("13800000006", "周静", "991000", "officer", "991000"),
    ("13800000007", "何静", "991121Z01", "org_admin", "991121"),
    ("13800000008", "林岚", "991121", "registrar", "991121"),
    ("13800000009", "吴桐", "990000", "platform_admin", "990000"),
)
WHO = {
    "": "志愿者", "trainer": "教师", "reviewer": "课程审核", "officer": "妇联干部（查看完成情况）",
    "org_admin": "组织管理员", "registrar": "注册与培训专干（作废证书）", "platform_admin": "平台管理员",
}  # fmt: skip

FAMILY = "张刘杨黄吴徐孙马朱胡郭高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘"
GIVEN = ("桂兰", "秀珍", "玉梅", "春燕", "丽华", "淑芬", "小红", "建英", "慧敏", "雪琴", "爱莲", "晓雯")
VILLAGES = ("991121100201", "991121100202", "991121101201", "991122100201", "991121100Z1")
CROWD = 64


def crowd() -> list[tuple[str, str, str]]:
    """Return (phone, name, home unit code) of the other volunteers; the same every time."""
    return [
        (
            f"139{number:08d}",
            FAMILY[number % len(FAMILY)] + GIVEN[number * 5 % len(GIVEN)],
            VILLAGES[number % len(VILLAGES)],
        )
        for number in range(1, CROWD + 1)
    ]
