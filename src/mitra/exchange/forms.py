"""What people type on the pages of sharing, as clean facts; a refused form comes back as it was, with the reason."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, ClassVar, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mitra.core.policy.facts import Pap, Tlp
from mitra.core.stix.reading import read_object
from mitra.exchange import plain, telling
from mitra.exchange.facts import Terms
from mitra.exchange.operations.changing import FIXED
from mitra.exchange.rules import CONDITION_CHARACTERS, REASON_CHARACTERS
from mitra.store.facts import Filter
from mitra.web.told import Answer, ToldForm

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.http import QueryDict

    from mitra.community.facts import Addressee, CircleFacts, OrganisationFacts
    from mitra.exchange.queries import LevelCount

LEVELS: Final = {level.name.replace("_", "+"): level for level in Tlp}
"""TLP levels by the word that forms and addresses carry."""

PAPS: Final = {level.name: level for level in Pap}

EVERYTHING: Final = "all"

LINE_BYTES: Final = 16 * 1024
"""The most that is read of a list's line at once; no value is as long."""


class FilterForm(ToldForm):
    """What a reader narrows the list by; it stands in the address, so it can be sent to a colleague."""

    words = forms.CharField(required=False, max_length=100, label=_("Words"))
    type = forms.CharField(required=False, max_length=255, label=_("Type"))
    tlp = forms.CharField(required=False, max_length=20, label=_("Level"))
    by = forms.CharField(required=False, max_length=100, label=_("Shared by"))
    circle = forms.CharField(required=False, max_length=100, label=_("Circle"))

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's form arguments
        types: Mapping[str, str],
        organisations: Sequence[OrganisationFacts],
        circles: Sequence[CircleFacts],
        **kwargs: Any,  # noqa: ANN401 - Django's form arguments
    ) -> None:
        super().__init__(*args, **kwargs)
        self.types = types
        self.organisations = {body.slug: body for body in organisations}
        self.circles = {circle.slug: circle for circle in circles}

    @property
    def type_options(self) -> list[tuple[str, str]]:
        """The types that this viewer reads anything of."""
        everything = [("", gettext("All but relations")), (EVERYTHING, gettext("All types"))]
        return [*everything, *sorted(self.types.items(), key=lambda pair: pair[1])]

    @property
    def tlp_options(self) -> list[tuple[str, str]]:
        """The levels."""
        return [("", gettext("All levels")), *((word, f"TLP:{word}") for word in LEVELS)]

    @property
    def by_options(self) -> list[tuple[str, str]]:
        """The organisations that this viewer knows."""
        return [("", gettext("Anybody")), *((slug, body.name) for slug, body in self.organisations.items())]

    @property
    def circle_options(self) -> list[tuple[str, str]]:
        """The circles that this viewer is in."""
        return [("", gettext("Any circle")), *((slug, circle.name) for slug, circle in self.circles.items())]

    def clean_type(self) -> str:
        """Take a type that STIX knows, or that this viewer reads anything of."""
        name = str(self.cleaned_data["type"])
        if name and name != EVERYTHING and name not in plain.TYPES and name not in self.types:
            raise forms.ValidationError(gettext("No record has the type “%(name)s”.") % {"name": name})
        return name

    def clean_tlp(self) -> str:
        """Take a level with or without its prefix, in any case."""
        name = str(self.cleaned_data["tlp"]).upper().removeprefix("TLP:").replace(" ", "+").replace("_", "+")
        if name and name not in LEVELS:
            known = ", ".join(LEVELS)
            raise forms.ValidationError(
                gettext("“%(name)s” is no TLP level; they are %(known)s.") % {"name": name, "known": known}
            )
        return name

    def clean_by(self) -> str:
        """Take an organisation that this viewer knows."""
        return self._known("by", self.organisations, gettext("You know no organisation by the short name “%(name)s”."))

    def clean_circle(self) -> str:
        """Take a circle that this viewer is in."""
        return self._known("circle", self.circles, gettext("You are in no circle with the short name “%(name)s”."))

    def _known(self, field: str, known: Mapping[str, object], sentence: str) -> str:
        name = str(self.cleaned_data[field])
        if name and name not in known:
            raise forms.ValidationError(sentence % {"name": name})
        return name

    def only(self, *, for_machines: bool = False) -> Filter:
        """Return the filter; call it on a valid form.

        People see relations on the records that they tie, machines want them listed.
        """
        clean = self.cleaned_data
        kind = clean["type"]
        return Filter(
            versions="last",
            words=clean["words"],
            types=frozenset({kind} - {"", EVERYTHING}),
            without_types=frozenset() if kind or for_machines else frozenset({"relationship"}),
            tlps=frozenset({int(LEVELS[clean["tlp"]])} if clean["tlp"] else ()),
            by=frozenset({self.organisations[clean["by"]].id} if clean["by"] else ()),
            circles=frozenset({self.circles[clean["circle"]].id} if clean["circle"] else ()),
        )


