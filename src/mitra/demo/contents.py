"""What the bodies of the demonstration share, as the bytes that come in at a door.

Two sorts, and neither pretends to be the other: facts about criminal malware, each object naming where it is from and
under which licence; and made-up things, whose addresses, names and numbers are those reserved for documentation.
Every object made here carries the label `demonstration`.
"""

from __future__ import annotations

import csv
import gzip
import io
import tomllib
import uuid
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import islice
from typing import TYPE_CHECKING, Any

import orjson

from mitra.core.stix.atoms import pattern_for
from mitra.core.stix.times import format_time
from mitra.core.text.defang import defang
from mitra.demo.cast import NAMESPACE, stix_id_of
from mitra.vendor import vendor_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

Stix = dict[str, Any]

LABEL = "demonstration"
FOLDER = resources.files(__package__) / "intelligence"
TEXTS = resources.files(__package__) / "texts"
ATTACK = "attack/enterprise-attack-18-reduced.jsonl.gz"
PHISHING_LINK = "attack-pattern--2b742742-28c3-4e1b-bab7-8350d6300fa7"
"""ATT&CK's T1566.002."""
ROLE_OF_VALUE = {
    "domain-name": "name in use",
    "ipv4-addr": "command server",
    "ipv6-addr": "command server",
    "sha1": "file",
    "sha256": "file",
}
HOMES = {
    "Maltrail": "https://github.com/stamparm/maltrail",
    "ESET Research": "https://github.com/eset/malware-ioc",
    "Palo Alto Networks Unit 42": "https://github.com/pan-unit42/playbook_viewer",
}


@dataclass(frozen=True, slots=True)
class Pen:
    """Who writes, and when: everything that an object needs beside its words."""

    by: str
    now: datetime

    @property
    def author(self) -> str:
        """The STIX id of the body that writes."""
        return stix_id_of(self.by)

    def write(self, kind: str, key: str, **said: object) -> Stix:
        """Return an object of this author; the same key gives the same id in every demonstration."""
        stamp = format_time(self.now)
        return {
            "type": kind,
            "spec_version": "2.1",
            "id": id_of(kind, self.by, key),
            "created_by_ref": self.author,
            "created": stamp,
            "modified": stamp,
            "labels": [LABEL],
            **said,
        }

    def indicate(self, key: str, name: str, pattern: str, **said: object) -> Stix:
        """Return an indicator that holds from now."""
        more = {"indicator_types": ["malicious-activity"], "pattern_type": "stix", "valid_from": format_time(self.now)}
        return self.write("indicator", key, name=name, pattern=pattern, **more, **said)

    def report(self, key: str, name: str, text: str, members: Sequence[Stix], **said: object) -> Stix:
        """Return a report that leads to its members."""
        refs = [member["id"] for member in members]
        stamp = format_time(self.now)
        return self.write("report", key, name=name, description=text, published=stamp, object_refs=refs, **said)

    def relate(self, source: Stix, kind: str, target: str) -> Stix:
        """Return a relationship between two objects."""
        key = f"{source['id']} {kind} {target}"
        return self.write("relationship", key, relationship_type=kind, source_ref=source["id"], target_ref=target)


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A list of a malware family's values as a duty officer announces it."""

    file: str
    family: str
    title: str
    text: str


def id_of(kind: str, by: str, key: str) -> str:
    """Return the id of an object of the demonstration."""
    return f"{kind}--{uuid.uuid5(NAMESPACE, f'{by}:{kind}:{key}')}"


def bundle(objects: Iterable[Stix]) -> bytes:
    """Return objects as one bundle."""
    return orjson.dumps({"type": "bundle", "id": f"bundle--{uuid.uuid4()}", "objects": list(objects)})


@cache
def sources() -> Mapping[str, Mapping[str, str]]:
    """Return each file's name, publisher, source and licence."""
    entries = tomllib.loads((FOLDER / "SOURCES.toml").read_text(encoding="utf-8"))["source"]
    return {entry["file"]: entry for entry in entries}


def credit(file: str) -> str:
    """Return one sentence that says where the facts of a file come from."""
    source = sources()[file]
    return f"Facts by {source['publisher']} ({source['source']}), licence {source['licence']}."


def facts_of(file: str) -> list[tuple[str, str]]:
    """Return the (kind, value) pairs of a file, in its order."""
    rows = csv.DictReader(io.StringIO((FOLDER / file).read_text(encoding="utf-8")))
    return [(row["type"], row["value"]) for row in rows]


# ── facts about criminal malware


def attack(_pen: Pen) -> bytes:
    """Return ATT&CK as it is vendored, one object a line, unchanged."""
    return gzip.decompress(vendor_path(ATTACK).read_bytes())


def playbook(file: str, _pen: Pen) -> bytes:
    """Return a vendor's STIX 2.0 bundle, unchanged."""
    return gzip.decompress((FOLDER / file).read_bytes())


def some_indicators(file: str, count: int, _pen: Pen) -> bytes:
    """Return the first indicators of a vendor's STIX 2.0 bundle, unchanged, as a bundle of their own."""
    whole = orjson.loads(gzip.decompress((FOLDER / file).read_bytes()))
    chosen = islice((obj for obj in whole["objects"] if obj["type"] == "indicator"), count)
    part = {"type": "bundle", "id": f"bundle--{uuid.uuid4()}", "spec_version": "2.0", "objects": list(chosen)}
    return orjson.dumps(part)


