"""What tests of mail do again and again: open a grave case, send what waits, add somebody who is told."""

from datetime import UTC, datetime

import world as region
from mitra.cases import operations as cases
from mitra.community import operations as community
from mitra.community import queries as who
from mitra.community.facts import NewPerson
from mitra.messages.channels.calling import call_hooks
from mitra.messages.channels.mail import Post, site
from mitra.messages.channels.pushing import push_all
from mitra.messages.facts import Channel
from mitra.messages.operations import sending

HEADING = "ၵူတ်ႇ ransomware ໃນທ່າເຮືອ"
LEADER, MEMBER = "cert-sg", "cert-th"


def now():
    return datetime.now(UTC)


def actor(slug):
    return who.actor_of_operator(slug)


def send(clock=now):
    """Send what waits, as the worker's thread does."""
    by_mail, readers = Post(site()), sending.Readers()
    try:
        for channel, deliver in ((Channel.MAIL, by_mail), (Channel.WEBHOOK, call_hooks), (Channel.PUSH, push_all)):
            sending.take_up_again(channel)
            while sending.send_some(channel, deliver, readers, clock=clock):
                pass
    finally:
        by_mail.close()


def person(slug, email, role="duty-officer", **more):
    new = NewPerson(email=email, name="เจ้าหน้าที่เวร", roles=(role,), password=region.PASSWORD, **more)
    community.add_person(new, by=actor(slug), now=now())


GRAVE = (
    ("functional", "lost"),
    ("information", "credentials"),
    ("recovery", "extended"),
    ("infrastructure", "yes"),
    ("lives", "yes"),
)


def opened(world, *asked, impact=GRAVE):
    new = cases.NewCase(
        HEADING,
        "malicious-code/infected-system",
        impact=impact,
        states=("SG", "TH"),
        invited=tuple(world.organisations[slug] for slug in asked),
    )
    return cases.open_case(new, by=actor(LEADER), now=now())
