"""A grave case on a Friday night, and what tests of its clocks ask again and again."""

from datetime import UTC, datetime

from mitra.cases import operations, queries
from mitra.cases.models import ClockRow
from mitra.community import operations as community
from mitra.community import queries as who
from mitra.community.models import Circle
from mitra.messages import queries as inboxes

LEADER, MEMBER = "cert-sg", "cert-th"
S5 = (("functional", "lost"), ("information", "credentials"), ("recovery", "impossible"), ("lives", "yes"))
FRIDAY = datetime(2026, 11, 27, 3, tzinfo=UTC)  # 11:00 in Singapore


def actor(slug):
    return who.actor_of_operator(slug)


def opened(world, *asked, accept=(), impact=S5, now=FRIDAY):
    invited = tuple(world.organisations[slug] for slug in asked)
    new = operations.NewCase("ທ່າເຮືອ", "fraud/phishing", impact=impact, states=("SG", "TH", "MY"), invited=invited)
    made = operations.open_case(new, by=actor(LEADER), now=now)
    for slug in accept:
        community.accept(Circle.objects.get(purpose=made.number).pk, by=actor(slug), now=now)
    return made


def clock(made, slug, kind):
    rows = ClockRow.objects.filter(case=made.stix_id, owner=who.get_organisation(slug).id, kind=kind)
    return queries.clock_of(rows.order_by("-pk")[0])


def codes(slug, now, about=None):
    lines = [line for line in inboxes.list_inbox(actor(slug), now=now) if about in {None, line.number}]
    return sorted(line.code.partition(".")[2] for line in lines)


def parts(made, now, slug=LEADER):
    seen = queries.get_case(made.stix_id, actor(slug), now=now)
    return {part.organisation.slug: part.part for part in seen.parts}
