"""The duty officer's mouse is broken: sign in, look up, read, share and handle a case with keys alone."""

import pytest
from pages import report
from visiting import ROLES

pytestmark = pytest.mark.browser
MOST_TABS = 120


def tab_to(page, selector):
    """Press Tab until what the selector names has the focus; a person sees where that is."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            outline = "getComputedStyle(document.activeElement).outlineStyle"
            ring = "getComputedStyle(document.activeElement.closest('.onebox') ?? document.body).borderBlockEndWidth"
            assert page.evaluate(outline) != "none" or page.evaluate(ring) == "2px"
            return
    raise AssertionError(f"{MOST_TABS} times Tab does not lead to {selector}")


def follow(page, selector):
    """Tab to something, press Enter, and be where it leads."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_from_signing_in_to_what_became_of_a_share(visit, demo):
    page = visit()
    page.goto("sign-in?next=/exchange/lookup")
    assert page.evaluate("document.activeElement.name") == "login"
    page.keyboard.type(ROLES["duty"])
    page.keyboard.press("Tab")
    page.keyboard.type(demo.passwords[ROLES["duty"]])
    page.keyboard.press("Enter")
    page.wait_for_url(demo.url + "exchange/lookup")

    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "box"
    page.keyboard.type("hxxps://secure-login[.]example[.]net/th/verify")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Who says so").wait_for()

    follow(page, ".rows a")
    page.get_by_role("heading", name="Why do I see this?").wait_for()

    follow(page, ".rail a[href='/exchange/records']")
    follow(page, "main a[href='/exchange/share']")
    share_by_keys(page)


def share_by_keys(page):
    tab_to(page, "#text")
    page.keyboard.type(report("keys-only", 61), delay=0)
    follow(page, "button[value=understand]")
    page.locator("#understood").wait_for()
    assert page.locator("#understood input:checked").count() == 3

    tab_to(page, "input[name=tlp]:checked")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#circle-financial")
    page.keyboard.press("Space")
    page.locator("#readers", has_text="Regional Banks' Association").wait_for()
    follow(page, "button[value=share]")
    page.get_by_role("heading", name="What is shared now").wait_for()
    assert page.locator("h1").text_content() == "4 records are shared."


def test_a_case_is_written_to_and_given_a_number_of_ones_own(visit):
    page = visit("duty")
    page.goto("")
    follow(page, ".rail a[href='/cases/']")
    follow(page, "main a[href^='/cases/x-mitra-case']")
    tab_to(page, "#entry-words")
    page.keyboard.type("ปิดแล้วทั้งสองบัญชี", delay=0)
    follow(page, ".write button")
    assert page.get_by_text("ปิดแล้วทั้งสองบัญชี").is_visible()

    tab_to(page, "#who summary")
    page.keyboard.press("Enter")
    tab_to(page, "#step-number")
    page.keyboard.press("Control+A")
    page.keyboard.type("th-2026-00777", delay=0)
    follow(page, "button[value=number]")
    assert "yours th-2026-00777" in page.locator("header", has=page.locator("h1")).text_content()
