"""What people type in this room, as clean facts."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from mitra.messages.facts import Wishes
from mitra.web.told import ToldForm

HOURS = [("", _("no quiet hours")), *((str(hour), f"{hour:02d}:00") for hour in range(24))]
SEVERITIES = [("2", _("S2 and graver")), ("3", _("S3 and graver")), ("4", _("S4 and S5")), ("5", _("S5 only"))]


class WishForm(ToldForm):
    """How one person wants to be told."""

    by_mail = forms.ChoiceField(
        choices=[("yes", _("yes")), ("no", _("no, I look here"))], label=_("Write to me by mail")
    )
    quiet_from = forms.ChoiceField(
        choices=HOURS, required=False, label=_("Quiet from"), help_text=_("On your own clock")
    )
    quiet_to = forms.ChoiceField(choices=HOURS, required=False, label=_("Quiet until"))
    wakes_from = forms.ChoiceField(choices=SEVERITIES, label=_("What may ring in quiet hours"))

    def wishes(self) -> Wishes:
        """Return what was chosen."""
        clean = self.cleaned_data
        start, end = clean["quiet_from"], clean["quiet_to"]
        quiet = (int(start) * 60, int(end) * 60) if start and end else None
        return Wishes(clean["by_mail"] == "yes", quiet, int(clean["wakes_from"]))

    @staticmethod
    def of(wishes: Wishes) -> dict[str, str]:
        """Return what the form shows first."""
        start, end = wishes.quiet or (None, None)
        return {
            "by_mail": "yes" if wishes.by_mail else "no",
            "quiet_from": "" if start is None else str(start // 60),
            "quiet_to": "" if end is None else str(end // 60),
            "wakes_from": str(wishes.wakes_from),
        }


class HookForm(ToldForm):
    """A webhook to be set up, or one to be changed."""

    url = forms.CharField(max_length=500, label=_("Address"), help_text=_("https, reachable from the node"))
