"""Only our own mail server vouches, only in its topmost field, and only for the domain that From names."""

from pathlib import Path

import pytest

from mitra.messages.letters.reading import read_letter

CORPUS = Path(__file__).parents[2] / "letters"
HUB = "mx.hub.example"


def vouched(*results, sender="anan@cert.example", by=HUB):
    heads = "".join(f"Authentication-Results: {each}\n" for each in results)
    return read_letter(f"{heads}From: {sender}\n\nHello".encode(), vouched_by=by).vouched


def test_forged_results_below_ours_prove_nothing():
    data = (CORPUS / "forged-results.eml").read_bytes()
    assert read_letter(data, vouched_by=HUB).vouched == ""
    assert read_letter(data, vouched_by="mx.bank.example").vouched == "bank.example"
    ours = data.replace(b"dkim=none", b"dkim=pass header.d=bank.example", 1)
    assert read_letter(ours, vouched_by=HUB).vouched == ""  # DMARC of our server says fail
    assert read_letter(ours.replace(b"dmarc=fail", b"dmarc=none", 1), vouched_by=HUB).vouched == "bank.example"


def test_nobody_vouches_where_no_server_is_ours():
    assert vouched(f"{HUB}; dkim=pass header.d=cert.example", by="") == ""
    assert vouched("; dkim=pass header.d=cert.example", by="") == ""


@pytest.mark.parametrize(
    "result",
    [
        f"{HUB}; dkim=pass header.d=cert.example",
        f"{HUB} 1; dkim=pass header.d=cert.example",
        "MX.Hub.Example; DKIM=Pass Header.D=CERT.example",
        f"(a (b) comment) {HUB} (c); dkim (d) = (e) pass (f) header.d (g) = cert.example",
        f"{HUB}; dkim=fail header.d=cert.example; dkim=pass header.d=cert.example",
        f"{HUB}; spf=pass smtp.mailfrom=bounces@cert.example",
        f"{HUB}; spf=pass smtp.mailfrom=cert.example",
        f"{HUB}; dmarc=pass (p=reject) header.from=cert.example",
        f'{HUB}; dkim/1=pass reason="good; it is" header.d=cert.example',
    ],
)
def test_our_server_vouches(result):
    assert vouched(result) == "cert.example"


@pytest.mark.parametrize(
    "result",
    [
        "mx.evil.example; dkim=pass header.d=cert.example",
        f"{HUB}.evil.example; dkim=pass header.d=cert.example",
        f"({HUB}) evil.example; dkim=pass header.d=cert.example",
        f"{HUB}; none",
        f"{HUB}; dkim=fail header.d=cert.example",
        f"{HUB}; dkim=pass",
        f"{HUB}; dkim=pass header.d=evil.example",
        f"{HUB}; dkim=pass header.d=xcert.example",
        f"{HUB}; dkim=pass header.d=mail.cert.example",
        f"{HUB}; dkim=pass header.d=example",
        f"{HUB}; dkim=pass header.d=evil.example header.d=cert.example",
        f"{HUB}; dkim=pass header.d=cert.example header.d=evil.example",
        f'{HUB}; dkim=pass reason="x header.d=cert.example"',
        f"{HUB}; dkim=none (dkim=pass header.d=cert.example)",
        f'{HUB}; dkim=none reason="; dkim=pass header.d=cert.example"',
        f"{HUB}; auth=pass smtp.auth=anan@cert.example",
        f"{HUB}; spf=pass smtp.helo=cert.example",
        f"{HUB}; spf=softfail smtp.mailfrom=cert.example",
        f"{HUB}; dmarc=pass header.from=evil.example",
        f"{HUB}; dkim=pass header.d=cert.example; dmarc=fail header.from=cert.example",
    ],
)
def test_nothing_else_does(result):
    assert vouched(result) == ""


def test_a_domain_vouches_for_those_below_it():
    assert vouched(f"{HUB}; dkim=pass header.d=cert.example", sender="a@ops.cert.example") == "ops.cert.example"
    assert vouched(f"{HUB}; dkim=pass header.d=cert.example", sender="a@evilcert.example") == ""


def test_only_the_topmost_of_ours_counts():
    good, bad = f"{HUB}; dkim=pass header.d=cert.example", f"{HUB}; dkim=fail header.d=cert.example"
    assert (vouched(good, bad), vouched(bad, good)) == ("cert.example", "")
    assert vouched("other.example; dkim=fail", good) == "cert.example"


def test_nobody_vouches_for_a_sender_who_is_not_one():
    good = f"{HUB}; dkim=pass header.d=cert.example; dmarc=pass header.from=cert.example"
    assert vouched(good, sender="a@cert.example, b@evil.example") == ""
    assert vouched(good, sender='"x@y.example" <a@cert.example>') == ""
