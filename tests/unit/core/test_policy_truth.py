"""The truth table that the documentation prints."""

from __future__ import annotations

from mitra.core.policy.decide import REASONS
from mitra.core.policy.facts import Tlp
from mitra.core.policy.truth import KINDS, markdown, rows


def cells(name, circle, *, is_embargoed=False):
    return {
        row.tlp: row.decision.reason
        for row in rows()
        if (row.kind.name, row.kind.circle, row.is_embargoed) == (name, circle, is_embargoed)
    }


def test_table_has_one_cell_for_each_kind_level_and_embargo():
    assert len(rows()) == len(KINDS) * len(Tlp) * 2
    assert len({(kind.name, kind.circle) for kind in KINDS}) == len(KINDS)


def test_table_shows_every_reason_there_is():
    assert {row.decision.reason for row in rows()} == set(REASONS)


def test_table_tells_a_members_row():
    assert cells("Accredited, in the community", "member") == {
        Tlp.CLEAR: "clear-is-public",
        Tlp.GREEN: "community",
        Tlp.AMBER: "circle-member",
        Tlp.AMBER_STRICT: "circle-member",
        Tlp.RED: "not-named",
    }
    assert set(cells("Accredited, in the community", "member", is_embargoed=True).values()) == {"embargoed"}


def test_markdown_has_a_line_for_each_kind_and_under_embargo_only_for_owners():
    open_half, embargoed_half = markdown().split("### Until the embargo ends")

    assert open_half.count("\n| ") == len(KINDS) + 2
    body = [line for line in embargoed_half.splitlines() if line.startswith("| ")][2:]
    assert body
    assert all(line.startswith("| The owner") for line in body)
    assert "| Proposed | not in it | **yes** `clear-is-public` | no `outside-the-community` |" in open_half
