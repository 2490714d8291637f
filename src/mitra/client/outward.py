"""Ask addresses that other people named: webhooks, peers, feeds.

Whoever names an address would have this node's network ask for them.  Hence, for every address and every hop:

* it is https; http only where a policy says so, and then only into the networks that this policy opened;
* a name is resolved when we connect, and we connect to exactly what was checked: a name that would answer
  differently a second time (DNS rebinding) is not asked a second time.  SNI, certificate and Host stay the name's;
* every address of a name is on the internet or in an opened network; one that carries an IPv4 address is judged by it;
* an exchange is over by its deadline, names and hops included, however thinly the other side spreads its bytes;
* of an answer at most so many bytes are read, headers included, and nothing is unpacked;
* no proxy, cookie or password of this process goes along.  SSL_CERT_FILE is heeded, for an authority of the site's own.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

import httpcore
import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Address = IPv4Address | IPv6Address
    Network = IPv4Network | IPv6Network
    Resolve = Callable[[str, int], Iterable[str]]
    Dial = Callable[[Address, int, float], socket.socket]

HOPS: Final = 3
"""How often a GET is sent on."""
MOVED: Final = frozenset({301, 302, 303, 307, 308})
SENT_ON: Final = frozenset({"accept", "user-agent"})
"""What of our headers another origin gets to see."""
KEPT: Final = frozenset({"content-type", "etag", "last-modified", "location", "retry-after"})
HOST: Final = re.compile(r"(?=.{1,253}\Z)(?:(?!-)[a-z0-9_-]{1,63}(?<!-)\.)*(?!-)[a-z0-9_-]{1,63}(?<!-)\Z")
NUMBER: Final = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)\Z")
"""A last label like this makes a resolver read the whole name as an IPv4 address, `127.1` and `0x7f000001` too."""
INSIDE: Final = ("localhost", "local", "internal", "home.arpa")
"""Names that never lead to the internet (RFC 6761, 6762, 8375; ICANN on .internal)."""
CARRIERS: Final = {ip_network("64:ff9b::/96"): 0, ip_network("2002::/16"): 80}
"""Networks that carry an IPv4 address (NAT64, RFC 6052; 6to4, RFC 3056), and how many bits follow it."""
BROKEN: Final = (httpcore.ProtocolError, httpcore.NetworkError)
UNICAST: Final = ip_network("2000::/3")
"""All of IPv6 that is on the internet (RFC 4291, 2.4)."""
SPECIAL: Final = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "3fff::/20")))
"""What IANA keeps for purposes of its own, and older Pythons take for the internet."""


class Refused(Exception):
    """An address that we do not ask; its words say what to write instead."""


class Unreachable(Exception):
    """An address that did not answer as it should.

    The code is `dns`, `connect`, `tls`, `deadline`, `too-long` or `protocol`.  Where an answer had begun, it is here
    as far as it came: a 200 whose body never ends has still said 200.
    """

    def __init__(self, code: str, said: str, answer: Answer | None = None) -> None:
        super().__init__(said)
        self.code = code
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Policy:
    """How far a node goes for an address; without a word: the internet, over https."""

    allowed: tuple[Network, ...] = ()
    """Networks that may be asked though they are not on the internet."""
    allows_http: bool = False
    """Whether those networks may be asked over plain http."""
    low_ports: frozenset[int] = frozenset({443})
    """Ports below 1024 that may be asked; where http is allowed, 80 is too."""
    deadline_seconds: float = 15.0
    """How long an exchange may take as a whole; Standard Webhooks: 15 to 30."""
    answer_bytes: int = 65_536


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address said: of its headers only those that somebody here reads, in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    url: str
    """Where it was said, after all hops."""


def resolve_name(host: str, port: int) -> list[str]:
    """Return the addresses of a name in the system's order; raises OSError, UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(where[0]) for *_, where in found))


def send(
    method: str,
    url: str,
    *,
    policy: Policy,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    resolve: Resolve = resolve_name,
) -> Answer:
    """Ask an address and return its answer, whatever its status; raises Refused, Unreachable.

    A GET follows up to three hops, each checked as the first was; other methods are never sent on.  Another origin
    does not get to see our headers.
    """
    deadline = Deadline(time.monotonic() + policy.deadline_seconds)
    ours = {"User-Agent": "Mitra", **(headers or {})}
    target = read_address(url, policy)
    for _hop in range(1 + HOPS):
        network = CheckedNetwork(policy, deadline, is_plain=target.scheme == "http", resolve=resolve)
        answer = _exchange(method, target, content, ours, network)
        if method != "GET" or answer.status not in MOVED or "location" not in answer.headers:
            return answer
        onward = read_address(answer.headers["location"], policy, base=target)
        if _origin(onward) != _origin(target):
            ours = {name: value for name, value in ours.items() if name.lower() in SENT_ON}
        target = onward
    raise Refused(f"This address sends on more than {HOPS} times; write the one that it ends at.")