def bulletin(said: Bulletin, pen: Pen) -> bytes:
    """Return a family, an indicator for each of its values and the report over them."""
    source = sources()[said.file]
    cited = {
        "source_name": source["publisher"],
        "description": f"{source['source']}, licence {source['licence']}",
        "url": HOMES[source["publisher"]],
    }
    text = f"Shared in a demonstration. {credit(said.file)}"
    family = pen.write("malware", said.file, name=said.family, is_family=True, external_references=[cited])
    made = [
        pen.indicate(
            f"{said.file} {kind} {value}",
            titled(said, kind, value),
            pattern_for(kind, value),
            description=text,
            external_references=[cited],
        )
        for kind, value in facts_of(said.file)
    ]
    report = pen.report(
        said.file,
        said.title,
        f"{said.text} {text}",
        [family, *made],
        report_types=["malware"],
        external_references=[cited],
    )
    return bundle([family, *made, report])


def table(said: Bulletin, _pen: Pen) -> bytes:
    """Return a family's values as a CSV file, as a university exports it from its own tool."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(("value", "type", "name", "description", "labels"))
    text = f"{said.text} Shared in a demonstration. {credit(said.file)}"
    for kind, value in facts_of(said.file):
        rows.writerow((value, kind, titled(said, kind, value), text, LABEL))
    return written.getvalue().encode()


def titled(said: Bulletin, kind: str, value: str) -> str:
    """Return an indicator's title; the value in it is defanged, for titles are read and clicked."""
    return f"{said.family}: {ROLE_OF_VALUE[kind]} {defang(value, kind)}"


# ── made up


def text(name: str, _pen: Pen) -> bytes:
    """Return a report in prose, defanged as people write it."""
    return (TEXTS / name).read_bytes()


def kit(pen: Pen) -> bytes:
    """Return a phishing kit with its campaign, whom it targets and how."""
    banks = pen.write(
        "identity", "banks", name="Banks and their customers", identity_class="class", sectors=["financial-services"]
    )
    campaign = pen.write(
        "campaign", "text-messages", name="Text messages in the name of a bank", description=KIT_CAMPAIGN
    )
    page = pen.indicate("kit", KIT_TITLE, any_of(KIT_FIRST), description=KIT_TEXT, confidence=85)
    numbers = pen.indicate(
        "kit-numbers", "Number, sender and account that the messages name", any_of(KIT_NUMBERS), confidence=60
    )
    relations = [
        pen.relate(page, "indicates", campaign["id"]),
        pen.relate(numbers, "indicates", campaign["id"]),
        pen.relate(campaign, "uses", PHISHING_LINK),
        pen.relate(campaign, "targets", banks["id"]),
    ]
    report = pen.report("kit", KIT_REPORT, KIT_TEXT, [page, numbers, campaign, banks], report_types=["campaign"])
    return bundle([banks, campaign, page, numbers, *relations, report])


def kit_seen(pen: Pen) -> bytes:
    """Return a sighting of the kit by those whose customers met it."""
    first = format_time(pen.now)
    seen = pen.write(
        "sighting",
        "kit",
        description="9 customers reached the page, 2 typed a code. Cards blocked. (Demonstration)",
        first_seen=first,
        last_seen=first,
        count=9,
        sighting_of_ref=id_of("indicator", "cert-vn", "kit"),
        where_sighted_refs=[pen.author],
    )
    return bundle([seen])


def lone(title: str, words: str, values: Mapping[str, str], pen: Pen) -> bytes:
    """Return one made-up indicator and the short report around it."""
    made = pen.indicate(title, title, any_of(values), description=words)
    return bundle([made, pen.report(title, title, words, [made])])


def weakness(title: str, words: str, values: Mapping[str, str], pen: Pen) -> bytes:
    """Return a made-up vulnerability, how its use is seen, and the advisory over both."""
    flaw = pen.write("vulnerability", title, name="Weakness in a file transfer gateway (made up)", description=words)
    made = pen.indicate(title, "Requests that use the weakness", any_of(values), description=words)
    advisory = pen.report(title, title, words, [flaw, made], report_types=["vulnerability"])
    return bundle([flaw, made, pen.relate(made, "indicates", flaw["id"]), advisory])


def parcel_list(_pen: Pen) -> bytes:
    """Return a made-up list in which one line would hurt: a public resolver that everybody's telephones ask."""
    rows = (
        "value,type,name,description,labels",
        "parcel-fee.example.net,domain-name,Parcel fee page,Made up,demonstration",
        "203.0.113.90,ipv4-addr,Server of the parcel fee page,Made up,demonstration",
        "8.8.8.8,ipv4-addr,Asked by the app at start,Made up,demonstration",
        "login-parcel.example.com,domain-name,Parcel sign-in page,Made up,demonstration",
    )
    return "\n".join(rows).encode()


def any_of(values: Mapping[str, str]) -> str:
    """Return the pattern that any of these values, by kind, meets."""
    return f"[{' OR '.join(pattern_for(kind, value)[1:-1] for kind, value in values.items())}]"


KIT_TITLE = "Phishing kit that imitates a bank's sign-in page"
KIT_REPORT = "Sign-in pages of a bank imitated: text messages to people in three states"
KIT_TEXT = (
    "The page asks for card number and one-time code, then forwards to the real bank. Sent by text message since"
    " Friday, to people in three states. (Demonstration: everything about it is made up.)"
)
KIT_CAMPAIGN = "Short messages that warn of a closed account and lead to a copied sign-in page. (Demonstration)"
KIT_FIRST = {
    "url": "https://secure-login.example.net/th/verify",
    "domain-name": "secure-login.example.net",
    "ipv4-addr": "203.0.113.57",
}
KIT_SECOND = {**KIT_FIRST, "sha256": "9f2c61d804b7ae35c1907f4e5d2ab86c7731e0f942cd58b1a60e993418fb27d5"}
KIT_THIRD = {**KIT_SECOND, "ipv6-addr": "2001:db8:51::57"}
KIT_NUMBERS = {"telephone": "+12025550147", "sms-sender": "bank-alert", "bank-account": "0000000001"}
