"""What tests of cases do again and again: open one that others are in, write to it, and ask what somebody sees."""

from mail_world import LEADER, actor, now
from mitra.cases import operations, queries
from mitra.community import operations as community
from mitra.community.models import Circle

THIRD = "cert-vn"


def opened(world, *asked, accept=None, **more):
    invited = tuple(world.organisations[slug] for slug in asked)
    made = operations.open_case(
        operations.NewCase("ທ່າເຮືອ", "fraud/phishing", invited=invited, **more), by=actor(LEADER), now=now()
    )
    for slug in asked if accept is None else accept:
        community.accept(circle_of(made).pk, by=actor(slug), now=now())
    return made


def circle_of(made):
    return Circle.objects.get(purpose=made.number)


def write(made, slug, words="ຂໍ້ຄວາມ", **more):
    return operations.write_entry(made.stix_id, operations.NewEntry("fact", words, **more), by=actor(slug), now=now())


def said(made, slug):
    return {one.number: one for one in queries.get_case(made.stix_id, actor(slug), now=now()).said if one.number}


def parts(made, slug=LEADER):
    seen = queries.get_case(made.stix_id, actor(slug), now=now())
    return {part.organisation.slug: part for part in seen.parts}