class TermsForm(ToldForm):
    """To whom, from when, for what use.  Until somebody chooses, nobody outside one's own organisation."""

    fields_of_paths: ClassVar[Mapping[str, str]] = {"circle": "circles", "embargo": "date", "persons": "persons"}

    tlp = forms.ChoiceField(
        choices=[(word, word) for word in LEVELS], error_messages={"required": _("Choose how far it may go.")}
    )
    circles = forms.MultipleChoiceField(required=False)
    persons = forms.MultipleChoiceField(required=False)
    pap = forms.ChoiceField(required=False, choices=[("", "")] + [(word, word) for word in PAPS])
    condition = forms.CharField(
        required=False,
        max_length=CONDITION_CHARACTERS,
        label=_("A condition"),
        help_text=_("Shown first; “coordinate with us before blocking”"),
    )
    when = forms.ChoiceField(required=False, choices=[("now", "now"), ("later", "later")])
    date = forms.DateField(required=False, label=_("Date"))
    hour = forms.TimeField(required=False, label=_("Hour"))
    zone = forms.CharField(required=False, max_length=64, label=_("Zone"))

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's form arguments
        circles: Sequence[CircleFacts],
        addressees: Sequence[Addressee] = (),
        zone: str = "UTC",
        levels: Sequence[Tlp] = tuple(Tlp),
        stands_until: datetime | None = None,
        **kwargs: Any,  # noqa: ANN401 - Django's form arguments
    ) -> None:
        super().__init__(*args, **kwargs)
        self.known_circles = {circle.slug: circle for circle in circles}
        self.addressees = addressees
        self.own_zone = zone
        self.levels = levels
        self.stands_until = stands_until
        choose(self, "tlp", [word for word, level in LEVELS.items() if level in levels])
        choose(self, "circles", list(self.known_circles))
        choose(self, "persons", [person.ref for person in addressees])
        self.embargo_until: datetime | None = None

    @staticmethod
    def defaults(zone: str) -> dict[str, str]:
        """Return what the form says before anybody chose: the strictest that works without naming persons."""
        return {"tlp": "AMBER+STRICT", "when": "now", "zone": zone}

    def clean(self) -> dict[str, Any]:
        """Read the end of the embargo."""
        clean = super().clean() or self.cleaned_data
        if clean.get("when") == "later":
            self.embargo_until = self._as_it_stands(self._read_embargo(clean))
        elif clean.get("date") or clean.get("hour"):
            self.add_error("when", gettext("You wrote a day or an hour: choose “Not before”, or take it away."))
        return clean

    def _as_it_stands(self, until: datetime | None) -> datetime | None:
        """Return the end as it stands to the microsecond, where a form, which knows seconds, did not move it."""
        stands = self.stands_until
        return stands if stands is not None and until == stands.replace(microsecond=0) else until

    def _read_embargo(self, clean: Mapping[str, Any]) -> datetime | None:
        """Return the instant of date, hour and zone; explain a local time that its zone does not have."""
        if clean.get("date") is None and "date" not in self.errors:
            self.add_error("date", gettext("Say from which day on."))
        zone = find_zone(clean.get("zone") or self.own_zone)
        if zone is None:
            self.add_error("zone", gettext("This zone is not known; write it as Asia/Bangkok, or UTC."))
        if self.errors or zone is None:
            return None
        hour = clean.get("hour") or time(0, 0)
        # An hour that comes twice ends with its second time: an embargo ends late rather than early.
        local = datetime.combine(clean["date"], hour, tzinfo=zone).replace(fold=1)
        instant = local.astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            sentence = gettext("In %(zone)s clocks leap over this hour on that day; choose another.")
            self.add_error("hour", sentence % {"zone": zone.key})
            return None
        return instant

    def terms(self, persons: frozenset[int] = frozenset()) -> Terms:
        """Return the terms as far as the form is valid; `persons` are the chosen ones, who count at RED only."""
        clean = self.cleaned_data
        tlp = LEVELS[clean.get("tlp") or "AMBER+STRICT"]
        return Terms(
            tlp=tlp,
            circles=frozenset(self.known_circles[slug].id for slug in clean.get("circles", ())),
            persons=persons if tlp is Tlp.RED else frozenset(),
            pap=PAPS.get(clean.get("pap", "")),
            condition=clean.get("condition", ""),
            embargo_until=self.embargo_until,
        )

    @property
    def names_persons(self) -> bool:
        """Whether RED is chosen, so that persons are."""
        return bool(self["tlp"].value() == "RED")

    def tlp_answers(self, counts: Mapping[Tlp, LevelCount]) -> list[Answer]:
        """Return the levels, the strictest first, each with how many would read at it."""
        chosen = self["tlp"].value()
        return [
            Answer(word, *telling.LEVELS[level], telling.level_figure(counts.get(level)), is_checked=word == chosen)
            for word, level in reversed(LEVELS.items())
            if level in self.levels
        ]

    @property
    def circle_answers(self) -> list[Answer]:
        """The circles that the sender is in."""
        chosen = set(self["circles"].value() or ())
        return [
            Answer(slug, circle.name, telling.circle_why(circle), telling.circle_figure(circle), slug in chosen)
            for slug, circle in self.known_circles.items()
        ]

    @property
    def person_answers(self) -> list[Answer]:
        """The persons whom the sender may name."""
        chosen = set(self["persons"].value() or ())
        return [
            Answer(person.ref, person.name, person.organisation_name, is_checked=person.ref in chosen)
            for person in self.addressees
        ]

    @property
    def pap_options(self) -> list[tuple[str, str]]:
        """The levels of use."""
        return [("", gettext("Not stated: detecting and blocking")), *telling.pap_options()]


