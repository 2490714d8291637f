"""What a node asks that other people named: which addresses are refused, and that none of them is ever connected to."""

import socket
import time
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitra.client.outward import CheckedNetwork, Deadline, Policy, Refused, Unreachable, check_address

INTERNET = Policy()
INTO_LOOPBACK = Policy(allowed=(ip_network("127.0.0.0/8"),), allows_http=True)

NOT_ON_THE_INTERNET = [
    ip_network(one)
    for one in (
        # IANA IPv4 special-purpose registry (RFC 6890), and multicast
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
        *("192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
        *("224.0.0.0/4", "240.0.0.0/4"),
        # all of IPv6 but 2000::/3, and what IANA keeps of that
        *("::/3", "4000::/2", "8000::/1", "2001::/23", "2001:db8::/32", "3fff::/20"),
    )
]
LOW = 0xFFFFFFFF
GLOBAL = ("93.184.216.34", "2606:4700::1111")


def stands_for(address):
    if address.version == 6:
        if address in ip_network("::ffff:0:0/96") or address in ip_network("64:ff9b::/96"):
            return IPv4Address(int(address) & LOW)
        if address in ip_network("2002::/16"):
            return IPv4Address(int(address) >> 80 & LOW)
    return address


def is_inside(address):
    """The oracle: the registries as tables, and nothing of what Python or the code takes for global."""
    return any(stands_for(address) in network for network in NOT_ON_THE_INTERNET)


def carriers(inner):
    number = int(inner)
    return st.sampled_from(
        [
            IPv6Address(0xFFFF << 32 | number),
            IPv6Address(int(IPv6Address("64:ff9b::")) | number),
            IPv6Address(int(IPv6Address("2002::")) | number << 80 | 1),
            IPv6Address(number),
        ]
    )


near_the_tables = st.sampled_from(NOT_ON_THE_INTERNET).flatmap(lambda network: st.ip_addresses(network=network))
v4 = st.one_of(st.ip_addresses(v=4), near_the_tables.filter(lambda one: one.version == 4))
addresses = st.one_of(v4, st.ip_addresses(v=6), near_the_tables, v4.flatmap(carriers))


class Line:
    """A network that notes where it is asked to connect to, and connects nowhere."""

    def __init__(self):
        self.dialled = []

    def __call__(self, address, _port, _seconds):
        self.dialled.append(str(address))
        raise ConnectionRefusedError


def connecting(resolve, line, *, policy=INTERNET, is_plain=False, seconds=5.0):
    deadline = Deadline(time.monotonic() + seconds)
    return CheckedNetwork(policy, deadline, is_plain=is_plain, resolve=resolve, dial=line)


@given(addresses, st.lists(st.sampled_from(GLOBAL), max_size=2), st.booleans())
def test_no_address_off_the_internet_is_ever_connected_to(address, others, is_last):
    line, names = Line(), [*others, str(address)] if is_last else [str(address), *others]
    with pytest.raises(Refused if is_inside(address) else Unreachable):
        connecting(lambda _host, _port: names, line).connect_tcp("name.example", 443)
    assert line.dialled == ([] if is_inside(address) else names)


@given(addresses)
def test_a_written_address_is_judged_as_a_resolved_one(address):
    url = f"https://[{address}]/" if address.version == 6 else f"https://{address}/"
    try:
        check_address(url, INTERNET)
    except Refused:
        assert is_inside(address)
    else:
        assert not is_inside(address)


@given(addresses)
def test_opening_a_network_opens_no_other(address):
    line = Line()
    opened = Policy(allowed=(ip_network("10.1.0.0/16"), ip_network("fd00::/8")), allows_http=True)
    with pytest.raises((Refused, Unreachable)):
        connecting(lambda _host, _port: [str(address)], line, policy=opened, is_plain=True).connect_tcp("n.example", 80)
    assert bool(line.dialled) is any(stands_for(address) in network for network in opened.allowed)


def test_a_name_that_answers_differently_later_is_not_asked_again():
    answers, line = [["93.184.216.34"], ["127.0.0.1"]], Line()
    with pytest.raises(Unreachable):
        connecting(lambda _host, _port: answers.pop(0), line).connect_tcp("rebinding.example", 443)
    assert (line.dialled, answers) == (["93.184.216.34"], [["127.0.0.1"]])


def test_an_address_that_is_written_is_not_resolved():
    def resolve(host, port):
        raise AssertionError(host)

    line = Line()
    with pytest.raises(Unreachable):
        connecting(resolve, line).connect_tcp("93.184.216.34", 443)
    with pytest.raises(Refused):
        connecting(resolve, line).connect_tcp("127.0.0.1", 443)
    assert line.dialled == ["93.184.216.34"]


@pytest.mark.parametrize("policy", [INTERNET, INTO_LOOPBACK])
def test_http_goes_to_opened_networks_alone(policy):
    line = Line()
    with pytest.raises(Refused, match="https://"):
        connecting(lambda _host, _port: ["93.184.216.34"], line, policy=policy, is_plain=True).connect_tcp(
            "n.example", 80
        )
    assert line.dialled == []


def test_a_dead_address_leaves_time_for_the_next():
    shares = []

    def dead(_address, _port, seconds):
        shares.append(round(seconds, 1))
        raise TimeoutError

    with pytest.raises(Unreachable) as unreached:
        connecting(lambda _host, _port: GLOBAL, dead, seconds=6.0).connect_tcp("name.example", 443)
    assert (unreached.value.code, shares) == ("connect", [3.0, 6.0])


@pytest.mark.parametrize("error", [socket.gaierror(-2, "no such name"), UnicodeError("label too long")])
def test_a_name_that_is_not_known_is_told_as_that(error):
    def resolve(_host, _port):
        raise error

    with pytest.raises(Unreachable) as unreached:
        connecting(resolve, Line()).connect_tcp("nowhere.example", 443)
    assert unreached.value.code == "dns"


def test_a_name_without_addresses_is_told_as_that():
    with pytest.raises(Unreachable) as unreached:
        connecting(lambda _host, _port: [], Line()).connect_tcp("nowhere.example", 443)
    assert unreached.value.code == "dns"


def test_a_resolver_that_is_late_is_not_waited_for():
    over, began = Event(), time.monotonic()

    def resolve(_host, _port):
        over.wait(5)
        return ["93.184.216.34"]

    line = Line()
    with pytest.raises(Unreachable) as unreached:
        connecting(resolve, line, seconds=0.2).connect_tcp("slow.example", 443)
    over.set()
    assert (unreached.value.code, line.dialled) == ("deadline", [])
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example",
        "https://hooks.example:443/x?y=z#part",
        "https://hooks.example:8443/x",
        "https://bücher.example/",
        "https://93.184.216.34/",
        "https://[2606:4700::1111]:8443/",
        "https://a_b.example/",
    ],
)
def test_addresses_on_the_internet_are_taken(url):
    check_address(url, INTERNET)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://hooks.example/",
            "ftp://hooks.example/",
            "//hooks.example/",
            "hooks.example",
            "",
            "https://",
            " https://h.example",
        ),
        *("https://user@hooks.example/", "https://user:word@hooks.example/", "https://:word@hooks.example/"),
        *(f"https://hooks.example:{port}/" for port in (0, 22, 25, 80, 1023, 65_536)),
        *("https://localhost/", "https://LOCALHOST/", "https://a.localhost/", "https://printer/", "https://nas.local/"),
        *(
            "https://x.internal/",
            "https://x.home.arpa/",
            "https://hooks.example./",
            "https://a..example/",
            "https://.example/",
        ),
        *("https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0177.0.0.1/", "https://0x7f000001/"),
        *("https://0x7f.1/", "https://127.0.0.0x1/", "https://017700000001/", "https://127。0。0。1/", "https://0/"),
        *(
            "https://0.0.0.0/",
            "https://[::]/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::127.0.0.1]/",
        ),
        *(
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://[fe80::1%25lo]/",
            "https://[fec0::1]/",
            "https://[::1%25lo]/",
        ),
        *(
            "https://169.254.169.254/",
            "https://%31%32%37.0.0.1/",
            "https://hooks.example\\@10.0.0.1/",
            "https://h ost.example/",
        ),
        *(
            "https://-a.example/",
            f"https://{'a' * 64}.example/",
            f"https://{'a.' * 127}example/",
            "https://a.example\n/",
        ),
    ],
)
def test_addresses_that_cannot_be_right_are_refused_without_the_network(url):
    with pytest.raises(Refused, match=r"^Write .+\.$"):
        check_address(url, INTERNET)


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://127.0.0.1:8000/", "http://localhost/", "https://soar/"])
def test_what_a_policy_opens_is_taken(url):
    check_address(url, INTO_LOOPBACK)


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "http://93.184.216.34/", "http://2130706433/", "http://127.1/", "http://127.0.0.1:25/"]
)
def test_what_a_policy_does_not_open_is_refused(url):
    with pytest.raises(Refused):
        check_address(url, INTO_LOOPBACK)


def test_an_opened_network_is_not_asked_over_http_by_itself():
    opened = Policy(allowed=INTO_LOOPBACK.allowed)
    check_address("https://127.0.0.1:8443/", opened)
    with pytest.raises(Refused, match="https://"):
        check_address("http://127.0.0.1:8443/", opened)


def test_a_policy_may_name_low_ports():
    check_address("https://hooks.example:587/", Policy(low_ports=frozenset({443, 587})))


@given(st.one_of(st.text(), st.text(alphabet="htps:/@[]%.0127x。a").map("https://".__add__)))
def test_any_text_is_taken_or_refused(url):
    try:
        check_address(url, INTERNET)
    except Refused:
        return


def test_the_oracle_knows_the_internet():
    assert [is_inside(ip_address(one)) for one in GLOBAL] == [False, False]
