"""Every page of the node in one list: its address, who sees it, and what one does there to see it.

`make screenshots` takes all of them, `make test` those marked `is_key`.
"""

from collections.abc import Callable
from dataclasses import dataclass

MEMBERS = ("duty", "admin", "client")
EVERYBODY = (*MEMBERS, "public")
REPORT = """Dear colleagues, customers of two banks got text messages tonight.
Link: hxxps://{name}[.]example[.]net/th/verify
It resolves to 203.0.113[.]{n}, sent through 198.51.100[.]{n}. Cards are asked for, then the code.
Afterwards people are sent to google[.]com.
ข้อความอ้างชื่อธนาคารและขอรหัสครั้งเดียว
Regards, Fraud desk, Example Bank A
"""
LIST = "kind,value,description\ndomain-name,fee-{n}.example.org,Parcel fee page\nipv4-addr,203.0.113.{n},Its host\n"
MIXED_LIST = LIST + "ipv4-addr,8.8.8.8,Asked by the app at start\ndomain-name,not a name,A line that is no name\n"


def report(name, n):
    """Return a mail with three values of its own, and one that many rely on; who shares the same twice shares once."""
    return REPORT.format(name=name, n=n)


@dataclass(frozen=True)
class Shown:
    """A page as somebody sees it.  `then` goes on from the address to what is to be seen."""

    name: str
    path: str
    roles: tuple[str, ...] = ("duty",)
    then: Callable = lambda _page: None
    status: int = 200
    is_key: bool = False
    changes: bool = False
    """Whether looking at it changes the node, so that it comes last."""


def presses(name, role="button"):
    """Press what has this name."""
    return lambda page: page.get_by_role(role, name=name).first.click()


def understood(text):
    """Paste a text and see what is understood."""

    def then(page):
        page.get_by_label("What you have").fill(text)
        page.get_by_role("button", name="See what is understood").first.click()
        page.locator("#understood").wait_for()

    return then


def to_financial(page):
    """Choose AMBER and the circle Financial, and wait for the readers."""
    page.locator("#tlp-amber").check()
    page.locator("#circle-financial").check()
    page.locator("#readers", has_text="Banks' Association").wait_for()


def reviewed_report(page):
    understood(report("secure-login", 57))(page)
    to_financial(page)


def naming_persons(page):
    page.locator("#tlp-red").check()
    page.locator("#named").wait_for()


def shared_list(page):
    understood(MIXED_LIST.format(n=31))(page)
    page.locator("#tlp-green").check()
    page.get_by_role("button", name="Share with").click()
    page.get_by_role("heading", name="In numbers").wait_for()


def looked_up_list(page):
    page.get_by_label("Values, one a line").fill(
        "secure-login[.]example[.]net\n203.0.113.57\nskidstresser.xyz\n192.0.2.1"
    )
    page.get_by_role("button", name="Look them up", exact=True).click()
    page.get_by_role("heading", name="Answers").wait_for()


def refused_sign_in(page):
    page.get_by_label("E-mail address").fill("k.suwan@cert-th.example")
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()


def refused_circle(page):
    page.get_by_label("What it is called").fill("P\u0430ypal ຄະດີ")
    page.get_by_role("button", name="Open it").click()
    page.get_by_text("look alike").first.wait_for()


def opened_circle(page):
    page.get_by_label("What it is called").fill("ຄະດີ ៤៨ คดี")
    page.get_by_role("button", name="Open it").click()
    page.get_by_role("heading", name="Ask somebody in").wait_for()


def refused_close(page):
    page.get_by_label("What you know, what you did").fill(" ")
    page.get_by_role("button", name="Write it").click()
    page.locator(".error").first.wait_for()


def refused_case(page):
    page.get_by_label("What happened, in one line").fill("P\u0430ypal ຢຸດ")
    page.get_by_label("Of what kind is it?").select_option("fraud/phishing")
    page.get_by_role("button", name="Open the case").click()
    page.get_by_text("look alike").first.wait_for()


def made_hook(page):
    page.get_by_label("Address").fill("https://pager.example/hooks/mitra")
    page.get_by_role("button", name="Set it up").click()
    page.get_by_text("shown this once").wait_for()


def refused_hook(page):
    page.get_by_label("Address").fill("http://10.0.0.7/hook")
    page.get_by_role("button", name="Set it up").click()
    page.locator(".error").first.wait_for()


def opened_case(page):
    page.get_by_label("What happened, in one line").fill("ເວັບປອມຂອງທະນາຄານ")
    page.get_by_label("Of what kind is it?").select_option("fraud/phishing")
    page.get_by_role("button", name="Open the case").click()
    page.get_by_role("heading", name="What was said and done").wait_for()


