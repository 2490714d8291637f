"""A browser that runs no script does all the same: what is shared, who would read it, a case from first to last."""

import pytest
from pages import report

pytestmark = pytest.mark.browser


def test_a_report_is_shared(visit):
    page = visit("duty", java_script_enabled=False)
    page.goto("exchange/share")
    page.get_by_label("What you have").fill(report("no-script", 62))
    page.get_by_role("button", name="See what is understood").first.click()
    assert page.locator("#understood input:checked").count() == 3
    assert page.locator("#readers .figures").text_content() == "Your own organisation"

    page.locator("#tlp-amber").check()
    page.locator("#circle-financial").check()
    page.get_by_role("button", name="Preview readers").click()
    assert "Regional Banks' Association" in page.locator("#readers").text_content()
    assert page.locator("#understood input:checked").count() == 3, "what was chosen is lost"

    page.get_by_role("button", name="Share with 6 other organisations").click()
    assert page.locator("h1").text_content() == "4 records are shared."


def test_nothing_typed_is_lost_when_it_is_refused(visit):
    page = visit("duty", java_script_enabled=False)
    page.goto("exchange/share")
    page.get_by_label("What you have").fill("login[.]example[.]org is used again")
    page.locator("#when-later").check()
    page.get_by_role("button", name="See what is understood").first.click()
    assert page.get_by_label("What you have").input_value() == "login[.]example[.]org is used again"
    assert page.locator("#when-later").is_checked()
    assert page.get_by_text("Say from which day on.").first.is_visible()


def test_a_list_is_narrowed(visit):
    page = visit("duty", java_script_enabled=False)
    page.goto("exchange/records")
    page.get_by_label("Words", exact=True).fill("Phishing kit")
    page.get_by_role("button", name="Narrow the list").click()
    assert "1 record matches" in page.locator("h1").text_content()


def test_a_case_is_opened_written_to_corrected_and_closed(visit):
    page = visit("duty", java_script_enabled=False)
    page.goto("cases/new")
    page.get_by_label("What happened, in one line").fill("ไม่มีสคริปต์")
    page.get_by_label("Of what kind is it?").select_option("fraud/phishing")
    page.get_by_role("button", name="Open the case").click()
    page.get_by_role("button", name="Begin to handle it").click()

    page.get_by_text("When it happened, and files").click()
    page.get_by_label("Files").set_input_files({"name": "ภาพ.txt", "mimeType": "text/plain", "buffer": b"x"})
    page.get_by_label("What you know, what you did").fill("สิบบัญชี")
    page.get_by_role("button", name="Write it").click()
    assert page.get_by_role("link", name="ภาพ.txt").is_visible()

    page.get_by_role("link", name="Correct it, or take it back").click()
    page.get_by_label("What you know, what you did").fill("สิบเอ็ดบัญชี")
    page.get_by_role("button", name="Write it").click()
    assert "corrected by" in page.locator("#log").text_content()

    page.get_by_role("button", name="Close it").click()
    assert page.locator("[aria-current=step]").text_content() == "closed"
