"""What happens in the demonstration, step by step, and who must read each thing: data, nothing else.

The readers are written down by name and know nothing of the policy's code, so the self-check and the tests hold the
program against them.  A machine never reads RED, whatever is said here.
"""

from __future__ import annotations

from functools import partial

from mitra.core.policy.facts import Pap, Tlp
from mitra.demo import contents
from mitra.demo.contents import Bulletin
from mitra.demo.steps import Correction, Passing, Scene, Step, Suspension, Withdrawal

CSIRTS = frozenset(f"cert-{state}" for state in ("bn", "id", "kh", "la", "mm", "my", "ph", "sg", "th", "tl", "vn"))
COMMUNITY = CSIRTS | {"centre", "police-th", "banks-association", "assistance", "university"}
GREEN = COMMUNITY | {"bank-a"}
"""The community, and the bank as its CSIRT's client."""
EVERYBODY = GREEN | {"press", "foreign-partner", "island-telecom"}
FINANCIAL = frozenset({"cert-id", "cert-my", "cert-ph", "cert-sg", "cert-th", "cert-vn", "banks-association", "bank-a"})
"""Its members, and the bank, to which its CSIRT opened the circle."""
TELECOM = frozenset({"cert-kh", "cert-la", "cert-vn"})
"""Its members without the one that is suspended."""
LANTERN = frozenset({"cert-my", "cert-th", "police-th", "foreign-partner"})
"""Its members, likewise."""
NOBODY: frozenset[str] = frozenset()

READING_ROLES = frozenset({"analyst", "duty-officer", "legal", "communicator"})
"""Roles whose people read what their organisation reads; all others read what is CLEAR."""

VN_FIRST = "Coordinate with National CSIRT (VN) first."

BEGAN_HOURS_AGO = 30 * 24

