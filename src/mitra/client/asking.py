"""Ask a node, waiting or awaiting: the same calls, said once.

A call that a node answers with 429 or 503 is sent again after Retry-After, a few times; a write carries an
Idempotency-Key, so that what was done before the connection broke is not done again.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self
from uuid import uuid4

import httpx

from mitra.client.shapes import Answered, Import, Outcomes, Page, Problem, Record, WhoAmI, page_of, shaped

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping

TRIES: Final = 4
LATER: Final = frozenset({429, 503})
LONGEST_WAIT_SECONDS: Final = 30.0
VALUES_AT_ONCE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Call:
    """One request."""

    method: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def request(self, client: httpx.Client | httpx.AsyncClient) -> httpx.Request:
        """Return it as httpx sends it; what is None or '' is not said."""
        params = {name: value for name, value in self.params.items() if value not in (None, "", [])}
        return client.build_request(
            self.method, self.path, params=params, content=self.content, headers=dict(self.headers)
        )


def listing(path: str, cursor: str, narrowed: Mapping[str, Any]) -> Call:
    """Return the call for a page of records."""
    return Call("GET", path, {**narrowed, "cursor": cursor})


def asking(values: list[str]) -> Call:
    """Return the call that asks of values."""
    body = json.dumps({"values": values}).encode()
    return Call("POST", "lookup", content=body, headers={"Content-Type": "application/json"})


def sending(path: str, data: bytes, terms: Mapping[str, Any], key: str) -> Call:
    """Return the call that shares an input."""
    headers = {"Content-Type": "application/octet-stream", "Idempotency-Key": key or str(uuid4())}
    return Call("POST", path, terms, data, headers)


def taking_back(ref: str, reason: str) -> Call:
    """Return the call that withdraws a share."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
    return Call("POST", f"records/{ref}/withdrawal", content=json.dumps({"reason": reason}).encode(), headers=headers)


def read(response: httpx.Response) -> Any:  # noqa: ANN401 -- whatever the node answers
    """Return what a node said; raises Problem."""
    try:
        said = response.json() if response.content else None
    except ValueError:
        said = {"detail": response.text[:200]}
    if response.is_success:
        return said
    raise Problem(response.status_code, said if isinstance(said, dict) else {})


def wait_of(response: httpx.Response, nth: int) -> float:
    """Return how many seconds to wait before the next try."""
    said = response.headers.get("Retry-After", "")
    return min(float(said) if said.isdigit() else 2.0**nth, LONGEST_WAIT_SECONDS)


def base_of(url: str) -> str:
    """Return where a node's API is."""
    return f"{url.rstrip('/')}/api/v1/"


