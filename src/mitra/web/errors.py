"""The only table from an anticipated error to the outside: status, words, TAXII body, log level.

Promises:

* what is not there and what is not for this viewer give the same bytes, and so does an address that no door knows;
* nothing internal leaves: what was not anticipated shows an incident's number, which is in the log with the rest;
* machine doors answer machines (a TAXII error message, elsewhere a problem of RFC 9457), pages answer people.
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
    TooLarge,
    TooMany,
    Unavailable,
)
from mitra.web.away import passing

if TYPE_CHECKING:
    from django.http import HttpRequest

    from mitra.web.ports import Words

log = logging.getLogger("mitra.web")

TAXII_DOORS = "/taxii2"
MACHINE_DOORS = (TAXII_DOORS, "/api/")
TAXII_TYPE = "application/taxii+json;version=2.1"
PROBLEM_TYPE = "application/problem+json"
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
    TooLarge: Answer(413, "Too large", _("This is too much at once."), level=logging.DEBUG),
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
    TooMany: Answer(429, "Too many requests", _("Others wait too."), level=logging.DEBUG),
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
    told = {"status": answer.status, "code": error.code, "rule": getattr(error, "rule", None)}
    log.log(answer.level, answer.title, extra=told, exc_info=error if answer.status >= 500 else None)
    if is_machine_door(request):
        response = machine_error(request, answer, error)
    elif isinstance(error, NotSignedIn) and request.method in {"GET", "HEAD"}:
        return to_sign_in(request)
    else:
        response = error_page(request, answer.status, answer.heading, answer.sentence or str(error))
    if isinstance(error, Unavailable | TooMany):
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


def machine_error(request: HttpRequest, answer: Answer, error: MitraError) -> HttpResponse:
    """Return the error in the words of the door that was asked."""
    if request.path.startswith(TAXII_DOORS):
        return taxii_error(answer, error)
    where = {"path": error.path, "rule": error.rule} if isinstance(error, InvalidInput) else {}
    return problem(answer.status, answer.title, str(answer.sentence or error), code=error.code, **where)


def problem(status: int, title: str, detail: str, **more: object) -> HttpResponse:
    """Return a problem as RFC 9457 writes it."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    response = HttpResponse(json.dumps(body), status=status, content_type=PROBLEM_TYPE)
    return challenged(response)


def challenged(response: HttpResponse) -> HttpResponse:
    """Return a response that, where it asks for a credential, says how to send one."""
    if response.status_code == ANSWERS[NotSignedIn].status:
        response["WWW-Authenticate"] = CHALLENGE
    return response


def taxii_error(answer: Answer, error: MitraError) -> HttpResponse:
    """Return a TAXII 2.1 error message (clause 3.6.1); not found always says the same."""
    body: dict[str, object] = {"title": answer.title, "error_code": error.code, "http_status": str(answer.status)}
    if description := str(answer.sentence or error):
        body["description"] = description
    if isinstance(error, InvalidInput):
        body["details"] = {"path": error.path, "rule": error.rule}
    return challenged(HttpResponse(json.dumps(body), status=answer.status, content_type=TAXII_TYPE))


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


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """Answer for a form without its token: from an earlier sign-in, or sent by another site."""
    log.info("A form was too old to be sent.", extra={"status": 403})
    sentence = _("It comes from an earlier sign-in. Go back, load the page again and send it once more.")
    return error_page(request, 403, _("This form is too old to be sent."), sentence)


def too_large(request: HttpRequest) -> HttpResponse:
    """Answer for a form that nobody reads to its end."""
    sentence = _("Send at most 100 MiB at once; `mitra share` on the node takes files of any length.")
    return error_page(request, 413, _("This is too much for one form."), sentence)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for a request that could not be understood at all, as one for a host that MITRA_HOSTS does not name."""
    log.warning(
        "A request could not be read.", extra={"status": 400, "rule": type(exception).__name__, **asked(request)}
    )
    if is_machine_door(request):
        return machine_error(request, Answer(400, "Bad request", ""), InvalidInput("The request could not be read."))
    return bare_page(400, _("This request could not be read."), _("Check the address and send it again."))


def unavailable(request: HttpRequest, error: Unavailable) -> HttpResponse:
    """Answer, without the frame, which may need what is away."""
    answer = answer_of(error)
    log.log(answer.level, answer.title, extra={"status": answer.status, "code": error.code, **asked(request)})
    if is_machine_door(request):
        response = machine_error(request, answer, error)
    else:
        response = bare_page(answer.status, answer.heading, str(error))
    response["Retry-After"] = str(error.retry_after)
    return response


def asked(request: HttpRequest) -> dict[str, str | None]:
    """Return what a log may say of a request: its method and the door's pattern, never what stood in it."""
    found = request.resolver_match
    return {"method": request.method, "route": found.route if found is not None else None}


def broken(request: HttpRequest) -> HttpResponse:
    """Answer for what nobody anticipated: an incident's number, and the rest in the log; what passes is told so."""
    error = sys.exc_info()[1]
    if error is not None and (away := passing(error)) is not None:
        return unavailable(request, away)
    incident = secrets.token_hex(4)
    log.error("An error that nobody anticipated.", extra={"incident": incident, **asked(request)}, exc_info=error)
    sentence = _("Tell the operator this number: %(incident)s. What you sent was not kept.") % {"incident": incident}
    if request.path.startswith(TAXII_DOORS):
        body = {"title": "Internal error", "error_id": incident, "http_status": "500"}
        return HttpResponse(json.dumps(body), status=500, content_type=TAXII_TYPE)
    if is_machine_door(request):
        return problem(500, "Internal error", str(sentence), error_id=incident)
    return bare_page(500, _("Something broke here, not with you."), sentence)
