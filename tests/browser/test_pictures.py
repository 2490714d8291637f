"""Pictures of the pages, to be looked at; `make screenshots` takes all, the tests take a few.

Taking one proves what any page promises: it answers, the browser complains of nothing (no script's error, nothing that
the content policy stops) and nothing is wider than a phone.
"""

import pytest
from pages import PAGES, opened, views

WIDTHS = (1440, 390)
SHORT = 844
SCHEMES = ("light", "dark")
A_FEW = 4

pytestmark = pytest.mark.browser


def pytest_generate_tests(metafunc):
    if "shown" in metafunc.fixturenames:
        every = bool(metafunc.config.getoption("--screenshots", default=None))
        chosen = views() if every else [(shown, shown.roles[0]) for shown in PAGES if shown.is_key][:A_FEW]
        metafunc.parametrize(("shown", "role"), chosen, ids=[f"{shown.name}-{role}" for shown, role in chosen])


def test_it_can_be_looked_at(visit, pictures, shown, role):
    page = visit(role)
    assert opened(page, shown) == shown.status
    if shown.status != 200:
        assert all(f"status of {shown.status}" in problem for problem in page.problems)
        page.problems.clear()
    too_wide = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": SHORT})
        # As tall as the page, so that what sticks to the window's foot stands at the picture's.
        page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=pictures / f"{shown.name}-{role}-{width}-{scheme}.png")
        if page.evaluate("document.documentElement.scrollWidth") > width:
            too_wide.append(width)
    assert too_wide == []