def check_address(url: str, policy: Policy) -> None:
    """Refuse what can be refused before anything is asked, as for a form; raises Refused."""
    read_address(url, policy)


def read_address(url: str, policy: Policy, *, base: httpx.URL | None = None) -> httpx.URL:
    """Return an address, whole or as it stands at another, taken apart; raises Refused."""
    try:
        target = httpx.URL(url) if base is None else base.join(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise Refused("Write a whole address, as https://host.example/path.") from error
    if target.scheme not in ({"https", "http"} if policy.allows_http else {"https"}):
        raise Refused("Write an address that begins with https://.")
    if target.userinfo:
        raise Refused("Write the address without a name and password in it.")
    port = _origin(target)[2]
    if not (port in policy.low_ports or 1024 <= port <= 65_535 or (policy.allows_http and port == 80)):
        raise Refused("Write an address with the port 443, or with one from 1024 to 65535.")
    _check_host(target.raw_host.decode("ascii"), policy, is_plain=target.scheme == "http")
    return target


def _check_host(host: str, policy: Policy, *, is_plain: bool) -> None:
    with suppress(ValueError):
        if not may_ask(ip_address(host), policy, is_plain=is_plain):
            raise _inside(is_plain=is_plain)
        return
    if HOST.match(host) is None or NUMBER.match(host.rpartition(".")[2]):
        raise Refused("Write the name of a host as it is registered, as host.example, or a plain IP address.")
    if not policy.allowed and ("." not in host or host.endswith(tuple(f".{name}" for name in INSIDE))):
        raise _inside(is_plain=is_plain)


def _inside(*, is_plain: bool) -> Refused:
    if is_plain:
        return Refused("Write an address that begins with https://: this one is not in a network that http may go to.")
    return Refused("Write an address on the internet: this one leads into an internal network.")


def may_ask(address: Address, policy: Policy, *, is_plain: bool) -> bool:
    """Return whether a policy lets us connect to an address."""
    real = carried(address)
    if any(real in network for network in policy.allowed):
        return True
    return not is_plain and is_on_internet(real)


def carried(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, else the address."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    for network, bits in CARRIERS.items():
        if address in network:
            return IPv4Address(int(address) >> bits & 0xFFFFFFFF)
    return address


def is_on_internet(address: Address) -> bool:
    """Return whether an address that stands for no other is one of the internet's."""
    if address.version == 6 and address not in UNICAST:
        return False
    if address.is_multicast or address.is_reserved or any(address in network for network in SPECIAL):
        return False
    return address.is_global


def _origin(target: httpx.URL) -> tuple[str, str, int]:
    port = target.port if target.port is not None else 80 if target.scheme == "http" else 443
    return target.scheme, target.raw_host.decode("ascii"), port


def _exchange(
    method: str, target: httpx.URL, content: bytes | None, headers: Mapping[str, str], network: CheckedNetwork
) -> Answer:
    """Ask once, over a connection of its own."""
    scheme, host, port = _origin(target)
    origin = httpcore.Origin(scheme.encode(), host.encode(), port)
    url = httpcore.URL(scheme=origin.scheme, host=origin.host, port=port, target=target.raw_path)
    said = [
        (b"Host", target.netloc),
        (b"Accept-Encoding", b"identity"),
        (b"Connection", b"close"),
        *((name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()),
    ]
    trusted = trust() if scheme == "https" else None
    try:
        with (
            httpcore.HTTPConnection(origin, ssl_context=trusted, network_backend=network) as connection,
            connection.stream(method, url, headers=said, content=content) as response,
        ):
            return _read(response, str(target))
    except BROKEN as error:
        raise Unreachable("protocol", "It did not answer in HTTP.") from error


def _read(response: httpcore.Response, url: str) -> Answer:
    """Return an answer; raises Unreachable with what came of it."""
    said = [(name.decode("ascii").lower(), value.decode("latin-1")) for name, value in response.headers]
    answer = Answer(response.status, b"", {name: value for name, value in reversed(said) if name in KEPT}, url)
    body = bytearray()
    try:
        for piece in response.iter_stream():
            body += piece
    except Unreachable as error:
        error.answer = replace(answer, body=bytes(body))
        raise
    except BROKEN as error:
        so_far = replace(answer, body=bytes(body))
        raise Unreachable("protocol", "It broke off in the middle of its answer.", so_far) from error
    return replace(answer, body=bytes(body))


@cache
def trust() -> ssl.SSLContext:
    """Return whom we trust with certificates: the public authorities, or those of SSL_CERT_FILE or SSL_CERT_DIR."""
    return httpx.create_ssl_context()


@dataclass(frozen=True, slots=True)
class Deadline:
    """When an exchange is over, on the monotonic clock."""

    at: float

    def left(self) -> float:
        """Return how many seconds are left; raises Unreachable."""
        seconds = self.at - time.monotonic()
        if seconds <= 0:
            raise self.passed()
        return seconds

    def passed(self) -> Unreachable:
        """Return what to raise when it has passed."""
        return Unreachable("deadline", "It took too long to answer.")


def dial(address: Address, port: int, seconds: float) -> socket.socket:
    """Return a connection to an address; nothing is resolved.  Raises OSError."""
    line = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
    try:
        line.settimeout(seconds)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.connect((str(address), port))
    except OSError:
        line.close()
        raise
    return line


@dataclass
class CheckedNetwork(httpcore.NetworkBackend):
    """The way to one address: resolved, checked, and connected to what was checked."""

    policy: Policy
    deadline: Deadline
    is_plain: bool
    resolve: Resolve = resolve_name
    dial: Dial = dial

    def connect_tcp(self, host: str, port: int, *_unused: Any, **_also: Any) -> TimedStream:  # noqa: ANN401 -- httpcore's
        """Return a connection to the first address of a name that takes one; raises Refused, Unreachable."""
        addresses = self._addresses(host, port)
        if not all(may_ask(address, self.policy, is_plain=self.is_plain) for address in addresses):
            raise _inside(is_plain=self.is_plain)
        for nth, address in enumerate(addresses):
            share = self.deadline.left() / (len(addresses) - nth)  # a dead address leaves time for the next
            with suppress(OSError):
                return TimedStream(self.dial(address, port, share), self.deadline, self.policy.answer_bytes)
        self.deadline.left()
        raise Unreachable("connect", "Nobody took the connection.")

    def _addresses(self, host: str, port: int) -> list[Address]:
        with suppress(ValueError):
            return [ip_address(host)]
        came: SimpleQueue[Iterable[str] | OSError | ValueError] = SimpleQueue()
        # A resolver cannot be given a deadline: one that is late answers to nobody, and its thread ends by itself.
        Thread(target=_resolve_into, args=(came, self.resolve, host, port), daemon=True).start()
        try:
            said = came.get(timeout=self.deadline.left())
        except Empty:
            raise self.deadline.passed() from None
        if isinstance(said, OSError | ValueError):
            raise Unreachable("dns", "The name of its host is not known.") from said
        addresses = [ip_address(one) for one in said]
        if not addresses:
            raise Unreachable("dns", "The name of its host has no address.")
        return addresses


def _resolve_into(came: SimpleQueue[Any], resolve: Resolve, host: str, port: int) -> None:
    try:
        came.put(list(resolve(host, port)))
    except (OSError, ValueError) as error:  # UnicodeError is a ValueError
        came.put(error)


@dataclass
class TimedStream(httpcore.NetworkStream):
    """A connection whose every step ends by the deadline, and that reads no more than it may."""

    line: socket.socket
    deadline: Deadline
    left_bytes: int

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 -- the deadline counts
        """Return the next bytes; raises Unreachable."""
        self.line.settimeout(self.deadline.left())
        try:
            came = self.line.recv(min(max_bytes, self.left_bytes or 1))
        except TimeoutError as error:
            raise self.deadline.passed() from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error
        if came and not self.left_bytes:
            raise Unreachable("too-long", "It answered more than we read.")
        self.left_bytes -= len(came)
        return came

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 -- the deadline counts
        """Send bytes; raises Unreachable."""
        rest = memoryview(buffer)
        while rest:
            self.line.settimeout(self.deadline.left())
            try:
                rest = rest[self.line.send(rest) :]
            except TimeoutError as error:
                raise self.deadline.passed() from error
            except OSError as error:
                raise httpcore.WriteError(str(error)) from error

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 -- the deadline counts
    ) -> TimedStream:
        """Return the same connection, encrypted to the name; raises Unreachable."""
        plain = self.line
        try:
            plain.settimeout(self.deadline.left())
            self.line = ssl_context.wrap_socket(plain, server_hostname=server_hostname)
        except TimeoutError as error:
            raise self.deadline.passed() from error
        except ssl.SSLCertVerificationError as error:
            raise Unreachable("tls", f"Its certificate is not trusted: {error.verify_message}.") from error
        except OSError as error:
            raise Unreachable("tls", "No encrypted connection came about.") from error
        finally:
            if self.line is plain:  # httpcore closes only what was made
                plain.close()
        return self

    def close(self) -> None:
        """Close the connection."""
        self.line.close()

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 -- httpcore's
        """Return what httpcore asks of a connection: whether it is encrypted."""
        return self.line if info == "ssl_object" and isinstance(self.line, ssl.SSLSocket) else None
