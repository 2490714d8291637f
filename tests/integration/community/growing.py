"""Readers that poll the TAXII door for ever, each from where it stopped, while the community changes around them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from exchange_node import TAXII, indicator, record_of
from mitra.community import operations
from mitra.core.policy.facts import Audience
from mitra.store.doors import store
from mitra.store.facts import Filter, NewShare

OBJECTS = "/taxii2/mitra/collections/all/objects/"
SMALL = 3
"""So few objects a page that each poll turns several."""


def clock():
    return datetime.now(UTC)


def by(world, slug="centre", **more):
    """Who decides, and when."""
    return {"by": world.operator(slug, **more), "now": clock()}


def share(world, slug, number, tlp, *circles, **audience):
    """Share one indicator of this number; return its id."""
    audience = Audience(tlp, frozenset(world.circles[circle] for circle in circles), **audience)
    obj = indicator(number)
    store().accept_batch([NewShare(record_of(obj), audience)], kind="share", by=world.ids[slug], now=clock())
    return obj["id"]


@dataclass
class Poller:
    """A TAXII client of one organisation: what it has, and how far it has come."""

    client: object
    token: str
    date: str = ""
    held: list = field(default_factory=list)

    def poll(self):
        """Take what was added since last time; return the ids, in order."""
        came, cursor = [], {}
        since = {"added_after": self.date} if self.date else {}
        headers = {"Authorization": f"Bearer {self.token}", "Accept": TAXII}
        while True:
            answer = self.client.get(OBJECTS, {"limit": SMALL, **since, **cursor}, headers=headers)
            page = answer.json()
            came += [each["id"] for each in page.get("objects", [])]
            self.date = answer.headers.get("X-TAXII-Date-Added-Last", self.date)
            if not page.get("more"):
                self.held += came
                return came
            cursor = {"next": page["next"]}


def poller(client, world, slug, realm=0):
    return Poller(client, operations.make_credential(reading(realm), **by(world, slug)).token)


def reading(realm):
    from mitra.community.facts import EXCHANGE_READ, NewCredential

    return NewCredential("TAXII client", (EXCHANGE_READ,), realm=realm)


def readable(world, slug, realm=0):
    """The ids that a machine of the organisation reads on pages, in a set."""
    from mitra.community.queries import viewer_of_body

    door = store().visible_to(viewer_of_body(world.ids[slug], realm), now=clock())
    return {each.stix_id for each in door.latest(limit=1_000, only=Filter()).shares}


def last_position():
    """The highest number given out: what nobody may take who replays nothing."""
    from mitra.ledger.operations import hold_counter

    return hold_counter()
