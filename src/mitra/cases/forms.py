"""What people type in this room, as clean facts; a refused form comes back as it was, with the reason."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from mitra.cases import words as told
from mitra.cases.calendars import Hours
from mitra.cases.operations import NewCase
from mitra.cases.rules import POINTS, RESOLUTIONS, SEVERITIES, WATCH
from mitra.cases.task_rules import SAID
from mitra.cases.taxonomy import types
from mitra.community.queries import zones_of_states
from mitra.core.time.local import instant_of
from mitra.web.told import Answer, ToldForm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mitra.community.facts import OrganisationFacts
    from mitra.web.ports import Words

STEP_SAYS: Final = ("why", "resolution", "lessons", "to", "then", "severity", "number", "entry", *SAID)
"""What a step may carry."""
WALL: Final = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
"""How a time is typed, on the clock of who types it."""


def wall_time(label: Words, **more: Any) -> forms.DateTimeField:  # noqa: ANN401 - Django's
    """Return a field for a time on the clock of who types it."""
    return forms.DateTimeField(required=False, label=label, input_formats=WALL, **more)


def instant(wall: datetime | None, zone: str, path: str) -> datetime | None:
    """Return the instant at which a clock in the zone shows a time; raises InvalidInput where there is none, or two."""
    return None if wall is None else instant_of(wall.replace(tzinfo=None), zone, path=path)


TIMES: Final = ("detected_at", "occurred_from", "occurred_until")


class NewCaseForm(ToldForm):
    """A case to be opened: what happened, of what kind, how grave, who is asked in."""

    heading = forms.CharField(max_length=200, label=_("What happened, in one line"))
    kind = forms.CharField(max_length=80, label=_("Of what kind is it?"))
    summary = forms.CharField(
        max_length=20_000, required=False, label=_("What you know"), help_text=_("Everybody in the case reads it")
    )
    states = forms.MultipleChoiceField(required=False, choices=lambda: [(code, code) for code in zones_of_states()])
    invited = forms.MultipleChoiceField(required=False)
    sectors = forms.MultipleChoiceField(choices=list(told.SECTORS.items()), required=False)
    detected_at = wall_time(_("When was it found?"))
    occurred_from = wall_time(_("When did it begin?"))
    occurred_until = wall_time(_("When was it over?"))
    precision = forms.ChoiceField(
        choices=list(told.PRECISIONS.items()), required=False, label=_("How exactly is that known?")
    )
    continues = forms.CharField(max_length=120, required=False)

    def __init__(self, *args: Any, bodies: Iterable[OrganisationFacts], **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.bodies = {body.slug: body for body in bodies}
        asked = self.fields["invited"]
        if isinstance(asked, forms.MultipleChoiceField):
            asked.choices = [(slug, body.name) for slug, body in self.bodies.items()]
        for factor, answers in POINTS.items():
            self.fields[factor] = forms.ChoiceField(
                choices=[(code, told.ANSWERS[factor][code]) for code in answers],
                initial=next(iter(answers)),
                required=False,
                label=told.FACTORS[factor],
            )

    @property
    def kind_options(self) -> list[tuple[str, str]]:
        """The types of the taxonomy, each after its class."""
        return [("", str(_("Choose one"))), *((one.code, f"{one.of}: {one.words}") for one in types().values())]

    @property
    def state_answers(self) -> list[Answer]:
        """The states that may be hit."""
        return self.answers("states", {code: code for code in zones_of_states()}, {})

    @property
    def precision_options(self) -> list[tuple[str, Words]]:
        """How exactly times may be known."""
        return list(told.PRECISIONS.items())

    @property
    def sector_answers(self) -> list[Answer]:
        """The sectors that may be hit."""
        return self.answers("sectors", told.SECTORS, {})

    @property
    def invited_answers(self) -> list[Answer]:
        """The organisations that may be asked in."""
        return self.answers("invited", {slug: body.name for slug, body in self.bodies.items()}, {})

    @property
    def factors(self) -> list[tuple[forms.BoundField, list[tuple[str, Any]]]]:
        """Each factor of the sum, with its answers."""
        return [(self[name], [(code, told.ANSWERS[name][code]) for code in POINTS[name]]) for name in POINTS]

    def clean_kind(self) -> str:
        """Take a type of the taxonomy."""
        kind = str(self.cleaned_data["kind"])
        if kind not in types():
            raise forms.ValidationError(_("Choose what kind of incident it is from the list."))
        return kind

    def case(self, zone: str) -> NewCase:
        """Return what to open; times were typed on a clock in the zone.  Raises InvalidInput for one that is not."""
        clean = self.cleaned_data
        return NewCase(
            heading=clean["heading"],
            kind=clean["kind"],
            summary=clean["summary"],
            impact=tuple((name, clean[name]) for name in POINTS if clean[name]),
            states=tuple(clean["states"]),
            invited=tuple(self.bodies[slug].id for slug in clean["invited"]),
            sectors=tuple(clean["sectors"]),
            precision=clean["precision"] or "minute",
            continues=clean["continues"],
            **{name: instant(clean[name], zone, name) for name in TIMES},
        )


class EntryForm(ToldForm):
    """What somebody writes to a case, and to whom."""

    words = forms.CharField(max_length=20_000, label=_("Your entry"))
    kind = forms.ChoiceField(choices=list(told.KINDS.items()), required=False)
    to = forms.ChoiceField(choices=[("all", ""), ("own", "")], required=False)
    happened_at = wall_time(_("When it happened, if not now, on your clock"))
    corrects = forms.CharField(max_length=20, required=False)

    def clean_kind(self) -> str:
        """Take a note where nothing is chosen."""
        return str(self.cleaned_data["kind"] or "note")


class StepForm(ToldForm):
    """A step, and what it carries."""

    step = forms.CharField(max_length=60)
    why = forms.CharField(max_length=500, required=False, label=_("Why"))
    lessons = forms.CharField(max_length=4_000, required=False, label=_("Lessons"))
    resolution = forms.ChoiceField(choices=[("", ""), *((code, code) for code in RESOLUTIONS)], required=False)
    to = forms.CharField(max_length=120, required=False)
    severity = forms.ChoiceField(choices=[("", ""), *((level, level) for level in SEVERITIES)], required=False)
    then = forms.ChoiceField(choices=[("", _("take part")), (WATCH, _("only watch it"))], required=False)
    until = wall_time(_("Until when"))
    number = forms.CharField(max_length=60, required=False, label=_("Your own number for it"))
    entry = forms.CharField(max_length=20, required=False)

    def said(self, zone: str) -> dict[str, str]:
        """Return what the step carries; its time was typed on a clock in the zone.  Raises InvalidInput for none."""
        said = {name: self.cleaned_data[name] for name in STEP_SAYS if self.cleaned_data.get(name)}
        until = instant(self.cleaned_data.get("until"), zone, "until")
        return said if until is None else {**said, "until": until.isoformat()}


class TaskStepForm(StepForm):
    """A step of a task; at a hand-over three things are said."""

    stands = forms.CharField(max_length=2_000, required=False, label=_("How it stands"))
    next = forms.CharField(max_length=2_000, required=False, label=_("What comes next"))
    question = forms.CharField(max_length=2_000, required=False, label=_("What is open"))


class TaskForm(ToldForm):
    """A task to be set."""

    heading = forms.CharField(max_length=200, label=_("What is to be done"))
    about = forms.CharField(max_length=20_000, required=False, label=_("More about it"))
    due_at = wall_time(_("Until when"))


class MergeForm(ToldForm):
    """Another case, by its number."""

    into = forms.CharField(max_length=20, label=_("Number of the other case"))


class HandForm(ToldForm):
    """That the acting person has a case in hand: nothing else is said."""


class InviteForm(ToldForm):
    """An organisation to be asked in."""

    organisation = forms.CharField(max_length=60, label=_("Organisation"))


class CalendarForm(ToldForm):
    """When an organisation works."""

    fields_of_paths: ClassVar = {"/intervals": "weekdays"}
    zone = forms.CharField(max_length=64, label=_("Time zone"), help_text=_("As Asia/Bangkok"))
    start = forms.TimeField(label=_("Work begins"))
    end = forms.TimeField(label=_("Work ends"))
    weekdays = forms.MultipleChoiceField(choices=[(str(day), word) for day, word in enumerate(told.WEEKDAYS)])
    extra = forms.CharField(
        max_length=4_000, required=False, label=_("Further days off"), help_text=_("One a line, as 2026-12-31")
    )

    @property
    def weekday_answers(self) -> list[Answer]:
        """The days of the week."""
        return self.answers("weekdays", {str(day): word for day, word in enumerate(told.WEEKDAYS)}, {})

    def clean_extra(self) -> tuple[date, ...]:
        """Take dates, one a line."""
        try:
            return tuple(date.fromisoformat(line) for line in self.cleaned_data["extra"].split())
        except ValueError as error:
            raise forms.ValidationError(_("Write each day as 2026-12-31, one a line.")) from error

    def hours(self) -> Hours:
        """Return what was said."""
        clean = self.cleaned_data
        start, end = (clean[name].hour * 60 + clean[name].minute for name in ("start", "end"))
        days = tuple(sorted(int(day) for day in clean["weekdays"]))
        return Hours(clean["zone"], start, end, days, clean["extra"], "", is_own=True)

    @staticmethod
    def of(hours: Hours) -> dict[str, Any]:
        """Return what the form shows first."""
        start, end = (f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in (hours.start, hours.end))
        days = [str(day) for day in hours.weekdays]
        extra = "\n".join(day.isoformat() for day in hours.extra)
        return {"zone": hours.zone, "start": start, "end": end, "weekdays": days, "extra": extra}
