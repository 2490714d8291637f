"""What pages, the command line and machines ask: lines, one record, look-up; of RED only label, room and hour."""

from datetime import UTC, datetime, timedelta

import pytest

from exchange_node import indicator, make_node, nobody, record_of
from mitra.community import operations as community_operations
from mitra.community import queries as community
from mitra.community.facts import NewPerson
from mitra.community.models import Person
from mitra.core.errors import InvalidInput, NotFound
from mitra.core.policy.facts import PUBLIC, Audience, Pap, Tlp
from mitra.exchange import queries
from mitra.exchange.facts import Terms
from mitra.store.doors import store
from mitra.store.facts import Filter, NewShare

NOW = datetime.now(UTC)
RELATION = {
    "type": "relationship",
    "spec_version": "2.1",
    "id": "relationship--00000000-0000-4000-8000-000000000001",
    "created": "2026-01-01T00:00:00.000Z",
    "modified": "2026-01-01T00:00:00.000Z",
    "relationship_type": "indicates",
    "source_ref": indicator(1)["id"],
    "target_ref": "malware--00000000-0000-4000-8000-000000000009",
}
MALWARE = {
    "type": "malware",
    "spec_version": "2.1",
    "id": RELATION["target_ref"],
    "created": "2026-01-01T00:00:00.000Z",
    "modified": "2026-01-01T00:00:00.000Z",
    "name": "ស្ពីវែរ",
    "is_family": True,
}


@pytest.fixture
def node(db):
    return make_node()


def viewer(slug):
    return community.actor_of_operator(slug).viewer


def person(slug, name):
    """The person as it stands now: a circle that names it shows in its viewer the next time it is asked for."""
    email = f"{name}@{slug}.example"
    if not Person.objects.filter(email=email).exists():
        new = NewPerson(email, name, ("analyst",), password="long enough to be one 7")
        community_operations.add_person(new, by=community.actor_of_operator(slug), now=NOW)
    return community.actor_of_person(Person.objects.get(email=email), now=NOW)


def lines(slug, only=Filter(), **more):  # noqa: B008 - a Filter is immutable
    return queries.list_records(viewer(slug), only, now=datetime.now(UTC), **more)


def ref_of(slug, stix_id):
    return next(line.ref for line in lines(slug).items if line.id == stix_id)


def test_a_list_is_newest_first_and_names_are_put_on(node):
    node.share("cert-th", indicator(1))
    node.share("cert-kh", indicator(2), tlp=Tlp.AMBER, circle="financial")

    newest, older = lines("cert-th").items

    assert (newest.id, newest.tlp, newest.by_name, newest.circle_names) == (
        indicator(2)["id"],
        Tlp.AMBER,
        "CamCERT",
        ("การเงิน",),
    )
    assert (older.title, older.type_label, older.is_own, older.is_red) == ("ตัวบ่งชี้ 1", "Indicator", True, False)
    assert [line.id for line in lines("cert-vn").items] == [indicator(1)["id"]]


def test_pages_follow_one_another_and_totals_count_what_is_read(node):
    node.share("cert-th", *(indicator(number) for number in range(1, 8)))
    node.share("cert-th", indicator(100), tlp=Tlp.AMBER, circle="financial")

    first = lines("cert-vn", limit=4)
    rest = lines("cert-vn", limit=4, before=first.next)

    assert [line.id for line in (*first.items, *rest.items)] == [indicator(number)["id"] for number in range(7, 0, -1)]
    assert (first.total, rest.next) == (queries.Count(7, is_exact=True), None)
    with pytest.raises(InvalidInput):
        lines("cert-vn", Filter(types=frozenset({"malware"})), before=first.next)
    with pytest.raises(InvalidInput):
        lines("cert-kh", before=first.next)


def test_circles_that_a_reader_is_not_in_have_no_name_for_it(node):
    node.share("cert-th", indicator(1), tlp=Tlp.GREEN, circle="financial")

    assert [line.circle_names for line in lines("cert-vn").items] == [()]
    assert [line.circle_names for line in lines("cert-kh").items] == [("การเงิน",)]


def test_a_record_says_what_it_says_who_shared_it_and_why_it_is_seen(node):
    node.share("cert-th", indicator(1), tlp=Tlp.AMBER, circle="financial")

    view = queries.get_record(viewer("cert-kh"), ref_of("cert-kh", indicator(1)["id"]), now=NOW)

    assert view.why == queries.Why("circle-member", ("การเงิน",))
    assert (view.line.by_name, view.line.tlp, view.is_own) == ("ThaiCERT", Tlp.AMBER, False)
    assert view.object["pattern"] == indicator(1)["pattern"]
    assert queries.ValueLine("domain-name", "c2-1.bad-domain-1.com") in view.values
    assert next(statement.name for statement in view.statements) == "pattern"
    assert view.receipt.leaf >= 0
    assert [line.ref for line in view.versions] == [view.line.ref]


