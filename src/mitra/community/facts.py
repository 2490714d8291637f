"""What this room releases: the actor, and what others may know of organisations, circles, people and credentials."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mitra.core.errors import NotPermitted

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.core.policy.facts import Standing, Viewer

EXCHANGE_READ = "exchange:read"
EXCHANGE_SHARE = "exchange:share"
COMMUNITY_MANAGE = "community:manage"
SCOPES = [EXCHANGE_READ, EXCHANGE_SHARE, COMMUNITY_MANAGE]
"""Every scope of this node, in its usual order; a room adds its own (`rooms`)."""
READS_NOTHING = {EXCHANGE_SHARE}
"""Scopes that open a room for writing only."""
ROOM_OF_SCOPE = {EXCHANGE_READ: "exchange", EXCHANGE_SHARE: "exchange", COMMUNITY_MANAGE: "community"}


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a credential or the node's operator acting for one organisation.

    `viewer` is what this actor reads with; `scopes` what it may do.  An operator on the command line has every scope
    and no person.
    """

    viewer: Viewer
    organisation: int
    organisation_slug: str
    organisation_stix_id: str
    scopes: frozenset[str]
    person: int | None = None
    credential: int | None = None
    is_centre: bool = False
    organisation_name: str = ""
    person_name: str = ""
    roles: tuple[str, ...] = ()

    @property
    def sender(self) -> Viewer:
        """What this actor's shares are judged by: whoever shares into a room is held to what is known there.

        So what its organisation may read stays its owner's, though the actor itself, holding no scope to read, is
        shown nothing of it.
        """
        return replace(self.viewer, rooms=self.viewer.rooms | {ROOM_OF_SCOPE[scope] for scope in self.scopes})

    @property
    def is_operator(self) -> bool:
        """Whether this is the command line of the node, not a person or a machine from outside."""
        return self.person is None and self.credential is None

    def require(self, scope: str) -> None:
        """Raise NotPermitted unless the actor holds the scope."""
        if scope not in self.scopes:
            message = (
                f"Your role does not open this (it needs {scope}); your organisation's administrator can change that."
            )
            raise NotPermitted(message)


@dataclass(frozen=True, slots=True)
class Preferences:
    """How one person likes the pages: kept per person, or in a cookie when signed out."""

    density: str = ""
    theme: str = ""
    language: str = "en"
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """One body: a member, a partner or a guest."""

    id: int
    slug: str
    name: str
    native_name: str
    kind: str
    country: str
    """ISO 3166-1 alpha-2, or `''` for a body of no one state."""
    standing: Standing
    stix_id: str
    is_centre: bool
    is_in_community: bool
    sponsor: int | None
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class CircleFacts:
    """One circle as a member of it sees it: names where the circle allows, else only how many."""

    id: int
    slug: str
    name: str
    purpose: str
    kind: str
    is_confidential: bool
    realm: int
    count: int
    members: tuple[str, ...] = ()
    host: int | None = None
    """Who opened a working circle and invites to it; None where the centre keeps it."""


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """One person as its own organisation sees it.  Pages show `ref`, never the row's number."""

    id: int
    ref: str
    name: str
    email: str
    roles: tuple[str, ...]
    is_active: bool
    last_login: datetime | None


@dataclass(frozen=True, slots=True)
class Reachable:
    """A person to whom the node itself writes: never shown to anybody else."""

    id: int
    email: str
    language: str
    zone: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose mail somebody's is: the organisation, and the realm in which the account acts."""

    organisation: int
    realm: int


@dataclass(frozen=True, slots=True)
class Addressee:
    """A person that a RED share may name.  Forms carry `ref`, never the row's number."""

    id: int
    ref: str
    name: str
    organisation: int
    organisation_name: str


@dataclass(frozen=True, slots=True)
class NamedPersons:
    """A nameless circle, and the persons in it."""

    circle: int
    persons: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CredentialFacts:
    """One machine credential, without its token.  Pages show `ref`, never the row's number."""

    id: int
    ref: str
    label: str
    scopes: tuple[str, ...]
    prefix: str
    realm: int
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    """At most half a minute old while the machine is at work."""

    def state(self, now: datetime) -> str:
        """Return `revoked`, `expired` or `works`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at <= now else "works"


@dataclass(frozen=True, slots=True)
class ClientFacts:
    """A body that stands under the asking organisation, and which circles were opened to it."""

    organisation: OrganisationFacts
    opened: tuple[CircleFacts, ...]


@dataclass(frozen=True, slots=True)
class RealmFacts:
    """The realm of an exercise; nothing crosses from it to the real one or to another."""

    number: int
    name: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    """A body to be added.  Without `stix_id` it gets one of its own."""

    slug: str
    name: str
    kind: str
    country: str = ""
    native_name: str = ""
    standing: str = "proposed"
    stix_id: str = ""
    sponsor: int | None = None


@dataclass(frozen=True, slots=True)
class NewCircle:
    """A circle to be made, with the organisations that are in it from the start."""

    slug: str
    name: str
    purpose: str = ""
    kind: str = "standing"
    is_confidential: bool = False
    realm: int = 0
    members: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person to be added to the actor's organisation.  Without `password` one is made and shown once."""

    email: str
    name: str
    roles: tuple[str, ...]
    password: str = field(default="", repr=False)
    time_zone: str = "UTC"
    language: str = "en"
    realm: int = 0


@dataclass(frozen=True, slots=True)
class AddedPerson:
    """The new person, and the password it signs in with the first time."""

    person: PersonFacts
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A machine credential to be made for the actor's organisation."""

    label: str
    scopes: tuple[str, ...]
    expires_at: datetime | None = None
    """None: a year from now."""
    realm: int = 0


@dataclass(frozen=True, slots=True)
class IssuedCredential:
    """The credential and its token, which is shown this once."""

    credential: CredentialFacts
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Readers:
    """Who would read, in words for one viewer: names where circles allow, else counts."""

    is_public: bool
    organisations: tuple[str, ...] = ()
    hidden_organisations: int = 0
    """Bodies in a confidential circle, or in one that the viewer is not in."""
    clients: int = 0
    persons: tuple[str, ...] = ()
    hidden_persons: int = 0

    @property
    def organisation_count(self) -> int:
        """All organisations that read, named or not, clients aside."""
        return len(self.organisations) + self.hidden_organisations

    @property
    def person_count(self) -> int:
        """All persons that read, where it is for named persons."""
        return len(self.persons) + self.hidden_persons
