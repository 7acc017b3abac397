"""The answer to each kind of item by the keyboard alone, right every time."""

from playwright.sync_api import Page, expect


def tab_to(page: Page, query: str) -> None:
    """Press the tab key until the focus is on what `query` finds, as she would."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("(query) => document.activeElement.matches(query)", query):
            return
    raise AssertionError(f"the tab key never reached {query}")


def choose(page: Page, value: str) -> None:
    """Choose in the focused list: by arrow keys where it is a list to open, as headless Chromium does."""
    page.evaluate("() => document.activeElement.focus()")
    wanted = page.evaluate(
        "(value) => [...document.activeElement.options].findIndex((one) => one.textContent === value)", value
    )
    for _ in range(wanted):
        page.keyboard.press("ArrowDown")


def single(page: Page) -> None:
    expect(page.get_by_role("img", name="一间有灶台的厨房")).to_be_visible()
    assert page.evaluate("document.querySelector('.question-stem img').naturalWidth") == 640
    tab_to(page, "[name=item-i-single]")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")


def multiple(page: Page) -> None:
    expect(page.get_by_role("img", name="一扇窗")).to_be_visible()
    tab_to(page, "[value=a]")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")


def truefalse(page: Page) -> None:
    tab_to(page, "[name=item-i-truefalse]")
    page.keyboard.press("Space")


def text(page: Page) -> None:
    tab_to(page, "[name=item-i-text]")
    page.keyboard.insert_text("自愿")
    page.keyboard.press("Tab")


def number(page: Page) -> None:
    tab_to(page, "[name=item-i-number]")
    page.keyboard.type("72")
    page.keyboard.press("Tab")


def cloze(page: Page) -> None:
    tab_to(page, "select")
    choose(page, "自愿")
    page.keyboard.press("Tab")
    page.keyboard.type("15")
    page.keyboard.press("Tab")


def order(page: Page) -> None:
    assert page.locator("select:visible").count() == 0
    for place, wanted in enumerate(("最后道别", "先敲门", "再说明来意")):
        words = page.locator(".order [data-words]").evaluate_all(
            "(rows) => rows.map((row) => row.dataset.words)"
        )
        up = f"[data-words='{wanted}'] [data-move='-1']"
        for _ in range(words.index(wanted) - place):
            page.locator("fieldset.question").evaluate("(box) => box.focus()")
            tab_to(page, up)
            page.keyboard.press("Enter")
            expect(page.locator("[data-told]")).to_contain_text(f"“{wanted}”现在是第")
    if page.locator("[data-order-sure]").is_visible():
        tab_to(page, "[data-order-sure]")
        page.keyboard.press("Enter")


def match(page: Page) -> None:
    tab_to(page, "[data-left=l1]")
    choose(page, "119")
    page.keyboard.press("Tab")
    choose(page, "120")
    page.keyboard.press("Tab")


def hotspot(page: Page) -> None:
    expect(page.get_by_role("img", name="一间厨房，左边灶台，右上方是窗")).to_be_visible()
    tab_to(page, "[data-spot]")
    for _ in range(14):
        page.keyboard.press("ArrowLeft")
    for _ in range(8):
        page.keyboard.press("ArrowDown")
    expect(page.locator("[data-told]")).to_contain_text("在“灶台”上")
    page.keyboard.press("Space")
    expect(page.get_by_label("灶台")).to_be_checked()


def essay(page: Page) -> None:
    tab_to(page, "textarea")
    page.keyboard.insert_text("先尊重她，改天再来。")
    page.keyboard.press("Tab")


def case(page: Page) -> None:
    tab_to(page, "[name=item-case-a]")
    page.keyboard.press("Space")
    tab_to(page, "[data-quiz-next]")
    page.keyboard.press("Enter")
    tab_to(page, "[name=item-case-b]")
    page.keyboard.type("72")
    page.keyboard.press("Tab")


ANSWER = {
    "single": single, "multiple": multiple, "truefalse": truefalse, "text": text, "number": number, "cloze": cloze,
    "order": order, "match": match, "hotspot": hotspot, "essay": essay, "case": case,
}  # fmt: skip
