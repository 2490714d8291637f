"""`mitra org`, `mitra circle`, `mitra token`: who is a member, who shares with whom, which machine may ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mitra.cli import say
from mitra.cli.start import open_node

if TYPE_CHECKING:
    from mitra.community.facts import Actor, CircleFacts, OrganisationFacts

organisations = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Organisations and their standing.")
circles = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Circles: who shares with whom.")
tokens = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Machine credentials.")

A_CENTURY = 36_500
"""Days; what is longer than two years is refused by its rule, what is longer than this is no date."""

Json = Annotated[bool, typer.Option("--json", help="One JSON value a line, for machines.")]
Org = Annotated[str, typer.Argument(metavar="ORG", help="A slug or a STIX id.")]


def _centre() -> Actor:
    """Return the operator acting for the node's centre, which decides about members and circles."""
    from mitra.community import queries

    return queries.actor_of_operator(queries.get_centre().slug)


def _organisation_line(found: OrganisationFacts) -> dict[str, object]:
    return {
        "slug": found.slug,
        "name": found.name,
        "kind": found.kind,
        "country": found.country,
        "standing": found.standing.value,
        "id": found.stix_id,
    }


@organisations.command("add")
def add_organisation(
    slug: Annotated[str, typer.Argument(help="Its short name, as cert-th.")],
    name: Annotated[str, typer.Option(help="Its name as it writes it, in any script.")],
    kind: Annotated[str, typer.Option(help="government, csirt, law-enforcement, private, academia, …")],
    country: Annotated[str, typer.Option(metavar="CC", help="ISO 3166-1, two letters.")] = "",
    standing: Annotated[str, typer.Option(help="proposed, listed or accredited.")] = "proposed",
    sponsor: Annotated[str, typer.Option(metavar="ORG", help="The organisation that it is a client of.")] = "",
    json: Json = False,
) -> None:
    """Add an organisation."""
    now = open_node()
    from mitra.community import operations, queries
    from mitra.community.facts import NewOrganisation

    above = queries.get_organisation(sponsor).id if sponsor else None
    new = NewOrganisation(slug=slug, name=name, kind=kind, country=country, standing=standing, sponsor=above)
    _say_organisation(operations.add_organisation(new, by=_centre(), now=now), json=json)


@organisations.command("administrator")
def add_administrator(
    organisation: Org,
    email: Annotated[str, typer.Argument(help="The address that the person signs in with.")],
    name: Annotated[str, typer.Option(help="The person's name, in any script.")],
    json: Json = False,
) -> None:
    """Give an organisation its first administrator; the password is shown this once."""
    now = open_node()
    from mitra.community import operations, queries
    from mitra.community.facts import NewPerson

    actor = queries.actor_of_operator(organisation)
    added = operations.add_person(NewPerson(email=email, name=name, roles=("administrator",)), by=actor, now=now)
    if json:
        person = {
            "email": added.person.email,
            "password": added.password,
            "organisation": actor.organisation_slug,
            "role": "administrator",
        }
        say.line({"url": None, "home": None, "people": [person], "credentials": []})
    else:
        say.words(f"{added.person.email}, password {added.password} (shown this once).")


@organisations.command("list")
def list_organisations(json: Json = False) -> None:
    """List the organisations of this node."""
    open_node()
    from mitra.community import queries

    found = queries.list_organisations(_centre())
    if json:
        for organisation in found:
            say.line(_organisation_line(organisation))
        return
    rows = ((one.slug, one.name, one.kind, one.country, one.standing.value) for one in found)
    say.table(("slug", "name", "kind", "country", "standing"), rows)


@organisations.command("standing")
def change_standing(
    organisation: Org,
    standing: Annotated[str, typer.Argument(help="listed, accredited, suspended, left or proposed.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept with the act.")] = "",
    json: Json = False,
) -> None:
    """Change how far an organisation is trusted."""
    now = open_node()
    from mitra.community import operations, queries
    from mitra.core.errors import InvalidInput
    from mitra.core.policy.facts import Standing

    if standing not in set(Standing):
        message = f"{standing!r} is not a standing: choose one of {', '.join(Standing)}."
        raise InvalidInput(message, path="standing", rule="unknown-standing")
    found = queries.get_organisation(organisation)
    changed = operations.change_standing(found.id, to=Standing(standing), by=_centre(), now=now, reason=reason)
    _say_organisation(changed, json=json)


def _say_organisation(found: OrganisationFacts, *, json: bool) -> None:
    if json:
        say.line(_organisation_line(found))
    else:
        say.words(f"{found.slug}: {found.name}, {found.standing.value}")


@circles.command("new")
def new_circle(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name; the short name is made from it.")],
    member: Annotated[
        list[str] | None, typer.Option(metavar="ORG", help="An organisation in it; may be repeated.")
    ] = None,
    confidential: Annotated[bool, typer.Option("--confidential", help="Members see only how many they are.")] = False,
    working: Annotated[
        bool, typer.Option("--working", help="For one matter; may invite a body of any standing.")
    ] = False,
    purpose: Annotated[str, typer.Option(help="What it is for, in one line.")] = "",
    json: Json = False,
) -> None:
    """Make a circle."""
    now = open_node()
    from mitra.community import operations, queries
    from mitra.community.facts import NewCircle

    new = NewCircle(
        slug="-".join(name.lower().split()),
        name=name,
        purpose=purpose,
        kind="working" if working else "standing",
        is_confidential=confidential,
        members=tuple(queries.get_organisation(one).id for one in member or []),
    )
    _say_circle(operations.make_circle(new, by=_centre(), now=now), json=json)


