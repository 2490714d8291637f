"""What proves a share: the page that says it, and the file that anybody checks offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from mitra.core.errors import InvalidInput
from mitra.core.ledger.lines import read_number
from mitra.core.ledger.tree import MAX_SIZE
from mitra.exchange import queries, telling
from mitra.web.page import page

if TYPE_CHECKING:
    from mitra.web.requests import AskedRequest


@require_safe
def proof(request: AskedRequest, ref: str) -> HttpResponse:
    """Show where the share's acts stand in the log, and how to check it."""
    found = queries.get_proof(request.viewer, ref, now=request.now)
    context = {
        "proof": found,
        "acts": [(telling.act_words(each, found.state), each) for each in found.acts],
        "answer": telling.proof_answer(found),
        "page_tlp": found.tlp,
    }
    return page(request, "exchange/record-proof.html", context)


@require_safe
def proof_file(request: AskedRequest, ref: str, which: str) -> HttpResponse:
    """Send a proof file, or the promise while no checkpoint covers the act."""
    file = queries.get_proof_file(request.viewer, ref, which, now=request.now, held=held_size(request))
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(file.data, content_type="text/plain; charset=utf-8", headers=headers)


def held_size(request: AskedRequest) -> int | None:
    """Return the size of the checkpoint that the asker holds, None when it holds none."""
    written = request.GET.get("held", "")
    size = read_number(written, MAX_SIZE)
    if size is None and written:
        message = gettext("Write the size of the checkpoint that you hold as a whole number, or nothing.")
        raise InvalidInput(message, path="held", rule="held-size")
    return size
