"""What people type in this room, as clean facts; a refused form comes back as it was, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from mitra.cases import words as told
from mitra.cases.operations import NewCase
from mitra.cases.rules import POINTS, RESOLUTIONS
from mitra.cases.taxonomy import types
from mitra.web.told import Answer, ToldForm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mitra.community.facts import OrganisationFacts

MEMBER_STATES: Final = ("BN", "KH", "ID", "LA", "MY", "MM", "PH", "SG", "TH", "TL", "VN")


class NewCaseForm(ToldForm):
    """A case to be opened: what happened, of what kind, how grave, who is asked in."""

    heading = forms.CharField(max_length=200, label=_("What happened, in one line"))
    kind = forms.CharField(max_length=80, label=_("Of what kind is it?"))
    summary = forms.CharField(
        max_length=20_000, required=False, label=_("What you know"), help_text=_("Everybody in the case reads it")
    )
    states = forms.MultipleChoiceField(required=False, choices=[(code, code) for code in MEMBER_STATES])
    invited = forms.MultipleChoiceField(required=False)

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
        return self.answers("states", {code: code for code in MEMBER_STATES}, {})

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

    def case(self) -> NewCase:
        """Return what to open."""
        clean = self.cleaned_data
        return NewCase(
            heading=clean["heading"],
            kind=clean["kind"],
            summary=clean["summary"],
            impact=tuple((name, clean[name]) for name in POINTS if clean[name]),
            states=tuple(clean["states"]),
            invited=tuple(self.bodies[slug].id for slug in clean["invited"]),
        )


class EntryForm(ToldForm):
    """What somebody writes to a case, and to whom."""

    words = forms.CharField(max_length=20_000, label=_("Your entry"))
    kind = forms.ChoiceField(choices=list(told.KINDS.items()), required=False)
    to = forms.ChoiceField(choices=[("all", ""), ("own", "")], required=False)

    def clean_kind(self) -> str:
        """Take a note where nothing is chosen."""
        return str(self.cleaned_data["kind"] or "note")


class StepForm(ToldForm):
    """A step, and what it carries."""

    step = forms.CharField(max_length=60)
    why = forms.CharField(max_length=500, required=False, label=_("Why"))
    resolution = forms.ChoiceField(choices=[("", ""), *((code, code) for code in RESOLUTIONS)], required=False)
    to = forms.CharField(max_length=120, required=False)

    def said(self) -> dict[str, str]:
        """Return what the step carries."""
        return {name: self.cleaned_data[name] for name in ("why", "resolution", "to") if self.cleaned_data.get(name)}


class InviteForm(ToldForm):
    """An organisation to be asked in."""

    organisation = forms.CharField(max_length=60, label=_("Organisation"))