def test_a_record_that_one_may_not_read_is_not_there(node):
    node.share("cert-th", indicator(1), tlp=Tlp.AMBER, circle="financial")
    ref = ref_of("cert-th", indicator(1)["id"])
    answers = []
    for wanted in (ref, "no-such-ref"):
        with pytest.raises(NotFound) as refused:
            queries.get_record(viewer("cert-vn"), wanted, now=NOW)
        answers.append(str(refused.value))

    assert answers[0] == answers[1]
    with pytest.raises(NotFound):
        queries.who_can_see(viewer("cert-vn"), ref, now=NOW)


def test_the_same_bytes_from_another_are_corroboration_for_who_sees_both(node):
    node.share("cert-th", indicator(1))
    node.share("cert-kh", indicator(1), tlp=Tlp.AMBER, circle="financial")

    def corroborated_by(slug):
        view = queries.get_record(viewer(slug), ref_of(slug, indicator(1)["id"]), now=NOW)
        return {view.line.by_name, *(line.by_name for line in view.corroborated_by)}

    assert corroborated_by("cert-th") == {"ThaiCERT", "CamCERT"}
    assert corroborated_by("cert-vn") == {"ThaiCERT"}


def test_relations_lead_both_ways_and_stop_where_reading_stops(node):
    node.share("cert-th", indicator(1))
    refs = (RELATION["source_ref"], RELATION["target_ref"])
    to_all, to_few = Audience(Tlp.GREEN), Audience(Tlp.AMBER, frozenset({node.circles["financial"]}))
    shares = [NewShare(record_of(MALWARE), to_few), NewShare(record_of(RELATION, refs=refs), to_all)]
    store().accept_batch(shares, kind="exchange.shared", by=node.organisations["cert-th"], now=NOW)

    def tie(slug, stix_id):
        (only,) = queries.get_record(viewer(slug), ref_of(slug, stix_id), now=NOW).relations.items
        return only.how, only.is_outgoing, only.other_id, only.other.title if only.other else None

    assert tie("cert-kh", indicator(1)["id"]) == ("indicates", True, MALWARE["id"], MALWARE["name"])
    assert tie("cert-kh", MALWARE["id"]) == ("indicates", False, indicator(1)["id"], "ตัวบ่งชี้ 1")
    assert tie("cert-vn", indicator(1)["id"]) == ("indicates", True, MALWARE["id"], None)


def test_red_shows_label_room_and_hour_until_its_reading_is_written_down(node):
    author, reader = person("cert-th", "author"), person("cert-kh", "reader")
    other = person("cert-kh", "other")
    named = community_operations.circle_of_persons([reader.person], by=author, now=NOW)
    secret = indicator(1, name="ความลับ")
    to = Audience(Tlp.RED, frozenset({named}))
    store().accept_batch([NewShare(record_of(secret), to)], kind="exchange.shared", by=author.organisation, now=NOW)
    reader = person("cert-kh", "reader")

    (line,) = queries.list_records(reader.viewer, Filter(), now=NOW).items
    (known,) = queries.look_up(reader.viewer, ["c2-1.bad-domain-1.com"], hand=nobody, now=NOW)

    assert line == queries.RecordLine(ref=line.ref, tlp=Tlp.RED, room="exchange", at=line.at, is_red=True)
    assert known.records == (queries.KnownRecord(ref=line.ref, tlp=Tlp.RED, since=line.at, how=""),)
    for telling in (
        Filter(types=frozenset({"indicator"})),
        Filter(words="ความลับ"),
        Filter(by=frozenset({author.organisation})),
        Filter(by=frozenset({author.organisation}), tlps=frozenset({int(Tlp.RED)})),
    ):
        page = queries.list_records(reader.viewer, telling, now=NOW)
        assert (page.items, page.total.value) == ((), 0)
    assert len(queries.list_records(reader.viewer, Filter(tlps=frozenset({int(Tlp.RED)})), now=NOW).items) == 1
    counted = queries.count_shared_by(
        reader.viewer, [author.organisation], since=NOW - timedelta(days=1), now=NOW + timedelta(minutes=1)
    )
    assert counted[author.organisation].value == 0
    with pytest.raises(queries.RedUnopened):
        queries.get_record(reader.viewer, line.ref, now=NOW)
    opened = queries.get_record(reader.viewer, line.ref, now=NOW, is_opened=True)
    assert (opened.line.title, opened.why.reason) == ("ความลับ", "named-person")
    for viewer_ in (other.viewer, viewer("cert-kh"), viewer("cert-th"), PUBLIC):
        assert queries.list_records(viewer_, Filter(), now=NOW).items == ()
        with pytest.raises(NotFound):
            queries.get_record(viewer_, line.ref, now=NOW, is_opened=True)


