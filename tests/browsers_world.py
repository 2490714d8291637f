"""What tests of browsers that ring do again and again: choose one on the page, tell its organisation something."""

from django.db import transaction
from django.test import Client

from mail_world import MEMBER, now
from mitra.community.models import Person
from mitra.core.policy.facts import Tlp
from mitra.messages import operations
from mitra.messages.facts import Described, Telling
from mitra.messages.oncall import duty_ladder

PAGE, DOOR = "/inbox/mine", "/inbox/mine/browsers"
TITLE = "ຫົວຂໍ້ຂອງຄະດີ"


def describe_thing(abouts, actor, *, now):
    return {about: Described(TITLE, "/somewhere") for about in abouts}


def told(world, *, tlp=Tlp.AMBER, key="k", severity=0, answer_by=None):
    telling = Telling(
        key,
        "tests.told",
        world.organisations[MEMBER],
        "thing",
        number="TH-7K3M",
        tlp=tlp,
        severity=severity,
        answer_by=answer_by,
    )
    with transaction.atomic():
        operations.tell(telling, duty_ladder(world.organisations[MEMBER], realm=0), now=now())


def signed_in(email, **how):
    client = Client(**how)
    client.force_login(Person.objects.get(email=email))
    return client


def chosen(client, service):
    """Let a browser ring for whoever has signed in; return it."""
    browser = service.browser()
    assert client.post(DOOR, {"subscription": browser.subscription()}).status_code == 302
    return browser


def shown(client):
    return client.get(PAGE).content.decode()
