"""Every object ends once: accepted, duplicate, held or refused; and reaches exactly whom terms and markings say."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sharing_world import (
    GREEN,
    NOW,
    actor,
    bundle,
    counts,
    malware,
    person,
    reads,
    relation,
    report_of,
    sdo,
    share,
    shares_of,
)

from exchange_node import indicator, make_node
from mitra.community import operations as community_operations
from mitra.core.errors import InvalidInput, NotPermitted
from mitra.core.policy.facts import Audience, Pap, Standing, Tlp
from mitra.core.stix.markings import TLP1_IDS, TLP2_DEFINITIONS, TLP2_IDS
from mitra.exchange.facts import Terms
from mitra.store.facts import Outcome

AS_MARKED = Terms()


@pytest.fixture
def node(transactional_db, empty_store):
    return make_node()


def marked(level):
    return {"object_marking_refs": [TLP2_IDS[level]]}


def test_bundle_reaches_the_community_and_nobody_else(node):
    report = share("cert-th", [indicator(1), malware(2, name="เพกาซัส")])
    assert counts(report) == {"accepted": 2}
    assert len(report.acts) == 1
    assert set(reads("cert-kh")) == {indicator(1)["id"], malware(2)["id"]}
    assert reads("newcomer") == {}
    assert {result.ref for result in report.accepted} == {each.ref for each in reads("cert-kh").values()}


@pytest.mark.parametrize("shape", ["object", "array", "envelope", "lines"])
def test_every_shape_of_stix_is_read(node, shape):
    one, two = indicator(1), indicator(2)
    texts = {
        "object": (json.dumps(one), 1),
        "array": (json.dumps([one, two]), 2),
        "envelope": (json.dumps({"more": False, "objects": [one, two]}), 2),
        "lines": (json.dumps(one) + "\n" + json.dumps(two) + "\n", 2),
    }
    text, count = texts[shape]
    assert counts(share("cert-th", text.encode())) == {"accepted": count}


def test_same_again_is_a_duplicate(node):
    share("cert-th", [indicator(1)])
    report = share("cert-th", [indicator(1), indicator(1)])
    assert counts(report) == {"duplicate": 2}
    assert report.acts == []
    assert report.results[0].rule == "already-shared"


def test_bad_object_stops_no_other_and_says_where(node):
    bad = [
        indicator(2, pattern="[broken"),
        {"type": "indicator"},
        sdo("mystery", 3),
        indicator(4, valid_from="gestern"),
    ]
    report = share("cert-th", [indicator(1), *bad])
    assert counts(report) == {"accepted": 1, "refused": 4}
    told = [(result.path.rpartition("/")[0], result.rule) for result in report.results]
    assert [place for place, _ in told] == [f"/objects/{number}" for number in range(1, 5)]
    assert told[2][1] == "unknown-type"
    assert all(result.reason.endswith(".") for result in report.results)


def test_lines_name_their_line(node):
    text = json.dumps(indicator(1)) + "\n{}\n" + json.dumps(indicator(2)) + "\n"
    report = share("cert-th", text.encode())
    assert counts(report) == {"accepted": 2, "refused": 1}
    assert [result.line for result in report.results] == [2]


@pytest.mark.parametrize("data", [b"", b"  \n", b"\x1f\x8b\x08", b"%PDF-1.7", b"<?xml version='1.0'?><a/>", b"[", b"{"])
def test_what_cannot_be_read_at_all_is_an_error(node, data):
    with pytest.raises(InvalidInput):
        share("cert-th", data)


def test_break_in_the_middle_keeps_what_stood_before(node):
    whole = bundle(indicator(1), indicator(2))
    report = share("cert-th", whole[: whole.rindex(b"{")] + b"nonsense")
    assert counts(report) == {"accepted": 1, "refused": 1}
    assert set(reads("cert-th")) == {indicator(1)["id"]}


@pytest.mark.parametrize(
    ("obj", "rule"),
    [
        (b'{"type":"indicator","type":"indicator"}', "json-repeated-name"),
        (b'{"type":"indicator","confidence":NaN}', "json-syntax"),
        (b'{"type":"indicator","confidence":123456789012345678901}', "json-number"),
        (b'{"type":"\xff"}', "json-utf8"),
        (b'{"a":' + b"[" * 200 + b"]" * 200 + b"}", "json-depth"),
    ],
)
def test_hostile_json_is_refused_by_name(node, obj, rule):
    good = json.dumps(indicator(1)).encode()
    report = share("cert-th", b'{"objects":[' + good + b"," + obj + b"]}")
    assert counts(report) == {"accepted": 1, "refused": 1}
    assert report.results[0].rule == rule
    assert report.results[0].path.startswith("/objects/1")


def test_strictest_of_marking_and_level_wins(node):
    share("cert-th", [indicator(1, **marked("TLP:AMBER")), indicator(2, **marked("TLP:CLEAR"))])
    levels = {stix_id: each.audience.tlp for stix_id, each in reads("cert-th").items()}
    assert levels == {indicator(1)["id"]: Tlp.AMBER, indicator(2)["id"]: Tlp.GREEN}
    assert set(reads("cert-kh")) == {indicator(2)["id"]}


def test_tlp_one_means_tlp_two(node):
    share("cert-th", [indicator(1, object_marking_refs=[TLP1_IDS["TLP:AMBER"]])])
    assert reads("cert-th")[indicator(1)["id"]].audience.tlp is Tlp.AMBER


def test_unmarked_without_a_level_stays_at_home(node):
    share("cert-th", [indicator(1)], AS_MARKED)
    assert reads("cert-th")[indicator(1)["id"]].audience == Audience(Tlp.AMBER_STRICT)
    assert reads("cert-kh") == {}


def test_container_that_stands_last_tightens_its_unmarked_members_only(node):
    plain, own, who = indicator(1), indicator(2, **marked("TLP:GREEN")), sdo("identity", 3)
    last = report_of(9, plain, own, who, **marked("TLP:AMBER+STRICT"))
    share("cert-th", [plain, own, who, last])
    levels = {stix_id: each.audience.tlp for stix_id, each in reads("cert-th").items()}
    assert levels == {
        plain["id"]: Tlp.AMBER_STRICT,
        own["id"]: Tlp.GREEN,
        who["id"]: Tlp.GREEN,
        last["id"]: Tlp.AMBER_STRICT,
    }


def test_container_within_a_container_hands_its_level_down(node):
    inner = report_of(8, indicator(1))
    outer = sdo("grouping", 9, context="suspicious-activity", object_refs=[inner["id"]], **marked("TLP:AMBER"))
    share("cert-th", [indicator(1), inner, outer])
    assert {each.audience.tlp for each in reads("cert-th").values()} == {Tlp.AMBER}


def test_granular_marking_counts_for_the_whole(node):
    part = [{"marking_ref": TLP2_IDS["TLP:AMBER"], "selectors": ["name"]}]
    share("cert-th", [indicator(1, granular_markings=part)])
    assert reads("cert-th")[indicator(1)["id"]].audience.tlp is Tlp.AMBER


def test_tlp_definitions_are_known_already(node):
    definition = json.loads(TLP2_DEFINITIONS["TLP:GREEN"])
    report = share("cert-th", [definition, indicator(1, **marked("TLP:GREEN"))])
    assert counts(report) == {"accepted": 1, "duplicate": 1}
    assert report.results[0].rule == "built-in"


def test_tlp_level_that_does_not_exist_is_refused_with_what_it_marks(node):
    purple = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": "marking-definition--00000000-0000-4000-8000-000000000077",
        "created": "2026-01-01T00:00:00.000Z",
        "definition_type": "tlp",
        "definition": {"tlp": "purple"},
    }
    report = share("cert-th", [indicator(1, object_marking_refs=[purple["id"]]), indicator(2), purple])
    assert counts(report) == {"accepted": 1, "refused": 2}
    assert report.results[0].rule == "unknown-tlp"


def test_inbox_takes_green_as_marked_and_keeps_the_rest_at_home(node):
    objects = [indicator(1, **marked("TLP:GREEN")), indicator(2, **marked("TLP:AMBER")), indicator(3)]
    share("cert-th", objects, Terms(is_inbox=True))
    assert set(reads("cert-kh")) == {indicator(1)["id"]}
    assert {each.audience for each in reads("cert-th").values()} == {Audience(Tlp.GREEN), Audience(Tlp.AMBER_STRICT)}


def test_circle_reads_and_others_do_not(node):
    share("cert-th", [indicator(1)], Terms(tlp=Tlp.AMBER, circles=frozenset({node.circles["financial"]})))
    assert set(reads("cert-kh")) == {indicator(1)["id"]}
    assert reads("cert-vn") == {}


def test_foreign_and_unknown_circle_answer_alike(node):
    answers = set()
    for circle in (node.circles["financial"], 987_654):
        with pytest.raises(InvalidInput) as refusal:
            share("cert-vn", [indicator(1)], Terms(tlp=Tlp.AMBER, circles=frozenset({circle})))
        answers.add((str(refusal.value), refusal.value.path, refusal.value.rule))
    assert len(answers) == 1


def test_embargo_in_the_past_is_refused_and_one_to_come_ends_by_itself(node):
    with pytest.raises(InvalidInput, match="past"):
        share("cert-th", [indicator(1)], Terms(tlp=Tlp.GREEN, embargo_until=NOW - timedelta(hours=1)))
    until = datetime.now(UTC) + timedelta(hours=1)
    share("cert-th", [indicator(1)], Terms(tlp=Tlp.GREEN, embargo_until=until))
    assert reads("cert-kh") == {}
    assert set(reads("cert-th")) == set(reads("cert-kh", now=until)) == {indicator(1)["id"]}


def test_suspended_organisation_shares_nothing(node):
    community_operations.change_standing(
        node.organisations["cert-vn"], to=Standing.SUSPENDED, by=actor("centre"), now=datetime.now(UTC)
    )
    with pytest.raises(NotPermitted, match="suspended"):
        share("cert-vn", [indicator(1)])


def test_red_goes_from_person_to_persons_only(node):
    with pytest.raises(InvalidInput) as machine:
        share("cert-th", [indicator(1)], Terms(tlp=Tlp.RED))
    assert machine.value.rule == "red-needs-a-person"
    author, reader = person("cert-th"), person("cert-kh")
    with pytest.raises(InvalidInput) as nobody:
        share(author, [indicator(1)], Terms(tlp=Tlp.RED))
    assert nobody.value.rule == "red-needs-persons"
    named = Terms(tlp=Tlp.RED, persons=frozenset({reader.person}))
    assert counts(share(author, [indicator(1)], named)) == {"accepted": 1}
    assert set(reads(person("cert-th"))) == set(reads(person("cert-kh"))) == {indicator(1)["id"]}
    assert reads("cert-th") == reads("cert-kh") == reads(person("cert-kh", "dara")) == {}


def test_red_object_in_a_machines_batch_is_refused_alone(node):
    report = share("cert-th", [indicator(1, **marked("TLP:RED")), indicator(2)])
    assert counts(report) == {"accepted": 1, "refused": 1}
    assert report.results[0].rule == "red-needs-a-person"


def test_other_members_name_is_refused_until_its_bytes_are_readable(node):
    theirs = indicator(1, created_by_ref=actor("cert-kh").organisation_stix_id)
    first = share("cert-th", [theirs])
    assert first.results[0].rule == "not-your-name"
    share("cert-kh", [theirs], Terms(tlp=Tlp.AMBER))
    hidden = share("cert-th", [theirs])
    assert hidden.results == first.results
    share("cert-kh", [theirs])
    onward = share("cert-th", [theirs])
    assert counts(onward) == {"accepted": 1}


def test_other_members_identity_is_not_written_for_it(node):
    identity = sdo("identity", 1) | {"id": actor("cert-kh").organisation_stix_id}
    assert share("cert-th", [identity]).results[0].rule == "not-your-name"


def test_reshare_keeps_to_the_laws_and_inherits(node):
    share("cert-kh", [indicator(1)], Terms(tlp=Tlp.GREEN, pap=Pap.AMBER, condition="ประสานงานก่อน"))
    wider = share("cert-th", [indicator(1)], Terms(tlp=Tlp.CLEAR))
    assert wider.results[0].rule == "wider-than-green"
    onward = Terms(tlp=Tlp.AMBER, circles=frozenset({node.circles["financial"]}), condition="Call first.")
    assert counts(share("cert-th", [indicator(1)], onward)) == {"accepted": 1}
    mine = [each for each in shares_of("cert-th", indicator(1)) if each.by == node.organisations["cert-th"]]
    assert [(each.pap, each.condition) for each in mine] == [(Pap.AMBER, "ประสานงานก่อน\nCall first.")]
    assert mine[0].under is not None


def test_own_version_is_not_rewritten(node):
    share("cert-th", [indicator(1)])
    again = share("cert-th", [indicator(1, description="Changed.")])
    assert again.results[0].rule == "version-rewritten"
    later = share("cert-th", [indicator(1, description="Changed.", modified="2026-01-02T00:00:00.000Z")])
    assert counts(later) == {"accepted": 1}


def test_pap_label_and_given_level_meet_at_the_stricter(node):
    share("cert-th", [indicator(1, labels=["PAP:RED"]), indicator(2)], Terms(tlp=Tlp.GREEN, pap=Pap.GREEN))
    paps = {stix_id: each.pap for stix_id, each in reads("cert-th").items()}
    assert paps == {indicator(1)["id"]: Pap.RED, indicator(2)["id"]: Pap.GREEN}


def test_dangling_reference_says_nothing(node):
    assert counts(share("cert-th", [relation(1, indicator(1), malware(2))])) == {"accepted": 1}


def test_long_input_is_read_to_its_end_though_a_reference_leads_back_into_it(node):
    ends = [malware(number, description="ភាសា" * 100) for number in range(1_500)]
    report = share("cert-th", [relation(9_000, ends[1_400], ends[1]), *ends, relation(9_001, ends[0], ends[1_499])])
    assert counts(report) == {"accepted": 1_502}


@pytest.mark.parametrize("kind", [{}, [], None, 3])
def test_kind_or_id_that_is_no_text_is_refused_alone(node, kind):
    of_20 = {name: value for name, value in indicator(5).items() if name != "spec_version"}
    broken = [{**indicator(1), "type": kind}, {**indicator(2), "id": kind}, {**of_20, "type": kind}]
    assert counts(share("cert-th", [*broken, indicator(3)])) == {"refused": 3, "accepted": 1}
    lone = share("cert-th", [{"type": "marking-definition", "id": kind}, {**indicator(4), "labels": [kind]}])
    assert counts(lone) == {"refused": 2}


def test_results_are_bounded_and_totals_are_not(node):
    report = share("cert-th", [{"type": "indicator"}] * 5, keep=2)
    assert counts(report) == {"refused": 5}
    assert len(report.results) == 2


def test_progress_ends_with_the_whole(node):
    seen = []
    data = bundle(*(indicator(number) for number in range(1_200)))
    assert counts(share("cert-th", data, progress=seen.append)) == {"accepted": 1_200}
    assert seen == sorted(seen)
    assert seen[-1] == len(data)


def test_batch_is_one_act_for_500_objects(node):
    report = share("cert-th", [indicator(number) for number in range(1_001)])
    assert len(report.acts) == 3
    assert report.totals[Outcome.ACCEPTED] == 1_001


def test_scope_is_needed(node):
    reader = person("cert-th", "reader")
    community_operations.set_roles(reader.person, roles=("legal",), by=actor("cert-th"), now=NOW)
    with pytest.raises(NotPermitted):
        share(person("cert-th", "reader"), [indicator(1)], GREEN)
