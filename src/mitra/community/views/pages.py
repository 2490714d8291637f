"""My organisation: what it is, who does what in its name, which machines act for it; and how pages look to me."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from mitra.community import operations, queries, words
from mitra.community.doors import member_required, scope_required
from mitra.community.facts import COMMUNITY_MANAGE
from mitra.community.forms import CredentialForm, OpenedForm, PersonForm, PreferencesForm, RolesForm
from mitra.community.rules import WRITES_NOTHING
from mitra.core.errors import NotFound
from mitra.web.look import Look, keep_look
from mitra.web.page import page
from mitra.web.ports import ways_on

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpResponse, QueryDict

    from mitra.community.doors import MemberRequest
    from mitra.community.facts import Actor, ClientFacts, PersonFacts

SIGNS_OF_CREDENTIALS = {"works": ("check", "good"), "expired": ("ring", "quiet"), "revoked": ("cross", "quiet")}


@require_safe
@member_required
def organisation(request: MemberRequest) -> HttpResponse:
    """Show who can do what in our name, and whether our connections work."""
    actor = request.actor
    own = queries.get_organisation(actor.organisation)
    active = [person for person in queries.list_people(actor) if person.is_active]
    working = [line for line in credential_lines(request) if line["state"] == "works"]
    context = {
        "own": own,
        "sponsor": queries.get_organisation(own.sponsor) if own.sponsor else None,
        "people": active,
        "credentials": working,
        "circles": queries.list_circles(actor),
        "clients": queries.list_clients(actor),
        "may_manage": may_manage(actor),
        "ways_on": ways_on("organisation", own.slug, actor.scopes),
    }
    return page(request, "community/organisation.html", context)


def open_account(ref: str, actor: Actor) -> PersonFacts:
    """Return one of our people whose account is open; raises NotFound."""
    found = queries.get_person(ref, actor)
    if not found.is_active:
        raise NotFound
    return found


def sent(request: MemberRequest) -> QueryDict | None:
    """Return what a form sent, or None when it is only asked for."""
    return request.POST if request.method == "POST" else None


def may_manage(actor: Actor) -> bool:
    """Return whether to offer changing people, credentials and clients' circles."""
    return COMMUNITY_MANAGE in actor.scopes and actor.viewer.standing not in WRITES_NOTHING


def credential_lines(request: MemberRequest) -> list[dict[str, Any]]:
    """Return the organisation's credentials, each with its state and the sign for it."""
    lines = []
    for credential in queries.list_credentials(request.actor):
        state = credential.state(request.now)
        sign, tone = SIGNS_OF_CREDENTIALS[state]
        lines.append({"credential": credential, "state": state, "sign": sign, "tone": tone})
    return lines


@require_safe
@member_required
def people(request: MemberRequest) -> HttpResponse:
    """Show everybody who signs in for us, closed accounts last."""
    found = sorted(queries.list_people(request.actor), key=lambda person: not person.is_active)
    active = sum(person.is_active for person in found)
    context = {
        "people": found,
        "active": active,
        "may_manage": may_manage(request.actor),
        "role_does": words.role_lines(is_centre=request.actor.is_centre),
    }
    return page(request, "community/people.html", context)


