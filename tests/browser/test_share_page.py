"""The share page answers while it is filled in: files may be dropped on it, and readers follow the terms."""

import pytest

pytestmark = pytest.mark.browser

DROP = """box => {
  const files = new DataTransfer();
  files.items.add(new File(["kind,value\\ndomain-name,dropped.example.org\\n"], "dropped.csv", {type: "text/csv"}));
  for (const type of ["dragover", "drop"])
    box.dispatchEvent(new DragEvent(type, {dataTransfer: files, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def share_page(visit):
    page = visit("duty")
    page.goto("exchange/share")
    return page


def figures(page):
    return page.locator("#readers .figures").inner_text().split("\n")


def test_a_dropped_file_is_taken_and_goes_nowhere_by_itself(share_page):
    share_page.locator("[data-drop]").evaluate(DROP)
    assert share_page.locator("input[type=file]").evaluate("input => input.files[0].name") == "dropped.csv"
    assert share_page.locator("#understood").count() == 0
    share_page.get_by_role("button", name="See what is understood").first.click()
    share_page.locator("#understood").wait_for()
    assert "dropped.example.org" in share_page.get_by_label("What you have").input_value()
    assert share_page.get_by_text("From the file dropped.csv.").is_visible()


def test_readers_follow_level_and_circles(share_page):
    assert figures(share_page) == ["Your own organisation"]
    share_page.locator("#circle-financial").check()
    share_page.locator("#readers .figures", has_text="7 organisations").wait_for()
    share_page.locator("#tlp-amber").check()
    share_page.locator("#readers .figures", has_text="client").wait_for()
    assert figures(share_page) == ["7 organisations", "and 1 client of theirs"]
    assert "Example Bank A" not in share_page.locator("#n-amber").inner_text()
    share_page.locator("#tlp-clear").check()
    share_page.locator("#readers", has_text="publ").wait_for()


def test_red_asks_for_persons(share_page):
    share_page.locator("#tlp-red").check()
    share_page.get_by_role("checkbox", name="Nguyễn Thị Hạnh").check()
    share_page.locator("#readers .figures", has_text="2 persons").wait_for()
    assert "this screen only" in share_page.locator("#readers").inner_text()


def test_what_was_pasted_waits_as_a_draft(share_page):
    share_page.get_by_label("What you have").fill("draft.example.org")
    share_page.get_by_role("button", name="See what is understood").first.click()
    share_page.locator("#understood").wait_for()
    share_page.goto("exchange/share")
    assert share_page.get_by_label("What you have").input_value() == "draft.example.org"
    share_page.get_by_role("button", name="Discard").click()
    assert share_page.get_by_label("What you have").input_value() == ""
