"""The room's rows: organisations, persons and their roles, circles and who is in them, credentials, realms.

All are governance rows: they say who may do what, are read through this room's queries, and each change of them is a
leaf of the log.  Names may be in any script.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from mitra.community.rules import CIRCLE_KINDS, KINDS, ROLES
from mitra.core.policy.facts import REAL_REALM, Standing
from mitra.ledger.kinds import GovernanceRow, OwnRow

if TYPE_CHECKING:
    from typing import ClassVar


def _choices(codes: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(code, code) for code in codes]


def new_ref() -> str:
    """Return a random name for addresses and forms, so that no row's number, which counts, is ever shown."""
    return secrets.token_hex(6)


class Organisation(GovernanceRow):
    """A member, partner or guest body; a STIX `identity`."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    native_name = models.CharField(max_length=200, blank=True, default="")
    kind = models.CharField(max_length=20, choices=_choices(KINDS))
    country = models.CharField(max_length=2, blank=True, default="")
    standing = models.CharField(
        max_length=12, choices=_choices(tuple(step.value for step in Standing)), default=Standing.PROPOSED.value
    )
    sponsor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="clients")
    stix_id = models.CharField(max_length=60, unique=True)
    is_centre = models.BooleanField(default=False)
    joined_at = models.DateTimeField()

    class Meta:
        """One centre a node."""

        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["is_centre"], condition=Q(is_centre=True), name="one_centre"),
            models.CheckConstraint(condition=~Q(sponsor=models.F("id")), name="no_sponsor_of_itself"),
        ]

    def __str__(self) -> str:
        return self.name


class People(BaseUserManager["Person"]):
    """Finds people by the e-mail address that they sign in with."""


class Person(AbstractBaseUser, GovernanceRow):
    """Somebody who signs in for one organisation.

    Purpose of what is kept: e-mail to sign in, name to be known by in its circles, zone, language, density and theme
    to read by.  Kept while the account stands.
    """

    ref = models.CharField(max_length=12, unique=True, default=new_ref, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=200)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="people")
    realm = models.PositiveIntegerField(default=REAL_REALM)
    time_zone = models.CharField(max_length=64, default="UTC")
    language = models.CharField(max_length=16, default="en")
    density = models.CharField(max_length=8, blank=True, default="")
    theme = models.CharField(max_length=8, blank=True, default="")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField()

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        """By name."""

        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class PersonRole(GovernanceRow):
    """One role that a person holds for its organisation."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=20, choices=_choices(tuple(ROLES)))

    class Meta:
        """A role is held once."""

        constraints = [models.UniqueConstraint(fields=["person", "role"], name="one_role_once")]

    def __str__(self) -> str:
        return self.role


class Circle(GovernanceRow):
    """A named set of organisations, roles or persons; without a slug, a nameless one of persons, unique by content."""

    slug = models.SlugField(max_length=60, unique=True, null=True)  # noqa: DJ001 - null: nameless, and many are
    name = models.CharField(max_length=200, blank=True, default="")
    purpose = models.CharField(max_length=500, blank=True, default="")
    kind = models.CharField(max_length=8, choices=_choices(CIRCLE_KINDS))
    is_confidential = models.BooleanField(default=False)
    realm = models.PositiveIntegerField(default=REAL_REALM)
    content = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - null: a named circle
    made_at = models.DateTimeField()
    host = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="hosted")
    """Who opened a working circle and invites to it; null where the centre keeps it."""
    closed_at = models.DateTimeField(null=True, blank=True)
    """When its last member left; nobody is invited to it any more."""

    class Meta:
        """A circle has a name or a content, never both or neither."""

        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(slug__isnull=True, content__isnull=False) | Q(slug__isnull=False, content__isnull=True),
                name="named_or_nameless",
            )
        ]

    def __str__(self) -> str:
        return self.name or "nameless"

    @property
    def is_nameless(self) -> bool:
        """Whether it was made of the persons chosen for one share."""
        return self.slug is None


class Membership(GovernanceRow):
    """An organisation in a circle: whole, one role of it, or one person of it."""

    circle = models.ForeignKey(Circle, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, blank=True, default="", choices=_choices(tuple(ROLES)))
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE, related_name="memberships")
    since = models.DateTimeField()

    class Meta:
        """Each once; a person is named without a role."""

        constraints = [
            models.UniqueConstraint(
                fields=["circle", "organisation", "role"], condition=Q(person__isnull=True), name="one_membership"
            ),
            models.UniqueConstraint(
                fields=["circle", "person"], condition=Q(person__isnull=False), name="one_person_membership"
            ),
            models.CheckConstraint(condition=Q(role="") | Q(person__isnull=True), name="role_or_person"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} in {self.circle_id}"


class Invitation(GovernanceRow):
    """A body is asked into a working circle; until it accepts it reads nothing there."""

    circle = models.ForeignKey(Circle, on_delete=models.CASCADE, related_name="invitations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invitations")
    invited_at = models.DateTimeField()
    why = models.CharField(max_length=500, blank=True)
    answer = models.CharField(max_length=10, blank=True, choices=_choices(("accepted", "declined", "taken-back")))
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One at a time."""

        constraints = [
            models.UniqueConstraint(fields=["circle", "organisation"], condition=Q(answer=""), name="invited_once")
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} to {self.circle_id}"


class OpenedCircle(GovernanceRow):
    """A circle that a sponsor opened to one client of its own."""

    sponsor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="opened_by_it")
    client = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="opened_to_it")
    circle = models.ForeignKey(Circle, on_delete=models.CASCADE, related_name="opened")
    since = models.DateTimeField()

    class Meta:
        """Opened once."""

        constraints = [models.UniqueConstraint(fields=["sponsor", "client", "circle"], name="opened_once")]

    def __str__(self) -> str:
        return f"{self.circle_id} to {self.client_id}"


class Credential(GovernanceRow):
    """A machine's way in for one organisation.  Of its token only the digest is kept, and a few signs to know it by."""

    ref = models.CharField(max_length=12, unique=True, default=new_ref, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="credentials")
    label = models.CharField(max_length=200)
    scopes = models.JSONField(default=list)
    digest = models.CharField(max_length=64, unique=True)
    prefix = models.CharField(max_length=16)
    realm = models.PositiveIntegerField(default=REAL_REALM)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first."""

        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.label


class AnsweredRequest(OwnRow):
    """What a machine was answered under an Idempotency-Key, kept for a day: sent again, it is not done again."""

    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    asked = models.CharField(max_length=64)
    """SHA-256 over method, address and body: another request does not get this one's answer."""
    status = models.PositiveSmallIntegerField(default=0)
    """0 while it is being done."""
    body = models.BinaryField(default=bytes)
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        """Once a credential and key."""

        constraints = [models.UniqueConstraint(fields=["credential", "key"], name="answered_once")]

    def __str__(self) -> str:
        return self.key


class SentLink(OwnRow):
    """A one-time link that was sent: what is kept of it leads nobody through it."""

    purpose = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    digest = models.BinaryField(max_length=32, unique=True)
    ends = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        """What was sent for one subject lies together."""

        indexes = [models.Index(fields=["purpose", "subject"], name="sent_link_subject")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.subject}"


class Realm(GovernanceRow):
    """An exercise's realm; 0 is the real one and has no row."""

    number = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=200)
    made_at = models.DateTimeField()

    class Meta:
        """In the order they were made; 0 stays real."""

        ordering = ["number"]
        constraints = [models.CheckConstraint(condition=Q(number__gt=REAL_REALM), name="realm_zero_is_real")]

    def __str__(self) -> str:
        return self.name
