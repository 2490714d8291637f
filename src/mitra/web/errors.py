"""The only table from an anticipated error to the outside: status, words, TAXII body, log level.

Promises:

* what is not there and what is not for this viewer give the same bytes, and so does an address that no door knows;
* nothing internal leaves: what was not anticipated shows an incident's number, which is in the log with the rest;
* machine doors answer machines (a TAXII error message), pages answer people.
"""

from __future__ import annotations

import json
import logging
import secrets
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from mitra.core.errors import (
    Conflict,
    InvalidInput,
    MitraError,
    NotFound,
    NotPermitted,
    NotSignedIn,
    ProofFailed,
    Unavailable,
)

if TYPE_CHECKING:
    from django.http import HttpRequest

    from mitra.web.ports import Words

log = logging.getLogger("mitra.web")

MACHINE_DOORS = ("/taxii2",)
TAXII_TYPE = "application/taxii+json;version=2.1"
CHALLENGE = 'Basic realm="Mitra", charset="UTF-8", Bearer realm="Mitra"'


@dataclass(frozen=True, slots=True)
class Answer:
    """How one class of errors looks from outside."""

    status: int
    title: str
    """The TAXII message's title."""
    heading: Words
    """The page's heading: the answer in one sentence."""
    sentence: Words = ""
    """What to do; `''` shows the error's own sentence."""
    level: int = logging.INFO


ANSWERS: dict[type[MitraError], Answer] = {
    InvalidInput: Answer(422, "Invalid input", _("This could not be read as it stands."), level=logging.DEBUG),
    NotFound: Answer(
        404,
        "Not found",
        _("Nothing here, or not for you."),
        _("Both look the same, on purpose. Ask whoever gave you the link."),
        logging.DEBUG,
    ),
    NotPermitted: Answer(403, "Not permitted", _("This is not yours to do.")),
    NotSignedIn: Answer(401, "Not signed in", _("Sign in first.")),
    Conflict: Answer(409, "Conflict", _("It changed while you were looking.")),
    Unavailable: Answer(503, "Unavailable", _("This works again in a moment."), level=logging.WARNING),
    ProofFailed: Answer(
        500,
        "Proof failed",
        _("Something here is not what it must be."),
        _("An operator has been told. Do not share until they have looked."),
        logging.CRITICAL,
    ),
    MitraError: Answer(500, "Error", _("This did not work."), level=logging.ERROR),
}


def answer_of(error: MitraError) -> Answer:
    """Return how an error looks from outside, by the nearest class in the table."""
    return next(ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS)


def respond(request: HttpRequest, error: MitraError) -> HttpResponse:
    """Return the response to an anticipated error, for a person or for a machine, and log it at its level."""
    answer = answer_of(error)
    log.log(answer.level, "%s %s: %s", answer.status, error.code, error, exc_info=answer.status >= 500)
    if is_machine_door(request):
        response = taxii_error(answer, error)
    elif isinstance(error, NotSignedIn) and request.method in {"GET", "HEAD"}:
        return to_sign_in(request)
    else:
        response = error_page(request, answer.status, answer.heading, answer.sentence or str(error))
    if isinstance(error, Unavailable):
        response["Retry-After"] = str(error.retry_after)
    return response


def is_machine_door(request: HttpRequest) -> bool:
    """Return whether machines, not people, come to this address."""
    return request.path.startswith(MACHINE_DOORS)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Return the way to the sign-in page and back; a part that htmx asked for leads the whole page there."""
    is_part = request.headers.get("HX-Request") == "true"
    wanted = urlsplit(request.headers.get("HX-Current-URL", "/")).path if is_part else request.get_full_path()
    address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': wanted})}"
    return HttpResponse(status=401, headers={"HX-Redirect": address}) if is_part else HttpResponseRedirect(address)


def taxii_error(answer: Answer, error: MitraError) -> HttpResponse:
    """Return a TAXII 2.1 error message (clause 3.6.1); not found always says the same."""
    body: dict[str, object] = {"title": answer.title, "error_code": error.code, "http_status": str(answer.status)}
    if description := str(answer.sentence or error):
        body["description"] = description
    if isinstance(error, InvalidInput):
        body["details"] = {"path": error.path, "rule": error.rule}
    response = HttpResponse(json.dumps(body), status=answer.status, content_type=TAXII_TYPE)
    if answer.status == ANSWERS[NotSignedIn].status:
        response["WWW-Authenticate"] = CHALLENGE
    return response


def error_page(request: HttpRequest, status: int, heading: Words, sentence: Words) -> HttpResponse:
    """Return a page inside the frame; it shows neither clock nor address, so equal answers are equal bytes."""
    context = {"heading": heading, "sentence": sentence, "is_still": True}
    return render(request, "web/error.html", context, status=status)


def bare_page(status: int, heading: Words, sentence: Words) -> HttpResponse:
    """Return a page without the frame, for when what the frame needs may be what is broken."""
    return HttpResponse(render_to_string("web/bare.html", {"heading": heading, "sentence": sentence}), status=status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """Answer for an address that no door knows, exactly as for a thing that is not there."""
    return respond(request, NotFound())


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """Answer for Django's own PermissionDenied."""
    return respond(request, NotPermitted(str(_("Ask your organisation's administrator for the right to do this."))))


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer for a form without its token: from an earlier sign-in, or sent by another site."""
    log.info("403 stale form: %s", reason)
    sentence = _("It comes from an earlier sign-in. Go back, load the page again and send it once more.")
    return error_page(request, 403, _("This form is too old to be sent."), sentence)


def too_large(request: HttpRequest) -> HttpResponse:
    """Answer for a form that nobody reads to its end."""
    sentence = _("Send at most 100 MiB at once; `mitra share` on the node takes files of any length.")
    return error_page(request, 413, _("This is too much for one form."), sentence)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """Answer for a request that could not be understood at all."""
    if is_machine_door(request):
        return taxii_error(Answer(400, "Bad request", ""), InvalidInput("The request could not be read."))
    return bare_page(400, _("This request could not be read."), _("Check the address and send it again."))


def broken(request: HttpRequest) -> HttpResponse:
    """Answer for what nobody anticipated: an incident's number, and the rest in the log."""
    incident = secrets.token_hex(4)
    log.error("incident %s at %s %s", incident, request.method, request.path, exc_info=sys.exc_info())
    sentence = _("Tell the operator this number: %(incident)s. What you sent was not kept.") % {"incident": incident}
    if is_machine_door(request):
        body = {"title": "Internal error", "error_id": incident, "http_status": "500"}
        return HttpResponse(json.dumps(body), status=500, content_type=TAXII_TYPE)
    return bare_page(500, _("Something broke here, not with you."), sentence)
