"""What a writer's Markdown becomes on a page."""

import pytest

from lms.core.templating import markdown


def test_a_title_on_top_is_left_to_the_page() -> None:
    assert (
        markdown("# 我们为什么出发\n\n您好。\n\n## 从一把剪刀说起")
        == "<p>您好。</p>\n<h2>从一把剪刀说起</h2>\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[点这里](javascript:alert(1))",
        '![图](x.png "a" onerror=alert(1))',
        "[看](data:text/html;base64,PHNjcmlwdD4=)",
        "<img src=x onerror=alert(1)>",
    ],
)
def test_nothing_in_it_can_run(text: str) -> None:
    html = markdown(text).lower()
    assert not any(f"<{tag}" in html.replace("&lt;", "") for tag in ("script",))
    assert 'href="javascript' not in html and 'href="data' not in html and "<img src=x" not in html