@require_http_methods(["GET", "POST"])
@member_required
@scope_required(COMMUNITY_MANAGE)
def new_person(request: MemberRequest) -> HttpResponse:
    """Add somebody; on POST, show once the password with which they sign in first."""
    form = PersonForm(sent(request), is_centre=request.actor.is_centre, zone=request.user.time_zone)
    if request.method == "POST" and form.is_valid():
        added = form.attempt(lambda: operations.add_person(form.person(), by=request.actor, now=request.now))
        if added is not None:
            return page(request, "community/person-added.html", {"added": added})
    return page(request, "community/person-new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@member_required
@scope_required(COMMUNITY_MANAGE)
def roles(request: MemberRequest, ref: str) -> HttpResponse:
    """Show what one of us may do; on POST, give exactly the chosen roles."""
    found = open_account(ref, request.actor)
    initial = {"roles": list(found.roles)}
    form = RolesForm(sent(request), initial=initial, is_centre=request.actor.is_centre)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["roles"]
        kept = form.attempt(lambda: operations.set_roles(found.id, roles=chosen, by=request.actor, now=request.now))
        if kept is not None:
            messages.info(request, gettext("%(name)s has these roles from now on.") % {"name": kept.name})
            return redirect("community:people")
    context = {"person": found, "form": form}
    return page(request, "community/roles.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@member_required
@scope_required(COMMUNITY_MANAGE)
def close_account(request: MemberRequest, ref: str) -> HttpResponse:
    """Say what closing means; on POST, close the account."""
    found = open_account(ref, request.actor)
    if request.method == "POST":
        operations.close_account(found.id, by=request.actor, now=request.now)
        messages.info(request, gettext("%(name)s does not sign in any more.") % {"name": found.name})
        return redirect("community:people")
    return page(request, "community/account-close.html", {"person": found})


@require_http_methods(["GET", "POST"])
@member_required
@scope_required(COMMUNITY_MANAGE)
def new_password(request: MemberRequest, ref: str) -> HttpResponse:
    """Say what a new first password means; on POST, show this once a link to choose one by, or one that was made."""
    found = queries.get_person(ref, request.actor)
    if request.POST.get("as") == "link":
        made = operations.send_password_link(found.id, by=request.actor, now=request.now)
        address = request.build_absolute_uri(made.path)
        return page(request, "community/link-made.html", {"person": found, "address": address, "ends": made.ends})
    if request.method == "POST":
        added = operations.renew_password(found.id, by=request.actor, now=request.now)
        return page(request, "community/person-added.html", {"added": added})
    return page(request, "community/password-new.html", {"person": found})


@require_safe
@member_required
def credentials(request: MemberRequest) -> HttpResponse:
    """Show every machine that acts or acted in our name."""
    lines = credential_lines(request)
    working = sum(line["state"] == "works" for line in lines)
    context = {
        "lines": lines,
        "working": working,
        "may_manage": may_manage(request.actor),
        "may_revoke": COMMUNITY_MANAGE in request.actor.scopes,
    }
    return page(request, "community/credentials.html", context)


@require_http_methods(["GET", "POST"])
@member_required
@scope_required(COMMUNITY_MANAGE)
def new_credential(request: MemberRequest) -> HttpResponse:
    """Make a machine credential; on POST, show its token this once."""
    form = CredentialForm(sent(request))
    if request.method == "POST" and form.is_valid():
        new = form.credential(now=request.now)
        issued = form.attempt(lambda: operations.make_credential(new, by=request.actor, now=request.now))
        if issued is not None:
            address = request.build_absolute_uri("/taxii2/")
            return page(request, "community/credential-made.html", {"issued": issued, "address": address})
    return page(request, "community/credential-new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@member_required
@scope_required(COMMUNITY_MANAGE)
def revoke_credential(request: MemberRequest, ref: str) -> HttpResponse:
    """Say what revoking means; on POST, revoke."""
    found = queries.get_credential(ref, request.actor)
    if request.method == "POST":
        operations.revoke_credential(found.id, by=request.actor, now=request.now)
        messages.info(request, gettext("“%(label)s” is refused from now on.") % {"label": found.label})
        return redirect("community:credentials")
    context = {"credential": found, "state": found.state(request.now)}
    return page(request, "community/credential-revoke.html", context)


@require_http_methods(["GET", "POST"])
@member_required
@scope_required(COMMUNITY_MANAGE)
def client_circles(request: MemberRequest, slug: str) -> HttpResponse:
    """Show what a client reads through us; on POST, open exactly the chosen circles to it."""
    client = find_client(queries.list_clients(request.actor), slug)
    opened = [circle.slug for circle in client.opened]
    circles = queries.list_circles(request.actor)
    form = OpenedForm(sent(request), circles=circles, initial={"circles": opened})
    if request.method == "POST" and form.is_valid():
        chosen = frozenset(circle.id for circle in circles if circle.slug in form.cleaned_data["circles"])
        body = client.organisation
        operations.set_opened_circles(chosen, client=body.id, by=request.actor, now=request.now)
        messages.info(request, gettext("%(client)s reads these circles from now on.") % {"client": body.name})
        return redirect("community:organisation")
    context = {"client": client.organisation, "form": form}
    return page(request, "community/client-circles.html", context, status=422 if form.errors else 200)


def find_client(clients: Iterable[ClientFacts], slug: str) -> ClientFacts:
    """Return our client of this short name; raises NotFound."""
    for client in clients:
        if client.organisation.slug == slug:
            return client
    raise NotFound


@require_http_methods(["GET", "POST"])
@member_required
def preferences(request: MemberRequest) -> HttpResponse:
    """Show how pages look and which clock they show; on POST, keep it for this person and this browser."""
    kept = queries.preferences_of(request.user)
    form = PreferencesForm(sent(request), now_kept=kept)
    if request.method == "POST" and form.is_valid():
        chosen = form.preferences()
        operations.keep_preferences(request.user.pk, chosen)
        response = redirect("community:preferences")
        keep_look(response, Look(theme=chosen.theme, density=chosen.density), is_secure=request.is_secure())
        return response
    return page(request, "community/preferences.html", {"form": form}, status=422 if form.errors else 200)