class Mitra:
    """A node, asked by one credential; closed with `with`."""

    def __init__(
        self, url: str, token: str, *, timeout: float = 30.0, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._http = httpx.Client(base_url=base_of(url), headers=headers, timeout=timeout)
        self._sleep = sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def who_am_i(self) -> WhoAmI:
        """Return whom the node takes this credential for."""
        return shaped(WhoAmI, self._ask(Call("GET", "whoami")))

    def page(self, cursor: str = "", **narrowed: Any) -> Page:  # noqa: ANN401 -- filters as the node knows them
        """Return a page of records, newest first."""
        return page_of(self._ask(listing("records", cursor, narrowed)))

    def records(self, **narrowed: Any) -> Iterator[Record]:  # noqa: ANN401 -- as above
        """Yield records, newest first, page after page."""
        yield from self._pages("records", narrowed)

    def search(self, words: str, **narrowed: Any) -> Iterator[Record]:  # noqa: ANN401 -- as above
        """Yield what has these words, the nearest first."""
        yield from self._pages("search", {**narrowed, "words": words})

    def record(self, ref: str) -> Record:
        """Return one record with its object."""
        return shaped(Record, self._ask(Call("GET", f"records/{ref}")))

    def look_up(self, values: Iterable[str]) -> Iterator[Answered]:
        """Yield what is known of each value, in order."""
        listed = list(values)
        for at in range(0, len(listed), VALUES_AT_ONCE):
            for one in self._ask(asking(listed[at : at + VALUES_AT_ONCE]))["values"]:
                yield shaped(Answered, one)

    def export(self, **narrowed: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 -- as above
        """Yield every record with its object, as it comes."""
        with self._http.stream("GET", "export", params=narrowed) as response:
            if not response.is_success:
                response.read()
                read(response)
            for line in response.iter_lines():
                yield json.loads(line)

    def share(self, data: bytes, *, key: str = "", **terms: Any) -> Outcomes:  # noqa: ANN401 -- as above
        """Share an input, and return what became of each object."""
        return shaped(Outcomes, self._ask(sending("shares", data, terms, key)))

    def begin_import(self, data: bytes, *, key: str = "", **terms: Any) -> Import:  # noqa: ANN401 -- as above
        """Send a long input, which the node works off by itself."""
        return shaped(Import, self._ask(sending("imports", data, terms, key)))

    def import_state(self, import_id: str) -> Import:
        """Return how far an import is."""
        return shaped(Import, self._ask(Call("GET", f"imports/{import_id}")))

    def withdraw(self, ref: str, reason: str) -> None:
        """Take a share of one's own back."""
        self._ask(taking_back(ref, reason))

    def _pages(self, path: str, narrowed: Mapping[str, Any]) -> Iterator[Record]:
        cursor: str | None = ""
        while cursor is not None:
            page = page_of(self._ask(listing(path, cursor, narrowed)))
            yield from page.items
            cursor = page.next

    def _ask(self, call: Call) -> Any:  # noqa: ANN401 -- whatever the node answers
        for nth in range(TRIES):
            response = self._http.send(call.request(self._http))
            if response.status_code not in LATER or nth == TRIES - 1:
                break
            self._sleep(wait_of(response, nth))
        return read(response)


class AsyncMitra:
    """The same, awaited; closed with `async with`."""

    def __init__(self, url: str, token: str, *, timeout: float = 30.0) -> None:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._http = httpx.AsyncClient(base_url=base_of(url), headers=headers, timeout=timeout)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def who_am_i(self) -> WhoAmI:
        """Return whom the node takes this credential for."""
        return shaped(WhoAmI, await self._ask(Call("GET", "whoami")))

    async def records(self, **narrowed: Any) -> AsyncIterator[Record]:  # noqa: ANN401 -- as above
        """Yield records, newest first, page after page."""
        async for record in self._pages("records", narrowed):
            yield record

    async def search(self, words: str, **narrowed: Any) -> AsyncIterator[Record]:  # noqa: ANN401 -- as above
        """Yield what has these words, the nearest first."""
        async for record in self._pages("search", {**narrowed, "words": words}):
            yield record

    async def record(self, ref: str) -> Record:
        """Return one record with its object."""
        return shaped(Record, await self._ask(Call("GET", f"records/{ref}")))

    async def look_up(self, values: Iterable[str]) -> AsyncIterator[Answered]:
        """Yield what is known of each value, in order."""
        listed = list(values)
        for at in range(0, len(listed), VALUES_AT_ONCE):
            for one in (await self._ask(asking(listed[at : at + VALUES_AT_ONCE])))["values"]:
                yield shaped(Answered, one)

    async def export(self, **narrowed: Any) -> AsyncIterator[dict[str, Any]]:  # noqa: ANN401 -- as above
        """Yield every record with its object, as it comes."""
        async with self._http.stream("GET", "export", params=narrowed) as response:
            if not response.is_success:
                await response.aread()
                read(response)
            async for line in response.aiter_lines():
                yield json.loads(line)

    async def share(self, data: bytes, *, key: str = "", **terms: Any) -> Outcomes:  # noqa: ANN401 -- as above
        """Share an input, and return what became of each object."""
        return shaped(Outcomes, await self._ask(sending("shares", data, terms, key)))

    async def begin_import(self, data: bytes, *, key: str = "", **terms: Any) -> Import:  # noqa: ANN401 -- as above
        """Send a long input, which the node works off by itself."""
        return shaped(Import, await self._ask(sending("imports", data, terms, key)))

    async def import_state(self, import_id: str) -> Import:
        """Return how far an import is."""
        return shaped(Import, await self._ask(Call("GET", f"imports/{import_id}")))

    async def withdraw(self, ref: str, reason: str) -> None:
        """Take a share of one's own back."""
        await self._ask(taking_back(ref, reason))

    async def _pages(self, path: str, narrowed: Mapping[str, Any]) -> AsyncIterator[Record]:
        cursor: str | None = ""
        while cursor is not None:
            page = page_of(await self._ask(listing(path, cursor, narrowed)))
            for record in page.items:
                yield record
            cursor = page.next

    async def _ask(self, call: Call) -> Any:  # noqa: ANN401 -- as above
        for nth in range(TRIES):
            response = await self._http.send(call.request(self._http))
            if response.status_code not in LATER or nth == TRIES - 1:
                break
            await asyncio.sleep(wait_of(response, nth))
        return read(response)
