"""Somebody who comes to a node from outside, with a browser or a machine, and knows nothing but its addresses."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TAXII = "application/taxii+json;version=2.1"
FORM = "application/x-www-form-urlencoded"
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    text: str
    location: str = ""


@dataclass(frozen=True, slots=True)
class TaxiiPage:
    """One page of a collection: the ids of its objects."""

    ids: tuple[str, ...]


class Visitor:
    """One connection with its cookies, or with the token of a machine."""

    def __init__(self, port: int, token: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        self._cookies: dict[str, str] = {}
        self._token = token

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """Ask for a page."""
        return self._ask("GET", f"{path}?{urlencode(query)}" if query else path)

    def send(self, path: str, fields: Mapping[str, str]) -> Answer:
        """Send a form with the token against forgery that the last page left in the cookies."""
        form = {"csrfmiddlewaretoken": self._cookies.get("csrftoken", ""), **fields}
        return self._ask("POST", path, urlencode(form).encode(), FORM)

    def sign_in(self, email: str, password: str) -> bool:
        """Sign in by the form, and return whether that let in."""
        self.get("/sign-in")
        answer = self.send("/sign-in", {"login": email, "password": password})
        return answer.status == http.client.FOUND and "sessionid" in self._cookies

    def collections(self) -> frozenset[str]:
        """Return the aliases of the collections that this machine meets."""
        found = self._taxii("/taxii2/mitra/collections/")
        return frozenset(collection["alias"] for collection in found["collections"])

    def pages(self, collection: str) -> Iterator[TaxiiPage]:
        """Page through a collection from its beginning to its end."""
        path = f"/taxii2/mitra/collections/{collection}/objects/"
        cursor = ""
        while True:
            envelope = self._taxii(f"{path}?{urlencode({'next': cursor})}" if cursor else path)
            yield TaxiiPage(tuple(obj["id"] for obj in envelope.get("objects", ())))
            if not envelope.get("more"):
                return
            cursor = envelope["next"]

    def post_objects(self, collection: str, objects: list[dict[str, Any]]) -> int:
        """Add objects to a collection, and return the status code."""
        path = f"/taxii2/mitra/collections/{collection}/objects/"
        return self._ask("POST", path, json.dumps({"objects": objects}).encode(), TAXII).status

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _taxii(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._ask("GET", path).text)
        return found

    def _ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Answer:
        headers = {"Accept": TAXII if self._token else "text/html"}
        if kind:
            headers["Content-Type"] = kind
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        for line in response.headers.get_all("Set-Cookie", []):
            self._cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        return Answer(response.status, text, response.headers.get("Location", ""))