class ShareForm(TermsForm):
    """What somebody has, with what they confirmed of it, and to whom it goes."""

    def __init__(self, sent: QueryDict, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's form arguments
        super().__init__(sent, *args, **kwargs)
        self.sent = sent

    text = forms.CharField(required=False, strip=False, label=_("What you have"))
    filename = forms.CharField(required=False, max_length=255)
    file = forms.FileField(required=False, allow_empty_file=True)
    reviewed = forms.CharField(required=False, max_length=64)


class ReasonForm(ToldForm):
    """Why somebody does what cannot be undone; kept with the act."""

    reason = forms.CharField(
        max_length=REASON_CHARACTERS,
        label=_("Why"),
        help_text=_("Kept with the act; write it for a colleague"),
        error_messages={"required": _("Say in a few words why.")},
    )


class HeldForm(ReasonForm):
    """What an owner decides about a held item, and why."""

    decision = forms.ChoiceField(choices=[("release", "release"), ("discard", "discard")])


class VersionForm(ToldForm):
    """The next version of an object, as its JSON."""

    text = forms.CharField(strip=True, label=_("The object as JSON"))

    def changes(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the text changes in an object: new values, and None for what it leaves out."""
        after = self.attempt(lambda: read_object(self.cleaned_data["text"].encode()), at="text")
        if after is None:
            return {}
        handled = {"modified", "object_marking_refs"}
        changed = {name: value for name, value in after.items() if before.get(name) != value and name not in handled}
        left_out = {name: None for name in before if name not in after and name not in FIXED}
        if not changed and not left_out:
            self.add_error("text", gettext("Nothing is different from the version that is out."))
        return {**changed, **left_out}


class LookUpsForm(ToldForm):
    """Many values at once, typed or from a file."""

    values = forms.CharField(required=False, label=_("Values, one a line"), max_length=200_000)
    file = forms.FileField(required=False, allow_empty_file=True)

    def clean(self) -> dict[str, Any]:
        """Want at least one value."""
        clean = super().clean() or self.cleaned_data
        if not clean.get("values") and not clean.get("file"):
            self.add_error("values", gettext("Write values here, one a line, or choose a file of them."))
        return clean

    def lines(self) -> Iterator[bytes]:
        """Yield the lines that were typed, then those of the file, a bounded piece of each at a time."""
        yield from str(self.cleaned_data["values"]).encode().splitlines()
        upload = self.cleaned_data.get("file")
        if upload is not None:
            upload.seek(0)
            while line := upload.readline(LINE_BYTES):
                yield line


def choose(form: forms.Form, name: str, codes: Sequence[str]) -> None:
    """Let a field take exactly these codes."""
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = [(code, code) for code in codes]


def find_zone(name: str) -> ZoneInfo | None:
    """Return a zone of the IANA database, or None."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