def made_link(page):
    presses("Change", "link")(page)
    presses("A new first password", "link")(page)
    page.get_by_role("button", name="Make a link").click()
    page.get_by_role("heading", name="The link").wait_for()


def opened_link(page):
    made_link(page)
    page.goto(page.locator("#link .value").inner_text())
    page.get_by_label("Your new password").wait_for()


def refused_link(page):
    opened_link(page)
    page.get_by_label("Your new password").fill("ສັ້ນ")
    page.get_by_label("The new one again").fill("ສັ້ນ")
    page.get_by_role("button", name="Take this password").click()
    page.locator(".error").first.wait_for()


def made_credential(page):
    page.get_by_label("What will use it").fill("SIEM, reading")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button").last.click()
    page.wait_for_load_state()


def added_person(page):
    page.get_by_label("Name").fill("ນາງ ແກ້ວ")
    page.get_by_label("E-mail", exact=False).fill(f"kaeo-{id(page) % 1000}@cert-th.example")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Add this person").click()
    page.get_by_text("can sign in now").wait_for()


def long_import(page):
    """Choose a file that takes longer than a page may wait, and look at how far it is."""
    rows = "".join(f"domain-name,long-{n}.example.org,ຍາວ {n} {'x' * 18_000}\n" for n in range(250))
    file = {"name": "ຍາວ.csv", "mimeType": "text/csv", "buffer": f"kind,value,description\n{rows}".encode()}
    page.get_by_label("What you have").fill("")  # what this person had begun before is a draft
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="See what is understood").first.click()
    page.locator("#understood").wait_for()
    page.locator("input[type=file]").set_input_files(file)
    page.locator("#tlp-green").check()
    page.get_by_role("button", name="Share with").click()
    page.locator("#progress").wait_for()


RECORD = "exchange/records/{kit}"
OWN = "exchange/records/{parcels}"

