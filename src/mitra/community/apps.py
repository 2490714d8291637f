"""Django's name for this room, and what it tells the frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.core.signals import request_finished
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from typing import Any

    from mitra.community.links import Use
    from mitra.web.ports import Eyes


class CommunityConfig(AppConfig):
    """The room as Django installs it."""

    name = "mitra.community"
    label = "community"

    def ready(self) -> None:
        """Put “My organisation” on the rail, say whose eyes look, and write uses of credentials after each answer."""
        from mitra.community.finds import find_bodies  # noqa: PLC0415
        from mitra.community.last_used import write_due_uses  # noqa: PLC0415 - models exist only now
        from mitra.community.links import answer_links  # noqa: PLC0415
        from mitra.community.needs import list_needs  # noqa: PLC0415
        from mitra.web import ports  # noqa: PLC0415

        ports.add_verb(
            ports.Verb(
                name=_("My organisation"),
                url_name="community:organisation",
                order=80,
                starts=("/organisation",),
                is_quiet=True,
            )
        )
        answer_links(password_link())
        ports.answer_eyes(whose_eyes)
        ports.answer_needs("community", list_needs)
        ports.answer_finds("community", find_bodies)
        ports.answer_machines("mitra.community.views.rest.router")
        request_finished.connect(write_due_uses, dispatch_uid="community.last-used")


def password_link() -> Use:
    """Return what a link does by which somebody chooses a password."""
    from mitra.community import operations  # noqa: PLC0415 - models exist only now
    from mitra.community.forms import ChosenPasswordForm  # noqa: PLC0415
    from mitra.community.links import Use  # noqa: PLC0415
    from mitra.community.operations.people import CHOOSE_PASSWORD  # noqa: PLC0415

    return Use(
        CHOOSE_PASSWORD,
        heading=lambda _subject: _("Choose your password."),
        lede=_("You sign in by it and your e-mail address. Other browsers in which you are signed in are signed out."),
        button=_("Take this password"),
        done=_("Your password is chosen."),
        act=lambda subject, said, by: operations.choose_password(int(subject), said["password"], by),
        form=ChosenPasswordForm,
    )


def whose_eyes(request: Any) -> Eyes | None:  # noqa: ANN401 - a request that WhoIsAsking has seen
    """Return who looks, in the words of the frame's corner."""
    from mitra.community.words import ROLES  # noqa: PLC0415 - models exist only now
    from mitra.web.ports import Eyes  # noqa: PLC0415

    actor = request.actor
    if actor is None:
        return None
    return Eyes(
        organisation=actor.organisation_name,
        person=actor.person_name,
        role=", ".join(str(ROLES[role]) for role in actor.roles),
        url_name="community:organisation",
        zone=request.user.time_zone if actor.person is not None else "UTC",
    )
