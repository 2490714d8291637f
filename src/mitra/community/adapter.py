"""How allauth signs people in here: nobody signs up by themselves.

A wrong address, a wrong password and a closed account answer alike, after equal work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib import messages
from django.contrib.auth import authenticate
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mitra.community.models import Organisation, Person
from mitra.core.policy.facts import Standing
from mitra.web.look import Look, keep_look

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class ClosedSignUp(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships no types
    """Accounts are made by an organisation's administrator."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("This address and this password do not go together."),
        "too_many_login_attempts": _("Too many tries. Wait five minutes, then try again."),
        "enter_current_password": _("This is not your current password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Return that nobody signs up by themselves."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Return whether a way back leads to this node; an address that cannot be read does not."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address by which tries count: what the outermost of our proxies saw, else who speaks to us."""
        try:
            return str(super().get_client_ip(request))
        except ImproperlyConfigured:  # it came past a proxy, so its header is its own invention
            return str(request.META["REMOTE_ADDR"])

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Person | None:  # noqa: ANN401 - allauth's
        """Return the person, or None: the same for an unknown address, a wrong password, a closed account.

        The backend hashes once whichever it was.  Every failure counts towards the limits; a success takes its own
        try back, as allauth does.
        """
        self.pre_authenticate(request, **credentials)
        person = authenticate(request, **credentials)
        AuthenticationBackend.unstash_authenticated_user()
        if not isinstance(person, Person) or not may_sign_in(person):
            self.authentication_failed(request, **credentials)
            return None
        self._rollback_login_failed_rl_usage()
        return person

    def post_login(self, request: HttpRequest, user: Person, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 - allauth's
        """Bring the person's look to this browser."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        keep_look(response, Look(theme=user.theme, density=user.density), is_secure=request.is_secure())
        return response

    def add_message(self, request: HttpRequest, *args: Any, **_said: Any) -> None:  # noqa: ANN401 - allauth's
        """Say only what a person could not see by itself: that the password is another one now."""
        if "account/messages/password_changed.txt" in args:
            messages.info(request, gettext("Your password is changed. Other browsers were signed out."))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 - allauth's signature
        """Return where to go after the password was changed."""
        return reverse("community:preferences")


def may_sign_in(person: Person) -> bool:
    """Return whether the person's organisation still stands here."""
    standing = Organisation.objects.values_list("standing", flat=True).get(pk=person.organisation_id)
    return person.is_active and standing != Standing.LEFT
