"""A small node to ask the one box on: one thing of each kind that people type, all of it for a circle of two."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.test import Client

from board.facts import NOTICE, Notice
from exchange_node import indicator, make_node
from mitra.community import operations, queries, things
from mitra.community.facts import NewCircle, NewOrganisation, NewPerson
from mitra.community.models import Person
from mitra.core.policy.facts import Tlp
from mitra.store.doors import store
from mitra.store.things.releasing import release
from mitra.store.words.indexing import index_words

NOW = datetime.now(UTC)
PASSWORD = "ຄວາມລັບ-correct-horse-9"
DIGEST = "3f0a9c5be17d42868bd01f6e5a7c94d2"
PATTERNS = {
    "domain": "domain-name:value = 'login.evil-domain.org'",
    "Thai domain": "domain-name:value = 'ธนาคารปลอม.ไทย'",
    "Khmer domain": "domain-name:value = 'ធនាគារ.com'",
    "Lao domain": "domain-name:value = 'ທະນາຄານ.la'",
    "IPv4": "ipv4-addr:value = '198.51.100.7'",
    "IPv6": "ipv6-addr:value = '2001:db8:4::17'",
    "network": "ipv4-addr:value ISSUBSET '203.0.113.0/24'",
    "URL": "url:value = 'https://pay.evil-url.org/a/B?c=1'",
    "mail": "email-addr:value = 'fraud@evil-mail.org'",
    "MD5": f"file:hashes.MD5 = '{DIGEST}'",
    "SHA-1": f"file:hashes.'SHA-1' = '{DIGEST}4a91c07b'",
    "SHA-256": f"file:hashes.'SHA-256' = '{DIGEST[::-1]}{DIGEST}'",
    "file": "file:name = 'invoice_8841.exe'",
    "CVE": "vulnerability:name = 'CVE-2026-40417'",
    "AS": "autonomous-system:number = 64500",
    "MAC": "mac-addr:value = '00:53:00:aa:bb:cc'",
    "wallet": "x-mitra-crypto-wallet:value = '1BoatSLRHtKNngkdXEeobR76b53LETtpyT'",
    "telephone": "x-mitra-telephone:value = '+8562055550123'",
    "account": "x-mitra-bank-account:value = '1234567890'",
    "IBAN": "x-mitra-iban:value = 'DE89370400440532013000'",
}
"""The name of an indicator → what it is about."""
SAID = {
    "mention": "แจ้งเตือน login[.]evil-said[.]org และ hxxps://pay.evil-said2[.]org/x ของมิจฉาชีพ",
    "technique": "Phishing for information, T1566.002, by a group.",
    "Thai words": "ธนาคารแห่งประเทศไทยเตือนภัยมิจฉาชีพหลอกลวง",
    "Lao words": "ທະນາຄານແຫ່ງ ສປປ ລາວ ແຈ້ງເຕືອນການຫຼອກລວງ",
    "Khmer words": "ធនាគារជាតិនៃកម្ពុជាព្រមានអំពីការបោកប្រាស់",
    "Burmese words": "ဗဟိုဘဏ်က ဖုန်းလိမ်လည်မှုများကို သတိပေးသည်",
    "Vietnamese words": "Ngân hàng Nhà nước cảnh báo lừa đảo qua điện thoại",
    "Chinese words": "新加坡金融管理局警告公众提防电话诈骗",
    "Tamil words": "தொலைபேசி மோசடி குறித்து வங்கி எச்சரிக்கை",
    "per cent": "Discount of 100%off in each message.",
}
"""The name of an indicator → its description, which alone has these words."""


@dataclass
class BoxWorld:
    """The node and its askers."""

    node: object
    refs: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def ask(self, asker, text):
        """Return what the box answers to one of those who ask; `''` is the public."""
        client = Client()
        if asker:
            client.force_login(Person.objects.get(email=f"{asker}@mitra.example"))
        return client.get("/exchange/lookup", {"q": text})

    def share_everything(self):
        """Share one thing of each kind, and make the bodies that have names."""
        by, hand = operator("cert-kh"), things.hand_of(operator("cert-kh"), now=NOW)
        objects = [
            indicator(at, name=f"The {key}", pattern=f"[{pattern}]")
            for at, (key, pattern) in enumerate(PATTERNS.items())
        ]
        objects += [
            indicator(100 + at, name=f"The {key}", pattern=f"[mutex:name = 'mx{at}']", description=words)
            for at, (key, words) in enumerate(SAID.items())
        ]
        receipt = self.node.share("cert-kh", *objects, tlp=Tlp.AMBER, circle="financial")
        names = store()._parts.refs.names([line.seq for line in receipt.lines])
        self.refs = dict(zip((obj["name"] for obj in objects), names, strict=True))
        self.ids = {obj["name"]: obj["id"] for obj in objects}
        to = things.audience_in("board", by, Tlp.AMBER, {self.node.circles["financial"]})
        release(NOTICE, Notice("The notice", "ຂໍຄວາມຊ່ວຍເຫຼືອ", number="BD-7K3M"), to, hand)
        new = NewOrganisation("rahasia", "Bank Rahasia Nusantara", "private", standing="accredited")
        operations.add_organisation(new, by=operator("centre"), now=NOW)
        members = (self.node.organisations["cert-th"], self.node.organisations["cert-kh"])
        made = NewCircle("kelapa-two", "Lingkaran Kelapa", "About coconuts", members=members)
        operations.make_circle(made, by=operator("centre"), now=NOW)
        add_person("named", "cert-kh", "Sokunthea Chanmony")
        index_words()


def operator(slug):
    return queries.actor_of_operator(slug)


def add_person(asker, slug, name):
    new = NewPerson(email=f"{asker}@mitra.example", name=name, roles=("analyst",), password=PASSWORD)
    operations.add_person(new, by=operator(slug), now=NOW)


def make_box_world():
    """Return the node before anything is shared on it."""
    made = BoxWorld(make_node())
    for slug in ("cert-th", "cert-vn", "newcomer"):
        add_person(slug, slug, f"Analyst at {slug}")
    return made
