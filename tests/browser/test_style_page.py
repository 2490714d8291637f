"""Every component in a real browser: nothing that axe objects to, nothing wider than a phone, no script needed."""

import pytest

axe = pytest.importorskip("axe_playwright_python.sync_playwright")

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

pytestmark = pytest.mark.browser


@pytest.fixture
def style_page(browser, live_server):
    """Open /style, as wide as asked, and keep what the browser complains of."""
    contexts = []

    def opened(width=1440, path="/style", **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.problems = []
        page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.goto(live_server.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_and_nothing_is_too_wide(style_page, width, scheme):
    page = style_page(width, color_scheme=scheme)
    found = axe.Axe().run(page, options=RULES).response
    assert [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found["violations"]] == []
    assert len(found["passes"]) > 20
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.problems == []


def test_the_wall_screen_is_as_legible(style_page, live_server):
    page = style_page(path="/look")
    page.context.add_cookies([{"name": "mitra-theme", "value": "wall", "url": live_server.url}])
    page.goto(live_server.url + "/style")
    found = axe.Axe().run(page, options={"runOnly": ["color-contrast"]}).response
    assert [rule["nodes"] for rule in found["violations"]] == []


def test_everything_stands_without_a_script(style_page):
    page = style_page(java_script_enabled=False)
    assert page.locator(".copy:visible").count() == 0
    assert page.locator("main .section").count() > 15


def test_slash_puts_the_cursor_into_the_one_box_unless_somebody_writes(style_page):
    page = style_page()
    if page.locator("#box").count() == 0:
        pytest.skip("no room answers look-ups")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "box"
    page.locator("#s-number").click()
    page.keyboard.type("a/b")
    assert page.locator("#s-number").input_value().endswith("a/b")


def test_a_touched_time_shows_its_zone(style_page):
    page = style_page()
    time = page.locator("time[data-at]").first
    relative = time.text_content()
    time.click()
    assert time.text_content().endswith("UTC")
    time.click()
    assert time.text_content() == relative


def test_copy_gives_the_true_value(style_page):
    page = style_page(permissions=["clipboard-read", "clipboard-write"])
    page.locator("tr", has_text="IPv4").locator(".copy").click()
    assert page.evaluate("navigator.clipboard.readText()") == "203.0.113.57"
