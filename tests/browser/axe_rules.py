"""What axe looks for on every page: WCAG 2.2 AA and its good practice."""

import pytest

axe = pytest.importorskip("axe_playwright_python.sync_playwright")

EVERY_RULE = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RULES_OF_LOOK = ("wcag2aa", "wcag22aa")
"""Contrast and the size of what one touches: what a theme and a width can break."""


def found_by_axe(page, rules=EVERY_RULE):
    """Return what axe objects to: each rule with the places where it is broken."""
    found = axe.Axe().run(page, options={"runOnly": list(rules), "resultTypes": ["violations"]}).response
    assert found["passes"]
    return [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found["violations"]]
