"""What an operator decides about a parked delivery, and why."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from mitra.web.told import ToldForm

REASON_CHARACTERS = 500


class DeliveryForm(ToldForm):
    """Try it again or skip it, with a reason either way."""

    reason = forms.CharField(
        max_length=REASON_CHARACTERS,
        label=_("Why"),
        help_text=_("kept in the log, with your organisation"),
        error_messages={"required": _("Say in a few words why.")},
    )
    decision = forms.ChoiceField(choices=[("again", "again"), ("skip", "skip")])