STEPS: tuple[Step, ...] = (
    Scene(
        key="attack",
        by="centre",
        hours_ago=13 * 24,
        content=contents.attack,
        tlp=Tlp.CLEAR,
        readers=EVERYBODY,
        pap=Pap.CLEAR,
        filename="enterprise-attack-18-reduced.jsonl",
    ),
    Scene(
        key="mirai",
        by="cert-sg",
        hours_ago=150,
        content=partial(
            contents.bulletin,
            Bulletin(
                "maltrail-elf_mirai.csv",
                "Mirai",
                "Mirai: servers that hand out orders to routers and cameras",
                "Block these towards the internet and change factory passwords; infected devices call often.",
            ),
        ),
        tlp=Tlp.CLEAR,
        readers=EVERYBODY,
        pap=Pap.CLEAR,
        words="Mirai: servers that hand out orders",
        value="skidstresser.xyz",
    ),
    Scene(
        key="short-messages",
        by="island-telecom",
        hours_ago=140,
        content=partial(
            contents.lone,
            "Short messages that promise a tax refund",
            "Sent through a roaming partner since this morning; we block the sender's name. (Demonstration)",
            {"sms-sender": "tax-refund-desk", "url": "https://refund.example.org/pay"},
        ),
        tlp=Tlp.GREEN,
        readers=GREEN | {"island-telecom"},
        words="Short messages that promise a tax refund",
        value="https://refund.example.org/pay",
    ),
    Scene(
        key="emotet",
        by="cert-id",
        hours_ago=130,
        content=partial(
            contents.bulletin,
            Bulletin(
                "maltrail-emotet.csv",
                "Emotet",
                "Emotet: command servers to block, and to look for in the last 30 days",
                "Two agencies met them in mail attachments. Any connection outward is worth a telephone call.",
            ),
        ),
        tlp=Tlp.GREEN,
        readers=GREEN,
        pap=Pap.GREEN,
        words="Emotet: command servers",
        value="microclan.com",
    ),
    Scene(
        key="qakbot",
        by="cert-ph",
        hours_ago=120,
        content=partial(contents.playbook, "unit42-qakbotmalware.stix20.json.gz"),
        tlp=Tlp.AMBER_STRICT,
        readers=CSIRTS,
        circles=("government",),
        pap=Pap.AMBER,
        filename="qakbot.json",
        refused=3,
        words="ATOM Campaign Report",
        value="ed9240124e2a1628cd04d2e718c3d5eff496bca505b8df66e90d319f142667d8",
    ),
    Suspension("island-telecom", 100, "No answer to two communication checks; its contact card is out of date."),
    Scene(
        key="redline",
        by="cert-my",
        hours_ago=96,
        content=partial(
            contents.bulletin,
            Bulletin(
                "maltrail-redline.csv",
                "RedLine",
                "RedLine: where stolen passwords are sent",
                "Found behind cracked software. Whoever called one of these needs new passwords, from a clean machine.",
            ),
        ),
        tlp=Tlp.GREEN,
        readers=GREEN,
        pap=Pap.GREEN,
        words="RedLine: where stolen passwords",
        value="amamacyl.xyz",
    ),
    Scene(
        key="kryptocibule",
        by="cert-vn",
        hours_ago=80,
        content=partial(
            contents.bulletin,
            Bulletin(
                "eset-kryptocibule-2020.csv",
                "KryptoCibule",
                "KryptoCibule: wallets emptied through the clipboard, names and files",
                "Comes with games and cracked installers. Look quietly: do not connect to the names.",
            ),
        ),
        tlp=Tlp.AMBER,
        readers=FINANCIAL,
        circles=("financial",),
        pap=Pap.AMBER,
        words="KryptoCibule: wallets emptied",
        value="49d3fe31b87b14bef61a6029a644da3ddc81ae85",
    ),
    Scene(
        key="lantern",
        by="cert-my",
        hours_ago=72,
        content=partial(contents.some_indicators, "unit42-darkside-ransomware.stix20.json.gz", 12),
        tlp=Tlp.AMBER,
        readers=LANTERN,
        circles=("operation-lantern",),
        pap=Pap.RED,
        condition="Do not disturb these servers: Cybercrime Police (TH) is collecting evidence.",
        filename="lantern.json",
    ),
    Scene(
        key="darkside",
        by="cert-sg",
        hours_ago=66,
        content=partial(contents.playbook, "unit42-darkside-ransomware.stix20.json.gz"),
        tlp=Tlp.GREEN,
        readers=GREEN,
        pap=Pap.GREEN,
        filename="darkside.json",
        words="Campaign 1 - Darkside",
    ),
    Scene(
        key="remcos",
        by="cert-kh",
        hours_ago=50,
        content=partial(
            contents.bulletin,
            Bulletin(
                "maltrail-remcos.csv",
                "Remcos",
                "Remcos: remote control of help desks at two operators",
                "Arrived as an invoice. Look in name server logs first; block once the others have looked.",
            ),
        ),
        tlp=Tlp.AMBER,
        readers=TELECOM,
        circles=("telecom",),
        pap=Pap.AMBER,
        words="Remcos: remote control of help desks",
        value="hbws.cc",
    ),
    Scene(
        key="asyncrat",
        by="university",
        hours_ago=44,
        content=partial(
            contents.table,
            Bulletin("maltrail-asyncrat.csv", "AsyncRAT", "", "Seen by sensors on campus networks."),
        ),
        tlp=Tlp.GREEN,
        readers=GREEN,
        pap=Pap.GREEN,
        filename="asyncrat.csv",
        words="AsyncRAT: ",
        value="thetorpiratebay.st",
    ),
    Scene(
        key="mistake",
        by="cert-mm",
        hours_ago=30,
        content=partial(
            contents.lone,
            "Download server of a loader",
            "Two samples fetched their second stage here. (Demonstration)",
            {"ipv4-addr": "198.51.100.200"},
        ),
        tlp=Tlp.GREEN,
        readers=NOBODY,
        words="Download server of a loader",
        value="198.51.100.200",
    ),
    Withdrawal("mistake", "cert-mm", 27, "The address is a hospital's mail server: two digits were swapped."),
    Scene(
        key="report-la",
        by="cert-la",
        hours_ago=22,
        content=partial(contents.text, "phone-campaign-la.md"),
        tlp=Tlp.GREEN,
        readers=GREEN,
        author="bounmy@cert-la.example",
        filename="phone-campaign-la.md",
        is_reviewed=True,
        words="ຂໍ້ຄວາມປອມໃນນາມທະນາຄານ",
        value="ebank-verify[.]example[.]org",
    ),
    Scene(
        key="kit",
        by="cert-vn",
        hours_ago=20,
        content=contents.kit,
        tlp=Tlp.AMBER,
        readers=FINANCIAL,
        circles=("financial",),
        author="hanh@cert-vn.example",
        pap=Pap.GREEN,
        condition=VN_FIRST,
        words=contents.KIT_REPORT,
        value="secure-login.example.net",
    ),
    Correction("kit", "cert-vn", 14, "indicator", {"pattern": contents.any_of(contents.KIT_SECOND)}),
    Passing("emotet", "cert-th", 12, Tlp.AMBER, ("financial",)),
    Correction("kit", "cert-vn", 9, "indicator", {"pattern": contents.any_of(contents.KIT_THIRD)}),
    Scene(
        key="kit-seen",
        by="banks-association",
        hours_ago=7,
        content=contents.kit_seen,
        tlp=Tlp.AMBER,
        readers=FINANCIAL,
        circles=("financial",),
    ),
    Scene(
        key="port",
        by="cert-sg",
        hours_ago=5,
        content=partial(
            contents.lone,
            "Intrusion at a port operator, name withheld",
            "Evidence of a second foothold. Please telephone before you do anything. (Demonstration)",
            {"ipv4-addr": "203.0.113.201", "domain-name": "berth-update.example.com"},
        ),
        tlp=Tlp.RED,
        readers=NOBODY,
        persons=("k.suwan@cert-th.example", "hanh@cert-vn.example"),
        author="jiahui@cert-sg.example",
        pap=Pap.RED,
        words="Intrusion at a port operator",
        value="berth-update.example.com",
    ),
    Scene(
        key="draft",
        by="cert-bn",
        hours_ago=4,
        content=partial(
            contents.lone,
            "Odd sign-ins to a ministry's mail, not yet understood",
            "Kept to ourselves until the ministry has looked. (Demonstration)",
            {"ipv4-addr": "198.51.100.77"},
        ),
        tlp=None,
        readers=frozenset({"cert-bn"}),
        author="hassan@cert-bn.example",
        words="Odd sign-ins to a ministry",
        value="198.51.100.77",
    ),
    Scene(
        key="parcels",
        by="cert-th",
        hours_ago=2,
        content=contents.parcel_list,
        tlp=Tlp.GREEN,
        readers=GREEN,
        author="k.suwan@cert-th.example",
        filename="parcels.csv",
        held=1,
        words="Parcel fee page",
        value="parcel-fee.example.net",
    ),
    Scene(
        key="gateway",
        by="cert-kh",
        hours_ago=1,
        content=partial(
            contents.weakness,
            "Advisory under embargo: a weakness in a file transfer gateway",
            "The maker publishes its correction this evening; until then nobody else reads this. (Demonstration)",
            {"url": "https://transfer.example.com/upload/..%2f..%2fetc", "ipv4-addr": "198.51.100.130"},
        ),
        tlp=Tlp.GREEN,
        readers=frozenset({"cert-kh"}),
        author="channa@cert-kh.example",
        embargo_hours=7,
        words="Advisory under embargo",
        value="198.51.100.130",
    ),
)

SCENES: tuple[Scene, ...] = tuple(step for step in STEPS if isinstance(step, Scene))


def machine_reads(organisation: str) -> frozenset[str]:
    """Return the scenes that a body's machines read at the end of the story."""
    return frozenset(scene.key for scene in SCENES if organisation in scene.readers and scene.tlp is not Tlp.RED)


def person_reads(email: str, organisation: str, roles: tuple[str, ...]) -> frozenset[str]:
    """Return the scenes that one person reads at the end of the story."""
    clear = frozenset(scene.key for scene in SCENES if scene.tlp is Tlp.CLEAR)
    if READING_ROLES.isdisjoint(roles):
        return clear
    red = (scene.key for scene in SCENES if scene.tlp is Tlp.RED and email in {scene.author, *scene.persons})
    return machine_reads(organisation) | clear | frozenset(red)
