"""The answer to each kind of item by a finger: nothing but taps, and what the phone's own keyboard or list gives."""

from playwright.sync_api import Locator, Page, expect

SMALL = """(box, least) => [...box.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, [data-spot]')]
    .map((one) => /^(radio|checkbox)$/.test(one.type) ? one.labels[0] : one)
    .filter((one) => one.getClientRects().length && !one.disabled)
    .map((one) => [one.getBoundingClientRect(), one.outerHTML.slice(0, 80)])
    .filter(([place]) => place.width < least || place.height < least)
    .map(([place, words]) => `${Math.round(place.width)}×${Math.round(place.height)} ${words}`)"""


def too_small(box: Locator, least: int = 44) -> list[str]:
    """Name what a finger misses in a part of the page; a tick is as large as its label."""
    return list(box.evaluate(SMALL, least))


def option(page: Page, value: str) -> None:
    """Tap an option where its words stand."""
    chosen = page.locator("fieldset.question:visible label.option", has=page.locator(f"[value='{value}']"))
    chosen.tap()
    expect(chosen.locator("input")).to_be_checked()


def choose(field: Locator, words: str) -> None:
    """Tap a list; the rest is the phone's own picker, which headless Chromium does not draw."""
    field.tap()
    expect(field).to_be_focused()
    field.select_option(label=words)


def write(page: Page, field: Locator, words: str) -> None:
    """Tap a field, write with the phone's keyboard, and tap beside it."""
    field.tap()
    expect(field).to_be_focused()
    page.keyboard.insert_text(words)
    page.locator("fieldset.question:visible legend").tap()


def point(page: Page, across: float, down: float) -> None:
    """Tap the picture at two shares of its size."""
    page.locator("[data-spot]").scroll_into_view_if_needed()
    box = page.locator("[data-spot]").bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + box["width"] * across, box["y"] + box["height"] * down)


def single(page: Page) -> None:
    option(page, "b")


def multiple(page: Page) -> None:
    option(page, "a")
    option(page, "b")


def truefalse(page: Page) -> None:
    option(page, "true")


def text(page: Page) -> None:
    write(page, page.locator("[name=item-i-text]"), "自愿")


def number(page: Page) -> None:
    write(page, page.locator("[name=item-i-number]"), "72")


def cloze(page: Page) -> None:
    choose(page.locator("fieldset.question select"), "自愿")
    write(page, page.locator("fieldset.question input:not([type=hidden])"), "15")


def order(page: Page) -> None:
    rows = page.locator(".order [data-words]")
    for place, wanted in enumerate(("最后道别", "先敲门", "再说明来意")):
        now = rows.evaluate_all("(rows) => rows.map((row) => row.dataset.words)")
        for step in range(now.index(wanted), place, -1):
            page.locator(f"[data-words='{wanted}'] [data-move='-1']").tap()
            expect(rows.nth(step - 1)).to_have_attribute("data-words", wanted)
    if page.locator("[data-order-sure]").is_visible():
        page.locator("[data-order-sure]").tap()


def match(page: Page) -> None:
    choose(page.locator("[data-left=l1]"), "119")
    choose(page.locator("[data-left=l2]"), "120")


def hotspot(page: Page) -> None:
    point(page, 0.2, 0.7)
    expect(page.get_by_label("灶台")).to_be_checked()


def essay(page: Page) -> None:
    write(page, page.locator("fieldset.question textarea"), "先尊重她，改天再来。")


def case(page: Page) -> None:
    option(page, "a")
    page.locator("[data-quiz-next]").tap()
    write(page, page.locator("[name=item-case-b]"), "72")


ANSWER = {
    "single": single, "multiple": multiple, "truefalse": truefalse, "text": text, "number": number, "cloze": cloze,
    "order": order, "match": match, "hotspot": hotspot, "essay": essay, "case": case,
}  # fmt: skip