PAGES = [
    Shown("front", "", EVERYBODY, is_key=True),
    Shown("front-table", "?region=table#region"),
    Shown("wall", "wall", is_key=True),
    Shown("records", "exchange/records", EVERYBODY, is_key=True),
    Shown("records-narrowed", "exchange/records?tlp=AMBER&words=kit"),
    Shown("records-none", "exchange/records?words=nothing-like-this"),
    Shown("record", RECORD, ("duty", "client"), is_key=True),
    Shown("record-values", RECORD, ("duty", "client"), then=presses("Phishing kit that imitates", "link")),
    Shown("record-own", OWN, is_key=True),
    Shown("record-clear", "exchange/records/{mirai}", ("admin", "public")),
    Shown("record-lao", "exchange/records/{report-la}"),
    Shown("record-attack", "exchange/records/{attack}"),
    Shown("record-sealed", "exchange/records/{port}"),
    Shown("record-red", "exchange/records/{port}", then=presses("Open it")),
    Shown("record-share", "exchange/records/{emotet}/share"),
    Shown("record-share-refused", "exchange/records/{kit}/share"),
    Shown("record-audience", OWN + "/audience"),
    Shown("record-version", OWN + "/version"),
    Shown("record-revoke", OWN + "/revoke"),
    Shown("record-withdraw", OWN + "/withdraw"),
    Shown("record-holders", OWN + "/holders"),
    Shown("record-recall", OWN + "/recall"),
    Shown("recalls", "exchange/recalls"),
    Shown("notices", "exchange/notices", ("duty", "client")),
    Shown("share", "exchange/share", ("duty", "client"), is_key=True),
    Shown("share-report", "exchange/share", then=reviewed_report, is_key=True),
    Shown("share-list", "exchange/share", then=understood(MIXED_LIST.format(n=77))),
    Shown("share-red", "exchange/share", then=naming_persons),
    Shown("held", "exchange/held"),
    Shown("held-item", "exchange/held", then=lambda page: page.locator(".row a, .rows a").first.click()),
    Shown("lookup", "exchange/lookup", ("duty", "public")),
    Shown("lookup-known", "exchange/lookup?q=https://secure-login.example.net/th/verify"),
    Shown("lookup-public", "exchange/lookup?q=skidstresser.xyz", ("public",)),
    Shown("lookup-unknown", "exchange/lookup?q=203.0.113.250", ("duty", "public")),
    Shown("lookup-words", "exchange/lookup?q=kit", ("duty",)),
    Shown("search-thai", "exchange/lookup?q=ธนาคาร"),
    Shown("search-names", "exchange/lookup?q=cert-la"),
    Shown("search-wrong", "exchange/lookup?q=kit&tlp=blue", status=422),
    Shown("imports", "exchange/imports"),
    Shown("import", "exchange/share", then=long_import, changes=True),
    Shown("api", "api/v1/docs", ("duty", "public")),
    Shown("lookups", "exchange/lookups"),
    Shown("lookups-answered", "exchange/lookups", then=looked_up_list),
    Shown("organisation", "organisation", MEMBERS),
    Shown("people", "organisation/people", ("duty", "admin")),
    Shown("person-new", "organisation/people/new", ("admin",)),
    Shown("person-roles", "organisation/people", ("admin",), then=presses("Change", "link")),
    Shown(
        "person-password",
        "organisation/people",
        ("admin",),
        then=lambda page: (presses("Change", "link")(page), presses("A new first password", "link")(page)),
    ),
    Shown(
        "person-close",
        "organisation/people",
        ("admin",),
        then=lambda page: (presses("Change", "link")(page), presses("Close the account", "link")(page)),
    ),
    Shown("person-added", "organisation/people/new", ("admin",), then=added_person, changes=True),
    Shown("link-made", "organisation/people", ("admin",), then=made_link, changes=True),
    Shown("link", "organisation/people", ("admin",), then=opened_link, changes=True),
    Shown("link-refused", "organisation/people", ("admin",), then=refused_link, changes=True),
    Shown("credentials", "organisation/credentials", ("duty", "admin")),
    Shown("credential-new", "organisation/credentials/new", ("admin",)),
    Shown("credential-revoke", "organisation/credentials", ("admin",), then=presses("Revoke", "link")),
    Shown("credential-made", "organisation/credentials/new", ("admin",), then=made_credential, changes=True),
    Shown("client-circles", "organisation/clients/bank-a/circles", ("admin",)),
    Shown("cases", "cases/", ("duty",), is_key=True),
    Shown("case", "cases/{port-case}", ("duty",), is_key=True),
    Shown("case-refused", "cases/{port-case}", then=refused_close),
    Shown("case-new", "cases/new", is_key=True),
    Shown("case-new-refused", "cases/new", then=refused_case),
    Shown("case-opened", "cases/new", then=opened_case, changes=True),
    Shown("case-task", "cases/{port-case}", then=presses("Watch the mail server", "link")),
    Shown("calendar", "cases/calendar", ("duty", "admin")),
    Shown("inbox", "inbox/", ("duty", "admin"), is_key=True),
    Shown("message", "inbox/", then=lambda page: page.locator(".needs h3 a").first.click(), is_key=True),
    Shown("wishes", "inbox/mine"),
    Shown("webhooks", "inbox/webhooks", ("admin",)),
    Shown("webhook-made", "inbox/webhooks", ("admin",), then=made_hook, changes=True),
    Shown("webhook-refused", "inbox/webhooks", ("admin",), then=refused_hook),
    Shown("letters", "inbox/letters"),
    Shown("letter", "inbox/letters", then=lambda page: page.locator(".rows a").first.click()),
    Shown("circles", "circles", MEMBERS),
    Shown("circle-new", "circles/new"),
    Shown("circle-refused", "circles/new", then=refused_circle),
    Shown("circle", "circles/financial"),
    Shown("circle-own", "circles/new", then=opened_circle, changes=True),
    Shown("organisations", "organisations", MEMBERS),
    Shown("organisations-none", "organisations?q=nobody-like-this"),
    Shown("organisation-one", "organisations/cert-th", MEMBERS),
    Shown("node", "node", ("operator",)),
    Shown("preferences", "preferences"),
    Shown("password", "preferences/password"),
    Shown("sign-out", "sign-out"),
    Shown("sign-in", "sign-in", ("public",), is_key=True),
    Shown("sign-in-refused", "sign-in", ("public",), then=refused_sign_in),
    Shown("look", "look", ("public",)),
    Shown("style", "style", ("duty", "public")),
    Shown("not-found", "exchange/records/nowhere", ("duty", "public"), status=404),
    Shown("not-permitted", "exchange/share", ("admin",), status=403),
    Shown("shared", "exchange/share", then=shared_list, changes=True),
]

PAGES.sort(key=lambda shown: shown.changes)


def views(pages=tuple(PAGES)):
    """Return each page with each role that sees it."""
    return [(shown, role) for shown in pages for role in shown.roles]


def opened(page, shown):
    """Go to a page and do what is to be done there; return the status of the first answer."""
    answer = page.goto(shown.path.format(**page.demo.refs))
    shown.then(page)
    page.wait_for_load_state("networkidle")
    return answer.status