def test_look_up_answers_each_value_in_its_order_as_it_was_typed(node):
    node.share("cert-th", indicator(1), indicator(2))
    asked = ["c2-2.bad-domain-2.com", "hxxp://c2-1[.]bad-domain-1[.]com/x", "unknown.example", "c2-2.bad-domain-2.com"]

    known = list(queries.look_up(viewer("cert-vn"), asked, hand=nobody, now=NOW + timedelta(minutes=1)))

    assert [each.value for each in known] == asked
    assert [each.known for each in known] == [True, True, False, True]
    (record,) = known[0].records
    assert (record.id, record.type, record.shared_by, record.how) == (
        indicator(2)["id"],
        "indicator",
        "ThaiCERT",
        "exact",
    )
    assert next(iter(queries.look_up(PUBLIC, asked[:1], hand=nobody, now=NOW))).records == ()


def test_a_file_of_values_is_looked_up_line_by_line(node):
    node.share("cert-th", indicator(1))
    lines_ = [b"\xef\xbb\xbfc2-1.bad-domain-1.com\r\n", b"\n", b"\xff\xfe\n", b"x" * 20_000 + b"\n"]

    known = list(queries.look_up(viewer("cert-vn"), queries.values_of(lines_), hand=nobody, now=NOW))

    assert [each.known for each in known] == [True, False, False]


def test_a_preview_names_who_would_read(node):
    actor = community.actor_of_operator("cert-th")
    circle = frozenset({node.circles["financial"]})

    readers = queries.preview_readers(actor, Terms(tlp=Tlp.AMBER, circles=circle), now=NOW)
    at_home = queries.preview_readers(actor, Terms(), now=NOW)
    later = queries.preview_readers(
        actor, Terms(tlp=Tlp.AMBER, circles=circle, embargo_until=NOW + timedelta(days=1)), now=NOW
    )

    assert readers.organisations == ("CamCERT", "ThaiCERT")
    assert at_home.organisations == ("ThaiCERT",)
    assert later == readers


def test_a_preview_of_red_names_the_persons_chosen_and_the_author(node):
    author, reader = person("cert-th", "author"), person("cert-kh", "reader")

    readers = queries.preview_readers(author, Terms(tlp=Tlp.RED, persons=frozenset({reader.person})), now=NOW)

    assert readers.persons == ("author, ThaiCERT", "reader, CamCERT")


def test_who_can_see_agrees_with_the_preview(node):
    node.share("cert-th", indicator(1), tlp=Tlp.AMBER, circle="financial")
    ref = ref_of("cert-kh", indicator(1)["id"])

    assert queries.who_can_see(viewer("cert-kh"), ref, now=NOW).organisations == ("CamCERT", "ThaiCERT")


def test_tallies_count_by_type_and_level(node):
    node.share("cert-th", indicator(1), indicator(2))
    node.share("cert-th", MALWARE, tlp=Tlp.AMBER, circle="financial")

    assert dict(queries.list_tallies(viewer("cert-vn"), now=NOW)) == {("indicator", Tlp.GREEN): 2}


def test_what_each_organisation_shared_lately_is_counted_as_far_as_it_is_read(node):
    node.share("cert-th", indicator(1), indicator(2))
    node.share("cert-th", indicator(3), tlp=Tlp.AMBER, circle="financial")
    node.share("cert-kh", indicator(4))
    bodies = [node.organisations[slug] for slug in ("cert-th", "cert-kh", "cert-vn")]

    def counted(slug, since):
        counts = queries.count_shared_by(viewer(slug), bodies, since=since, now=NOW + timedelta(minutes=1))
        return [counts[body].value for body in bodies]

    assert counted("cert-kh", NOW - timedelta(days=7)) == [3, 1, 0]
    assert counted("cert-vn", NOW - timedelta(days=7)) == [2, 1, 0]
    assert counted("cert-vn", NOW + timedelta(days=1)) == [0, 0, 0]


def test_pap_and_condition_come_along(node):
    share = NewShare(record_of(indicator(1)), Audience(Tlp.GREEN), pap=Pap.AMBER, condition="Call us first.")
    store().accept_batch([share], kind="exchange.shared", by=node.organisations["cert-th"], now=NOW)

    view = queries.get_record(viewer("cert-vn"), ref_of("cert-vn", indicator(1)["id"]), now=NOW)

    assert (view.pap, view.condition) == (Pap.AMBER, "Call us first.")
