"""Every door of the node in one list: what the no-oracle walk asks of it.  A URL that is not here fails a house test.

A door is asked about a target: once a hidden thing, once a twin that is nowhere.  Both must answer alike.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from asking import (
    MACHINE,
    PAGE,
    PUBLIC,
    REST,
    Ask,
    Door,
    Target,
    at,
    post_objects,
    post_to,
    send,
    sent,
    taxii,
)

if TYPE_CHECKING:
    from collections.abc import Callable

PEOPLE = "/organisation/people"
CREDENTIALS = "/organisation/credentials"
COMMUNITY = [
    Door("community:organisation", PAGE, at("/organisation")),
    Door("community:people", PAGE, at(PEOPLE)),
    Door("community:circles", PAGE, at("/circles")),
    Door("community:circle-new", PAGE, at("/circles/new")),
    Door("community:circle", PAGE, send("/circles/{circle}", step="accept", organisation="{slug}")),
    Door("community:organisations", PAGE, at("/organisations", "/organisations?q={circle}")),
    Door("community:organisation-one", PAGE, at("/organisations/{circle}")),
    Door("community:person-new", PAGE, at(f"{PEOPLE}/new")),
    Door("community:roles", PAGE, send(PEOPLE + "/{person}/roles", roles="analyst")),
    Door("community:password-new", PAGE, send(PEOPLE + "/{person}/password", **{"as": "link"})),
    Door("community:link", PUBLIC, send("/links/{ref}", password="{word} {value}", again="{word} {value}")),
    Door("community:account-close", PAGE, send(PEOPLE + "/{person}/close")),
    Door("community:credentials", PAGE, at(CREDENTIALS)),
    Door("community:credential-new", PAGE, at(f"{CREDENTIALS}/new")),
    Door("community:credential-revoke", PAGE, send(CREDENTIALS + "/{credential}/revoke")),
    Door("community:client-circles", PAGE, send("/organisation/clients/{slug}/circles")),
    Door("community:preferences", PAGE, at("/preferences")),
]
FRAME = [
    Door("home:front", PUBLIC, at("/", "/?region=table")),
    Door("home:wall", PAGE, at("/wall")),
    Door("home:node", PAGE, at("/node")),
    Door("home:node-delivery", PAGE, send("/node/deliveries/1", reason="ເບິ່ງແລ້ວ", decision="skip")),
    Door("style", PUBLIC, at("/style")),
    Door("look", PUBLIC, at("/look")),
    Door("ledger:checkpoint", PUBLIC, at("/ledger/checkpoint")),
    Door("ledger:tile", PUBLIC, at("/ledger/tile/0/000", "/ledger/tile/entries/000", "/ledger/tile/{ref}")),
    Door("ledger:policy", PUBLIC, at("/ledger/policy")),
    Door("healthz", PUBLIC, at("/healthz")),
    Door("readyz", PUBLIC, at("/readyz")),
    Door("metrics", PUBLIC, at("/metrics")),
    Door("robots", PUBLIC, at("/robots.txt")),
    Door("account_login", PUBLIC, at("/sign-in?next=/exchange/records/{ref}")),
    Door("account_logout", PUBLIC, at("/sign-out")),
    Door("account_change_password", PAGE, at("/preferences/password")),
]
TAXII = [
    Door("taxii2", MACHINE, at("/taxii2")),
    Door("taxii:discovery", MACHINE, at("/taxii2/")),
    Door("taxii:api-root", MACHINE, at("/taxii2/mitra/")),
    Door("taxii:collections", MACHINE, at("/taxii2/mitra/collections/")),
    Door("taxii:collection", MACHINE, at("/taxii2/mitra/collections/quiet/", "/taxii2/mitra/collections/nowhere/")),
    Door("taxii:manifest", MACHINE, taxii("manifest/", "manifest/?match[id]={id}")),
    Door(
        "taxii:objects",
        MACHINE,
        lambda target: [
            *taxii(
                "objects/", "objects/?limit=1", "objects/?match[id]={id}", "objects/?match[id]={id}&match[version]=all"
            )(target),
            *post_objects("inbox")(target),
            *post_objects("financial")(target),
        ],
    ),
    Door("taxii:object", MACHINE, taxii("objects/{id}/", "objects/{id}/?match[version]=all")),
    Door("taxii:versions", MACHINE, taxii("objects/{id}/versions/")),
    Door("taxii:status", MACHINE, at("/taxii2/mitra/status/0c0f3f0e-7f33-4c55-8a11-25a1a3bb0c01/")),
]


def ask_api(target: Target) -> list[Ask]:
    """Ask about what is hidden, one by one and at once, with what surrounds it."""
    values = [target.value, f"https://{target.value}/x", f"a@{target.value}", target.stix_id, target.word]
    return [
        Ask("GET", f"/api/v1/lookup?value={target.value}&value={target.word}"),
        Ask("POST", "/api/v1/lookup", json.dumps({"values": values}).encode(), "application/json"),
    ]


API = [
    Door("openapi", PUBLIC, at(REST + "openapi.json")),
    Door("api-docs", PUBLIC, at(REST + "docs")),
    Door("api:list_objects", PUBLIC, at(REST + "objects", REST + "objects?type={thing}")),
    Door("api:api-root", MACHINE, at(REST)),
    Door("api:look_up", MACHINE, ask_api),
    Door("api:look_up_many", MACHINE, ask_api),
    Door("api:who_am_i", MACHINE, at(REST + "whoami")),
    Door("api:list_organisations", MACHINE, at(REST + "organisations")),
    Door("api:get_organisation", MACHINE, at(REST + "organisations/quiet")),
    Door("api:list_circles", MACHINE, at(REST + "circles")),
    Door("api:get_circle", MACHINE, at(REST + "circles/{slug}")),
    Door("api:list_credentials", MACHINE, at(REST + "credentials")),
    Door("api:make_credential", MACHINE, sent("POST", "credentials", label="{word}", scopes=["{slug}"])),
    Door("api:revoke_credential", MACHINE, sent("DELETE", "credentials/{credential}")),
    Door(
        "api:list_records",
        MACHINE,
        at(
            REST + "records",
            REST + "records?words={word}",
            REST + "records?circle=quiet",
            REST + "records?type=indicator&words={value}&versions=all",
            REST + "records?cursor={ref}",
        ),
    ),
    Door("api:get_record", MACHINE, at(REST + "records/{ref}")),
    Door("api:get_holders", MACHINE, at(REST + "records/{ref}/holders")),
    Door("api:withdraw", MACHINE, sent("POST", "records/{ref}/withdrawal", reason="ຜິດ")),
    Door(
        "api:search",
        MACHINE,
        at(REST + "search?words={word}", REST + "search?words={value}", REST + "search?words={id}"),
    ),
    Door("api:export", MACHINE, at(REST + "export", REST + "export?type=indicator&versions=all")),
    Door("api:share", MACHINE, post_to("shares")),
    Door("api:begin_import", MACHINE, post_to("imports")),
    Door("api:list_imports", MACHINE, at(REST + "imports")),
    Door("api:stop_import", MACHINE, sent("DELETE", "imports/{held}")),
    Door("api:get_import", MACHINE, at(REST + "imports/{held}")),
]
THING = REST + "board/notices/{thing}"


def of_both(what: str, **said: str) -> Callable[[Target], list[Ask]]:
    """Send JSON to the same address of a notice and of a case."""
    rooms = [sent("POST", f"{thing}/{what}", **said) for thing in ("board/notices/{thing}", "cases/{case}")]
    return lambda target: [ask for room in rooms for ask in room(target)]


BOARD = [
    Door("board:notices", PAGE, at("/board/")),
    Door("board:new", PAGE, send("/board/new", heading="{word}", words="{value}", tlp="CLEAR")),
    Door("board:notice", PAGE, send("/board/{thing}", step="take-up")),
    Door("api:list_things", MACHINE, at(REST + "board/notices", REST + "board/notices?before={thing}", REST + "cases")),
    Door("api:get_one", MACHINE, at(THING, REST + "cases/{case}", REST + "cases/{thing}")),
    Door("api:share_one", MACHINE, sent("POST", "board/notices", facts={"heading": "x", "words": "{word}"})),
    Door("api:share_next", MACHINE, sent("PUT", "board/notices/{thing}", facts={"heading": "x", "words": "y"})),
    Door("api:take_back", MACHINE, of_both("withdrawal", reason="ຜິດ")),
    Door(
        "api:keep_file",
        MACHINE,
        lambda target: [Ask("POST", f"{REST}files?name={target.slug}.txt", b"x", "text/plain", True)],
    ),
    Door("api:list_files", MACHINE, at(THING + "/files", REST + "cases/{case}/files", REST + "entries/{entry}/files")),
    Door(
        "api:get_file",
        MACHINE,
        at(*(f"{REST}{what}/files/{{held}}" for what in ("board/notices/{thing}", "cases/{case}", "entries/{entry}"))),
    ),
    Door("api:take_step", MACHINE, of_both("steps", word="close")),
]
CASES = [
    Door("cases:cases", PAGE, at("/cases/")),
    Door(
        "cases:new",
        PAGE,
        lambda target: [
            *at("/cases/new?record={ref}", "/cases/new?letter={letter}")(target),
            *send("/cases/new", heading="ຄະດີ", kind="fraud/phishing")(target),
        ],
    ),
    Door(
        "cases:case",
        PAGE,
        lambda target: [
            *send("/cases/{case}", step="begin")(target),
            *send("/cases/{case}", into="{number}")(target),
            *send("/cases/{case}?entry={number}", words="{word}", corrects="{number}")(target),
            *send("/cases/{case}", step="take-back", entry="{number}", why="ຜິດ")(target),
        ],
    ),
    Door("cases:file", PAGE, at("/cases/entries/{entry}/files/{held}")),
    Door("cases:print", PAGE, at("/cases/{case}/print")),
    Door("api:get_bundle", MACHINE, at(REST + "cases/{case}/stix")),
    Door("api:list_tasks", MACHINE, at(REST + "cases/{case}/tasks")),
    Door("api:set_task", MACHINE, sent("POST", "cases/{case}/tasks", heading="{word}", chain=["{slug}"])),
    Door("api:take_task_step", MACHINE, sent("POST", "tasks/{task}/steps", word="take")),
    Door("api:open_from", MACHINE, post_to("case-imports?kind=fraud/phishing&heading=x")),
    Door("cases:task", PAGE, send("/cases/tasks/{task}", step="take")),
    Door("cases:calendar", PAGE, send("/cases/calendar", zone="UTC", start="09:00", end="17:00", weekdays="0")),
    Door("api:open_case", MACHINE, sent("POST", "cases", heading="{word}", kind="x", invited=["{slug}"])),
    Door("api:list_entries", MACHINE, at(REST + "cases/{case}/entries", REST + "cases/{case}/entries?before={thing}")),
    Door("api:write_entry", MACHINE, sent("POST", "cases/{case}/entries", words="{word}")),
]
INBOX = [
    Door("messages:inbox", PAGE, at("/inbox/")),
    Door("messages:message", PAGE, send("/inbox/{letter}")),
    Door("messages:wishes", PAGE, send("/inbox/mine", by_mail="yes", wakes_from="4")),
    Door(
        "messages:browsers",
        PAGE,
        lambda target: [
            *send("/inbox/mine/browsers", drop="{letter}")(target),
            *send("/inbox/mine/browsers", subscription="{word}")(target),
        ],
    ),
    Door("push-worker", PUBLIC, at("/push.js")),
    Door("messages:hooks", PAGE, send("/inbox/webhooks", again="{letter}")),
    Door("messages:letters", PAGE, at("/inbox/letters")),
    Door("messages:letter", PAGE, at("/inbox/letters/{letter}")),
]
RECORD = "/exchange/records/{ref}"


def share_page(target: Target) -> list[Ask]:
    """Paste what is hidden: its bytes, and its value in a sentence; ask who would read it."""
    pasted = json.dumps(target.object)
    sentence = f"ພົບ {target.value} ໃນຄືນນີ້"
    return [
        Ask("GET", "/exchange/share"),
        *(
            Ask(
                "POST",
                "/exchange/share",
                {"text": text, "tlp": "AMBER+STRICT", "when": "now", "step": step},
                changes=True,
            )
            for text in (pasted, sentence)
            for step in ("understand", "readers", "share")
        ),
    ]


EXCHANGE = [
    Door(
        "exchange:records",
        PAGE,
        at(
            "/exchange/records",
            "/exchange/records?words={word}",
            "/exchange/records?tlp=RED",
            "/exchange/records?circle=quiet",
            "/exchange/records?type=indicator&words={value}",
        ),
    ),
    Door("exchange:record", PAGE, send(RECORD)),
    Door("exchange:record-raw", PAGE, at(RECORD + "/raw")),
    Door("exchange:record-print", PAGE, at(RECORD + "/print")),
    Door("exchange:record-proof", PAGE, at(RECORD + "/proof")),
    Door("exchange:record-proof-file", PAGE, at(RECORD + "/proof/shared", RECORD + "/proof/ended?held=0")),
    Door("exchange:record-share", PAGE, send(RECORD + "/share", tlp="CLEAR", when="now", step="share")),
    Door("exchange:record-audience", PAGE, send(RECORD + "/audience", tlp="CLEAR", when="now", reason="wider")),
    Door("exchange:record-version", PAGE, send(RECORD + "/version", object="{{}}")),
    Door("exchange:record-revoke", PAGE, send(RECORD + "/revoke", reason="ຜິດ")),
    Door("exchange:record-withdraw", PAGE, send(RECORD + "/withdraw", reason="ຜິດ")),
    Door("exchange:record-holders", PAGE, at(RECORD + "/holders")),
    Door("exchange:record-recall", PAGE, send(RECORD + "/recall", reason="ຜິດ")),
    Door("exchange:recalls", PAGE, at("/exchange/recalls")),
    Door("exchange:recall", PAGE, at("/exchange/recalls/{held}")),
    Door("exchange:notices", PAGE, at("/exchange/notices")),
    Door("exchange:notice-done", PAGE, send("/exchange/notices/{held}/done")),
    Door("exchange:share", PAGE, share_page),
    Door("exchange:shared", PAGE, at("/exchange/share/outcome")),
    Door("exchange:share-discard", PAGE, send("/exchange/share/discard")),
    Door("exchange:imports", PAGE, at("/exchange/imports")),
    Door("exchange:import", PAGE, send("/exchange/imports/{held}")),
    Door("exchange:held", PAGE, at("/exchange/held")),
    Door("exchange:held-item", PAGE, send("/exchange/held/{held}", reason="ແມ່ນແທ້", step="release")),
    Door(
        "exchange:lookup",
        PUBLIC,
        at(
            "/exchange/lookup?q={value}",
            "/exchange/lookup?q={id}",
            "/exchange/lookup?q={word}",
            "/exchange/lookup?q={number}",
            "/exchange/lookup?q={thing}",
            "/exchange/lookup?q={circle}",
        ),
    ),
    Door(
        "exchange:lookups",
        PAGE,
        lambda target: [
            Ask("GET", "/exchange/lookups"),
            Ask("POST", "/exchange/lookups", {"values": target.value, "text": target.value}),
            Ask("POST", "/exchange/lookups", {"values": target.value, "text": target.value, "as": "csv"}),
        ],
    ),
    Door("exchange:export-stix", PAGE, at("/exchange/export/stix")),
    Door("exchange:export-csv", PAGE, at("/exchange/export/csv")),
]
DOORS = [*FRAME, *COMMUNITY, *TAXII, *API, *BOARD, *CASES, *INBOX, *EXCHANGE]
