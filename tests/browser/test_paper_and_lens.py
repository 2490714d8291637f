"""A page on paper, at twice its size, and over a thin line."""

import pytest
from pages import PAGES, opened

pytestmark = pytest.mark.browser

MOST_BYTES = 60 * 1024
KEY = [shown for shown in PAGES if shown.is_key and shown.roles[0] != "public"]
DISPLAY = "element => getComputedStyle(element).display"
BOX = "element => { const box = element.getBoundingClientRect(); return [box.left, box.right, box.width] }"


def test_each_sheet_of_paper_says_the_level_at_head_and_foot(visit, demo):
    page = visit("duty")
    page.goto(f"exchange/records/{demo.refs['kit']}")
    page.emulate_media(media="print")
    head, foot = page.locator(".sheet-head"), page.locator(".sheet-foot")
    assert (head.inner_text(), foot.inner_text()) == ("TLP:AMBER", "TLP:AMBER")
    # What repeats on every sheet are a table's header and footer groups.
    assert (head.evaluate(DISPLAY), foot.evaluate(DISPLAY)) == ("table-header-group", "table-footer-group")
    assert page.locator(".main").evaluate(DISPLAY) == "table"
    assert not page.locator(".rail").is_visible()
    assert not page.locator("#box").is_visible()
    shown = page.locator("#when time").first.inner_text()
    assert "Bangkok" in shown
    assert "UTC" in shown


@pytest.mark.parametrize("shown", KEY, ids=lambda shown: shown.name)
def test_at_twice_its_size_nothing_is_lost(visit, shown):
    # 1440 pixels at 200 % are 720 of the stylesheet's.
    page = visit("duty", width=720, height=450, device_scale_factor=2)
    opened(page, shown)
    assert page.evaluate("document.documentElement.scrollWidth") == 720
    for selector in ("h1", "#box", ".rail a >> visible=true", "main a >> visible=true", "main button >> visible=true"):
        for element in page.locator(selector).all():
            left, right, width = element.evaluate(BOX)
            assert left >= 0, selector
            assert right <= 720, selector
            assert width > 0, selector


def test_the_first_view_is_light(visit):
    page = visit("duty")
    sent = {}

    def weigh(response):
        if response.request.resource_type != "font":
            sent[response.url] = response.request.sizes()["responseBodySize"]

    page.on("requestfinished", lambda request: weigh(request.response()))
    page.goto("/")
    page.wait_for_load_state("networkidle")
    assert len(sent) >= 4, "page, stylesheet, scripts and mark"
    assert sum(sent.values()) <= MOST_BYTES, sent


def test_no_font_comes_that_the_page_has_no_letters_for(visit):
    page = visit("public")
    fonts = []
    page.on("request", lambda request: fonts.append(request.url) if request.resource_type == "font" else None)
    page.goto("sign-in")
    page.wait_for_load_state("networkidle")
    assert [font for font in fonts if any(script in font for script in ("khmer", "lao", "myanmar", "thai"))] == []
