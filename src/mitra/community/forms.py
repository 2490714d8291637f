"""What people type on this room's pages, as clean facts; a refused form comes back as it was, with the reason."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.utils.translation import gettext_lazy as _

from mitra.community import words
from mitra.community.facts import NewCredential, NewPerson, Preferences
from mitra.community.rules import ROLES
from mitra.core.time.local import zone_names
from mitra.web.look import DENSITIES, THEMES
from mitra.web.told import Answer, ToldForm

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from mitra.community.facts import Addressee, CircleFacts, OrganisationFacts
    from mitra.web.ports import Words

Made = TypeVar("Made")

NEAR_ZONES = (
    "UTC",
    "Asia/Bangkok",
    "Asia/Brunei",
    "Asia/Dili",
    "Asia/Ho_Chi_Minh",
    "Asia/Jakarta",
    "Asia/Jayapura",
    "Asia/Kuala_Lumpur",
    "Asia/Makassar",
    "Asia/Manila",
    "Asia/Phnom_Penh",
    "Asia/Singapore",
    "Asia/Vientiane",
    "Asia/Yangon",
)
LIVES = {"30": _("30 days"), "90": _("90 days"), "365": _("a year")}


class RolesForm(ToldForm):
    """Which roles a person holds."""

    roles = forms.MultipleChoiceField(choices=[(role, role) for role in ROLES], required=False)

    def __init__(self, *args: Any, is_centre: bool, **kwargs: Any) -> None:  # noqa: ANN401 - Django's form arguments
        super().__init__(*args, **kwargs)
        self.is_centre = is_centre

    @property
    def role_answers(self) -> list[Answer]:
        """The roles that this organisation can give."""
        given = {role: words.ROLES[role] for role, rule in ROLES.items() if self.is_centre or not rule.is_of_centre}
        return self.answers("roles", given, words.ROLE_DOES)


class PersonForm(RolesForm):
    """Somebody new in one's own organisation."""

    name = forms.CharField(max_length=200, label=_("Name"), help_text=_("In your own script, as colleagues know it"))
    email = forms.EmailField(max_length=254, label=_("E-mail address"), help_text=_("They sign in with it"))
    time_zone = forms.ChoiceField(label=_("Time zone"), help_text=_("Hours are shown in it"))

    def __init__(self, *args: Any, zone: str = "UTC", **kwargs: Any) -> None:  # noqa: ANN401 - Django's form arguments
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = zone_field(zone)

    def person(self) -> NewPerson:
        """Return whom to add."""
        clean = self.cleaned_data
        return NewPerson(
            email=clean["email"], name=clean["name"], roles=tuple(clean["roles"]), time_zone=clean["time_zone"]
        )


class CredentialForm(ToldForm):
    """A new machine credential."""

    label = forms.CharField(
        max_length=200, label=_("What will use it"), help_text=_("So that a colleague knows what to stop")
    )
    scopes = forms.MultipleChoiceField(
        choices=words.SCOPES.items,
        initial=["exchange:read"],
        error_messages={"required": _("Choose at least one.")},
    )
    life = forms.ChoiceField(
        choices=list(LIVES.items()), initial="365", label=_("Ends after"), help_text=_("Then make a new one")
    )

    @property
    def scope_answers(self) -> list[Answer]:
        """What a machine may be let to do; until somebody chooses, only to read."""
        shown = {code: title for code, title in words.SCOPES.items() if not code.startswith("community:")}
        return self.answers("scopes", shown, {code: code for code in shown})

    def credential(self, *, now: datetime) -> NewCredential:
        """Return what to make."""
        clean = self.cleaned_data
        expires_at = now + timedelta(days=int(clean["life"]))
        return NewCredential(label=clean["label"], scopes=tuple(clean["scopes"]), expires_at=expires_at)


class NewCircleForm(ToldForm):
    """A working circle to be opened."""

    name = forms.CharField(
        max_length=200, label=_("What it is called"), help_text=_("Its members see it; “Phishing wave, week 48”")
    )
    purpose = forms.CharField(max_length=500, required=False, label=_("What it is for"))
    is_confidential = forms.BooleanField(
        required=False, label=_("Confidential"), help_text=_("Its members do not see one another’s names")
    )


