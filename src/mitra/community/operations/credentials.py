"""Machine credentials: made, shown once, ended.  Only a token's digest is kept."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from mitra.community.facts import COMMUNITY_MANAGE, IssuedCredential
from mitra.community.models import Credential
from mitra.community.operations.guards import deciding, realm_within, require_manager
from mitra.community.queries.people import credential_facts, credentials_of
from mitra.community.rules import CREDENTIAL_LIFE, CREDENTIAL_LONGEST_LIFE, check_scopes
from mitra.core.errors import InvalidInput, NotFound, WrongState
from mitra.core.text.names import check_name

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.community.facts import Actor, CredentialFacts, NewCredential

TOKEN_START = "mitra_"  # noqa: S105 - how every token begins, so that a leaked one is recognised
SHOWN = len(TOKEN_START) + 4


def make_credential(new: NewCredential, *, by: Actor, now: datetime) -> IssuedCredential:
    """Make a credential of the actor's organisation and return its token, this once.

    It lasts a year unless said otherwise, two at most; raises InvalidInput.
    """
    require_manager(by)
    label = check_name(new.label, path="label")
    scopes = check_scopes(new.scopes)
    expires_at = new.expires_at or now + CREDENTIAL_LIFE
    if not now < expires_at <= now + CREDENTIAL_LONGEST_LIFE:
        raise InvalidInput("A credential ends within two years from now.", path="expires_at", rule="expiry")
    token = TOKEN_START + secrets.token_urlsafe(32)
    with deciding(now=now) as write_act:
        row = Credential.objects.create(
            organisation_id=by.organisation,
            label=label,
            scopes=list(scopes),
            digest=hashlib.sha256(token.encode()).hexdigest(),
            prefix=token[:SHOWN],
            realm=realm_within(new.realm, by),
            created_at=now,
            created_by_id=by.person,
            expires_at=expires_at,
        )
        facts = {
            "credential": row.pk,
            "scopes": list(scopes),
            "expires_at": expires_at.isoformat(),
            "realm": row.realm,
        }
        write_act("community.credential-made", by.organisation, facts)
    return IssuedCredential(credential=credential_facts(row), token=token)


def revoke_credential(credential: int, *, by: Actor, now: datetime) -> CredentialFacts:
    """End a credential at once, on every process; also while suspended, as it only takes away."""
    by.require(COMMUNITY_MANAGE)
    with deciding(now=now) as write_act:
        rows = credentials_of(by).filter(pk=credential)
        row = rows.select_related("created_by").first()
        if row is None:
            raise NotFound("Your organisation has no such credential.")
        if row.revoked_at is not None:
            raise WrongState("This credential was revoked before.")
        row.revoked_at = now
        row.save(update_fields=["revoked_at"])
        write_act("community.credential-revoked", by.organisation, {"credential": row.pk})
    return credential_facts(row)