@circles.command("add")
def add_member(circle: Annotated[str, typer.Argument(metavar="NAME")], organisation: Org, json: Json = False) -> None:
    """Put an organisation into a circle."""
    now = open_node()
    from mitra.community import operations, queries

    found = queries.find_circle(circle, _centre())
    operations.add_member(found.id, organisation=queries.get_organisation(organisation).id, by=_centre(), now=now)
    _say_circle(queries.find_circle(circle, _centre()), json=json)


@circles.command("remove")
def remove_member(
    circle: Annotated[str, typer.Argument(metavar="NAME")], organisation: Org, json: Json = False
) -> None:
    """Take an organisation out of a circle."""
    now = open_node()
    from mitra.community import operations, queries

    found = queries.find_circle(circle, _centre())
    operations.remove_member(found.id, organisation=queries.get_organisation(organisation).id, by=_centre(), now=now)
    _say_circle(queries.find_circle(circle, _centre()), json=json)


@circles.command("list")
def list_circles(json: Json = False) -> None:
    """List the circles of this node with their members."""
    open_node()
    from mitra.community import queries

    found = queries.list_circles(_centre())
    if json:
        for circle in found:
            _say_circle(circle, json=True)
        return
    rows = (
        (one.slug, one.name, one.kind, "confidential" if one.is_confidential else "", ", ".join(one.members))
        for one in found
    )
    say.table(("slug", "name", "kind", "", "members"), rows)


def _say_circle(circle: CircleFacts, *, json: bool) -> None:
    if json:
        say.line(
            {
                "slug": circle.slug,
                "name": circle.name,
                "kind": circle.kind,
                "confidential": circle.is_confidential,
                "members": list(circle.members),
            }
        )
    else:
        say.words(f"{circle.slug}: {circle.name}, {circle.kind}, {say.counted(circle.count, 'member')}")


@tokens.command("new")
def new_token(
    org: Annotated[str, typer.Option("--org", metavar="ORG", help="Whose machine asks.")],
    scope: Annotated[list[str], typer.Option(metavar="S", help="exchange:read, exchange:share; may be repeated.")],
    label: Annotated[
        str, typer.Option(help="What it is for, so that a person can tell it later.")
    ] = "made on the command line",
    days: Annotated[
        int | None, typer.Option(max=A_CENTURY, help="How long it works; a year without it, two years at most.")
    ] = None,
    json: Json = False,
) -> None:
    """Make a machine credential; its token is shown this once."""
    now = open_node()
    from datetime import timedelta

    from mitra.community import operations, queries
    from mitra.community.facts import NewCredential

    actor = queries.actor_of_operator(org)
    ends = now + timedelta(days=days) if days is not None else None
    made = operations.make_credential(
        NewCredential(label=label, scopes=tuple(scope), expires_at=ends), by=actor, now=now
    )
    standing = queries.get_organisation(org).standing.value
    if json:
        credential = {
            "organisation": actor.organisation_slug,
            "standing": standing,
            "token": made.token,
            "scopes": list(made.credential.scopes),
        }
        say.line({"url": None, "home": None, "people": [], "credentials": [credential]})
    else:
        say.words(made.token)
        say.words(f"For {actor.organisation_name}; shown this once; works until {made.credential.expires_at:%d %b %Y}.")


@tokens.command("list")
def list_tokens(
    org: Annotated[str, typer.Option("--org", metavar="ORG", help="Whose credentials.")], json: Json = False
) -> None:
    """List an organisation's credentials, without their tokens."""
    now = open_node()
    from mitra.community import queries

    found = queries.list_credentials(queries.actor_of_operator(org))
    if json:
        for one in found:
            say.line({"id": one.id, "label": one.label, "scopes": list(one.scopes), "state": one.state(now)})
        return
    rows = ((str(one.id), one.label, " ".join(one.scopes), f"{one.prefix}…", one.state(now)) for one in found)
    say.table(("id", "label", "scopes", "begins", "state"), rows)


@tokens.command("revoke")
def revoke_token(
    org: Annotated[str, typer.Option("--org", metavar="ORG", help="Whose credential.")],
    credential: Annotated[int, typer.Argument(metavar="ID", help="Its number in `mitra token list`.")],
    json: Json = False,
) -> None:
    """End a credential at once."""
    now = open_node()
    from mitra.community import operations, queries

    ended = operations.revoke_credential(credential, by=queries.actor_of_operator(org), now=now)
    if json:
        say.line({"id": ended.id, "label": ended.label, "state": ended.state(now)})
    else:
        say.words(f"{ended.label}: revoked; whoever uses it is refused from now on.")