class ChosenPasswordForm(ToldForm):
    """The password that a person chooses, twice."""

    password = forms.CharField(
        max_length=1_000,
        strip=False,
        label=_("Your new password"),
        help_text=_("Twelve signs or more, not a common one"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        max_length=1_000,
        strip=False,
        label=_("The new one again"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse two that differ."""
        clean: dict[str, Any] = super().clean() or self.cleaned_data
        if "password" in clean and "again" in clean and clean["password"] != clean["again"]:
            self.add_error("again", _("The two differ; type the same twice."))
        return clean


class BodyForm(ToldForm):
    """One organisation of those that are shown, and why."""

    organisation = forms.CharField(max_length=60, label=_("Organisation"))
    why = forms.CharField(max_length=500, required=False, label=_("Why"))

    def __init__(self, *args: Any, bodies: Iterable[OrganisationFacts], **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.bodies = {body.slug: body for body in bodies}

    @property
    def options(self) -> list[tuple[str, str]]:
        """The organisations to choose among."""
        return [("", str(_("Choose one"))), *((slug, body.name) for slug, body in self.bodies.items())]

    def clean_organisation(self) -> int:
        """Take one of those that are shown."""
        slug = str(self.cleaned_data["organisation"])
        if slug not in self.bodies:
            raise forms.ValidationError(_("Choose an organisation from the list."))
        return self.bodies[slug].id


class NamedForm(ToldForm):
    """One person of those that are shown."""

    person = forms.CharField(max_length=60, label=_("Person"))

    def __init__(self, *args: Any, persons: Iterable[Addressee], **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.persons = {person.ref: person for person in persons}

    @property
    def options(self) -> list[tuple[str, str]]:
        """The persons to choose among."""
        shown = ((ref, f"{person.name}, {person.organisation_name}") for ref, person in self.persons.items())
        return [("", str(_("Choose one"))), *shown]

    def clean_person(self) -> int:
        """Take one of those that are shown."""
        ref = str(self.cleaned_data["person"])
        if ref not in self.persons:
            raise forms.ValidationError(_("Choose a person from the list."))
        return self.persons[ref].id


class OpenedForm(ToldForm):
    """Which circles a sponsor opens to one client."""

    circles = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, circles: Iterable[CircleFacts], **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.shown = tuple(circles)
        field = self.fields["circles"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(circle.slug, circle.name) for circle in self.shown]

    @property
    def circle_answers(self) -> list[Answer]:
        """The sponsor's own circles, those open to the client checked."""
        chosen = set(self["circles"].value() or ())
        return [
            Answer(
                circle.slug,
                circle.name,
                circle.purpose,
                words.count_of_organisations(circle.count),
                is_checked=circle.slug in chosen,
            )
            for circle in self.shown
        ]


class PreferencesForm(ToldForm):
    """How one person likes its pages."""

    theme = forms.ChoiceField(choices=list(THEMES.items()), required=False)
    density = forms.ChoiceField(choices=list(DENSITIES.items()), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), help_text=_("Hours are shown in it, beside UTC"))
    language = forms.ChoiceField(label=_("Language"), help_text=_("Of the pages, not of what others wrote"))

    def __init__(self, *args: Any, now_kept: Preferences, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = zone_field(now_kept.time_zone)
        self.now_kept = now_kept
        spoken = words.spoken_languages()
        if len(spoken) > 1:
            self.fields["language"] = forms.ChoiceField(
                choices=list(spoken.items()),
                initial=now_kept.language,
                label=_("Language"),
                help_text=_("Of the pages, not of what others wrote"),
            )
        else:
            del self.fields["language"]

    @property
    def theme_answers(self) -> list[Answer]:
        """The themes."""
        return self._looks("theme", THEMES, self.now_kept.theme)

    @property
    def density_answers(self) -> list[Answer]:
        """The densities."""
        return self._looks("density", DENSITIES, self.now_kept.density)

    def _looks(self, name: str, words_of: Mapping[str, Words], kept: str) -> list[Answer]:
        chosen = self[name].value() if self.is_bound else kept
        return [Answer(code, title, is_checked=code == (chosen or "")) for code, title in words_of.items()]

    def preferences(self) -> Preferences:
        """Return what to keep."""
        clean = self.cleaned_data
        return Preferences(
            density=clean["density"],
            theme=clean["theme"],
            language=clean.get("language", self.now_kept.language),
            time_zone=clean["time_zone"],
        )


def zone_field(now_kept: str) -> forms.ChoiceField:
    """Return the choice of a time zone: the region's first, then all others; the one in use is always among them."""
    others = sorted(zone for zone in zone_names() if "/" in zone and not zone.startswith("Etc/"))
    zones = dict.fromkeys((*NEAR_ZONES, now_kept, *others))
    return forms.ChoiceField(
        choices=[(zone, zone.replace("_", " ")) for zone in zones],
        initial=now_kept,
        label=_("Time zone"),
        help_text=_("Hours are shown in it, beside UTC"),
    )
