"""Each page serves everybody: axe objects to nothing, by day on a desk and by night on a phone."""

import pytest
from axe_rules import RULES_OF_LOOK, found_by_axe
from pages import PAGES, opened

pytestmark = pytest.mark.browser


# The page of all components has its own test.
@pytest.mark.parametrize("shown", [shown for shown in PAGES if shown.name != "style"], ids=lambda shown: shown.name)
def test_axe_objects_to_nothing(visit, shown):
    page = visit(shown.roles[0], color_scheme="light")
    opened(page, shown)
    page.problems.clear()
    at_the_desk = found_by_axe(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    assert (at_the_desk, found_by_axe(page, RULES_OF_LOOK)) == ([], [])
    assert page.evaluate("document.documentElement.scrollWidth") == 390
