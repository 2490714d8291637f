"""The API itself: one description of all operations, one way to say what is wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import orjson
from django.utils.module_loading import import_string
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser

from mitra.community.rest.doors import learn_words
from mitra.community.rest.shapes import Problem
from mitra.core.errors import InvalidInput
from mitra.web.errors import ANSWERS, problem
from mitra.web.ports import routers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000|\0")
PATH: Final = "/api/v1/"
PROBLEM: Final = "application/problem+json"
REFUSALS: Final = {
    "400": "The body is no JSON.",
    "405": "This address answers another method: see Allow.",
    "413": "Send less at once.",
    "401": "No credential, or one that does not hold.",
    "403": "The credential does not hold the scope.",
    "404": "Nothing here, or not for you.",
    "409": "It is in another state than this needs.",
    "422": "Something in it does not fit; `errors` says what.",
    "429": "Others wait too; come again after Retry-After.",
    "503": "It works again after Retry-After.",
}
ABOUT: Final = """\
Every answer is decided for the organisation of the credential that asks; what it may not read does not exist for it.
Lists are pages with a cursor in next. Errors are problems as RFC 9457 writes them. A write with an Idempotency-Key
is done once in a day. TLP:RED is for persons: no machine is given any of it. A parameter that an address does not know
is refused.
"""


def make_api() -> NinjaAPI:
    """Return the API of every room that answers machines."""
    api = NinjaAPI(
        title="Mitra",
        version="1.0",
        description=ABOUT,
        docs_url=None,
        openapi_url=None,
        urls_namespace="api",
        parser=Json(),
    )
    for name in routers():
        api.add_router("", import_string(name))
    api.add_exception_handler(ValidationError, _misfit)
    api.add_exception_handler(HttpError, _unreadable)
    return api


def describe(api: NinjaAPI) -> dict[str, Any]:
    """Return the OpenAPI 3.1 description, with the refusals that each operation has."""
    schema: dict[str, Any] = dict(OpenAPISchema(api, PATH))
    schema["servers"] = [{"url": "/"}]
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    told = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(told.pop("$defs", {}))
    schemas["Problem"] = told
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in schema["paths"].values():
        for operation in operations.values():
            responses = {str(code): said for code, said in operation["responses"].items()}
            refusals = {code: {"description": words, "content": content} for code, words in REFUSALS.items()}
            operation["responses"] = {**responses, **refusals}
            if "parameters" in operation and not operation["parameters"]:
                del operation["parameters"]
    return schema


def teach_doors(schema: Mapping[str, Any]) -> None:
    """Tell the doors which parameters each operation knows."""
    for path, operations in schema["paths"].items():
        words = {
            method.upper(): frozenset(
                parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "query"
            )
            for method, operation in operations.items()
        }
        if "GET" in words:
            words["HEAD"] = words["GET"]
        learn_words(path.lstrip("/"), words)


def _misfit(_request: HttpRequest, misfit: Any) -> HttpResponse:
    """Answer for a request whose parameters or body are not what the description says."""
    faults = [
        {
            "path": "".join(f"/{part}" for part in error["loc"][1:] if part != "payload"),
            "rule": str(error["type"]).replace("_", "-"),
            "detail": f"{error['msg']}.",
        }
        for error in getattr(misfit, "errors", [])
    ]
    first = faults[0] if faults else {"path": "", "rule": "invalid-input", "detail": "This could not be read."}
    title = ANSWERS[InvalidInput].title
    return problem(422, title, first["detail"], code=InvalidInput.code, errors=faults, **_at(first))


def _unreadable(_request: HttpRequest, _error: Any) -> HttpResponse:
    """Answer for a body that is no JSON."""
    return problem(400, "The request cannot be read", "Send JSON as the description of this address says.")


class Json(Parser):
    """Reads bodies as strictly as records are read: no lone surrogates, no NUL, no NaN."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return what the body says; raises ValueError."""
        if NUL.search(request.body):
            message = "a NUL in a text"
            raise ValueError(message)
        return orjson.loads(request.body)


def _at(fault: Mapping[str, str]) -> dict[str, str]:
    return {"path": fault["path"], "rule": fault["rule"]}
