"""Say on the pages of sharing, as a colleague would on the phone, what queries and operations answer."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import orjson
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mitra.core.policy.decide import REASONS
from mitra.core.policy.facts import Pap, Tlp
from mitra.core.text.kinds import KINDS
from mitra.exchange import plain
from mitra.store.facts import Outcome, State
from mitra.web.frame import zone_named
from mitra.web.templatetags.show import number, pap_label, pap_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from mitra.community.facts import CircleFacts, Readers
    from mitra.exchange.facts import Terms
    from mitra.exchange.queries import ActProof, Count, ImportLine, LevelCount, ProofView, Why
    from mitra.web.ports import Words

LEVELS: Final[Mapping[Tlp, tuple[Words, Words]]] = MappingProxyType(
    {
        Tlp.RED: (_("Named persons only, on this screen"), _("never by mail, feed or file; each opening is logged")),
        Tlp.AMBER_STRICT: (_("Organisations of the circles"), _("with no circle: your own organisation only")),
        Tlp.AMBER: (_("Organisations of the circles and their clients"), ""),
        Tlp.GREEN: (_("The whole community"), _("its members and their clients, never the public")),
        Tlp.CLEAR: (_("Everybody, the public too"), ""),
    }
)

RULES: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "own": _("People and machines of its owner that hold the room; of RED, only the persons named."),
        "clear-is-public": _("TLP:CLEAR: everyone, the public too."),
        "community": _("TLP:GREEN: the community, clients of its members, and whoever would read it at AMBER."),
        "circle-member": _("TLP:AMBER and TLP:AMBER+STRICT: members of the circles that it was shared with."),
        "client-of-sponsor": _("TLP:GREEN: clients of members, while their sponsor is accredited and could read it."),
        "opened-by-sponsor": _("TLP:AMBER: clients to whom their sponsor, itself a member, opened that circle."),
        "named-person": _("TLP:RED: the persons that its circles name, signed in, on the web, each reading logged."),
    }
)
"""The row of the release policy that a decision followed."""

RELATIONS: Final[Mapping[str, tuple[Words, Words]]] = MappingProxyType(
    {
        "attributed-to": (_("attributed to"), _("is the source of")),
        "based-on": (_("based on"), _("is the base of")),
        "communicates-with": (_("communicates with"), _("is contacted by")),
        "created_by_ref": (_("written by"), _("wrote")),
        "delivers": (_("delivers"), _("is delivered by")),
        "derived-from": (_("derived from"), _("is the origin of")),
        "downloads": (_("downloads"), _("is downloaded by")),
        "duplicate-of": (_("the same as"), _("the same as")),
        "exploits": (_("exploits"), _("is exploited by")),
        "has": (_("has"), _("belongs to")),
        "indicates": (_("points to"), _("is pointed to by")),
        "located-at": (_("located at"), _("is where to find")),
        "mitigates": (_("answers"), _("is answered by")),
        "object_refs": (_("speaks about"), _("is named in")),
        "observed_data_refs": (_("seen as"), _("shows a sighting")),
        "related-to": (_("related to"), _("related to")),
        "sighting_of_ref": (_("sighting of"), _("was seen")),
        "targets": (_("targets"), _("is targeted by")),
        "uses": (_("uses"), _("is used by")),
        "variant-of": (_("variant of"), _("has the variant")),
        "where_sighted_refs": (_("seen by"), _("saw")),
    }
)
"""A tie as it reads from the record outwards, and the other way round."""

SAFEGUARDS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "benign-value": _("a value that many people rely on"),
        "reference-upward": _("a reference that fewer people may read"),
        "reference-tightened": _("a reference that fewer people may read since"),
        "review": _("a find that nobody has looked at"),
    }
)

DECISIONS: Final[Mapping[str, Words]] = MappingProxyType({"released": _("let go"), "discarded": _("put away")})

ENDS: Final[Mapping[State, Words]] = MappingProxyType(
    {
        State.TIGHTENED: _("It was tightened"),
        State.SUPERSEDED: _("It was superseded"),
        State.WITHDRAWN: _("It was withdrawn"),
        State.RECALLED: _("It was recalled"),
        State.ERASED: _("It was erased"),
    }
)

LOUD: Final = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512"})
"""Kinds whose usual name is short and written in capitals."""


def count_words(count: Count) -> str:
    """Return a count as people read it: `212`, or `1,000+`."""
    return f"{count.value:,}" if count.is_exact else f"{count.value:,}+"


def total_words(count: Count) -> str:
    """Return a total behind “50 of”."""
    if count.is_exact:
        return f"{count.value:,}"
    return gettext("more than %(n)s") % {"n": f"{count.value:,}"}


def import_answer(line: ImportLine) -> str:
    """Return how far an import is, in one sentence."""
    if line.state == "waiting":
        return gettext("It waits its turn.")
    if line.state == "running":
        share = 100 * line.read_bytes // max(line.size_bytes, 1)
        return gettext("%(n)s %% is read.") % {"n": share}
    if line.state == "failed":
        return gettext("It failed.")
    return outcome_answer(line.totals)


def time_left_words(line: ImportLine, *, now: datetime) -> str:
    """Return how long an import still takes at the pace that it had so far, or nothing while that is not known."""
    seconds = (now - line.made_at).total_seconds()
    if line.state != "running" or not line.read_bytes or seconds < 2:
        return ""
    left = round(seconds * (line.size_bytes - line.read_bytes) / line.read_bytes)
    if left < 60:
        return gettext("less than a minute left")
    return ngettext("about %(n)s minute left", "about %(n)s minutes left", left // 60) % {"n": left // 60}


def records_answer(count: Count, *, is_narrowed: bool) -> str:
    """Return the list's answer in one sentence."""
    shown = {"n": count_words(count)}
    if is_narrowed and not count.value:
        return gettext("No record matches.")
    if is_narrowed:
        return ngettext("%(n)s record matches.", "%(n)s records match.", count.value) % shown
    return ngettext("%(n)s record you may read.", "%(n)s records you may read.", count.value) % shown


def kind_label(kind: str) -> str:
    """Return a value's kind as it begins a line."""
    if kind in LOUD:
        return kind.upper().replace("SHA", "SHA-")
    words = str(KINDS.get(kind, kind.replace("-", " ")))
    return words[:1].upper() + words[1:]


def relation_words(how: str, *, is_outgoing: bool) -> str:
    """Return a tie in words; one that STIX does not know is shown under its own name."""
    words = RELATIONS.get(how)
    if words is not None:
        return str(words[0 if is_outgoing else 1])
    plain = how.removesuffix("_refs").removesuffix("_ref").replace("_", " ").replace("-", " ")
    return plain or gettext("tied to this")


def why_sentence(why: Why) -> str:
    """Return why this viewer reads it, from the decision."""
    names = join_names(why.circle_names) or gettext("a circle")
    return REASONS[why.reason].format(circles=names)


def rule_sentence(why: Why) -> str:
    """Return the rule behind the decision, word for word."""
    return str(RULES.get(why.reason, REASONS[why.reason]))


def join_names(names: Sequence[str]) -> str:
    """Return names as a sentence lists them."""
    if len(names) < 2:
        return "".join(names)
    return gettext("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def circle_why(circle: CircleFacts) -> str:
    """Return what a circle is for, and that a confidential one hides its members."""
    if not circle.is_confidential:
        return circle.purpose
    hidden = gettext("confidential: members do not see each other's names")
    return f"{circle.purpose}; {hidden}" if circle.purpose else hidden


def circle_figure(circle: CircleFacts) -> str:
    """Return how many organisations are in a circle."""
    if circle.is_confidential:
        return gettext("%(n)s, no names") % {"n": number(circle.count)}
    return organisations(circle.count)


def organisations(count: int) -> str:
    """Return a count of organisations."""
    return ngettext("%(n)s organisation", "%(n)s organisations", count) % {"n": number(count)}


def persons(count: int) -> str:
    """Return a count of persons."""
    return ngettext("%(n)s person", "%(n)s persons", count) % {"n": number(count)}


def level_figure(count: LevelCount | None) -> str:
    """Return how many would read at one level, short, beside its answer."""
    if count is None:
        return ""
    if count.is_public:
        return gettext("no limit")
    if not count.organisations:
        return persons(count.persons) if count.persons else ""
    return f"{count.organisations:,} + {count.clients:,}" if count.clients else f"{count.organisations:,}"


def pap_options() -> list[tuple[str, str]]:
    """Return the levels of use with what each allows, the loosest first."""
    return [(level.name, f"{pap_label(level)}, {pap_words(level)}") for level in Pap]


def readers_figure(readers: Readers) -> str:
    """Return who reads, as a number first; a share that nobody else reads is its owner's alone."""
    if readers.is_public:
        return gettext("Everybody")
    if readers.organisation_count == 1 and not readers.clients and not readers.person_count:
        return gettext("Your own organisation")
    if readers.organisation_count:
        return organisations(readers.organisation_count)
    return persons(readers.person_count)


def clients_figure(readers: Readers) -> str:
    """Return who reads beside the organisations: their clients, or single persons of others."""
    told = []
    if readers.clients:
        told.append(
            ngettext("and %(n)s client of theirs", "and %(n)s clients of theirs", readers.clients)
            % {"n": number(readers.clients)}
        )
    if readers.person_count and readers.organisation_count:
        told.append(gettext("and %(persons)s by name") % {"persons": persons(readers.person_count)})
    return ", ".join(told)


def not_reading(tlp: Tlp, others: int) -> str:
    """Return who does not read at a level."""
    if tlp is Tlp.CLEAR:
        return ""
    public = gettext("the public, the press")
    if tlp is Tlp.GREEN or not others:
        return public
    more = ngettext("%(n)s other member", "%(n)s other members", others) % {"n": number(others)}
    return f"{public}, {more}"


def share_words(readers: Readers, tlp: Tlp) -> str:
    """Return the button's words: what happens, and to how many."""
    if readers.is_public:
        return gettext("Publish to everybody")
    if tlp is Tlp.RED:
        count = readers.person_count
        return ngettext("Share with %(n)s named person", "Share with %(n)s named persons", count) % {"n": number(count)}
    others = readers.organisation_count - 1
    if others < 1 and not readers.clients:
        return gettext("Keep within your organisation")
    if others < 1:
        count = readers.clients
        return ngettext("Share with %(n)s client", "Share with %(n)s clients", count) % {"n": number(count)}
    return ngettext("Share with %(n)s other organisation", "Share with %(n)s other organisations", others) % {
        "n": number(others)
    }


def consequence(readers: Readers, tlp: Tlp) -> str:
    """Return what follows at once and cannot be undone."""
    if readers.is_public:
        return gettext("Anybody can read it at once, without signing in. This cannot be unseen.")
    if tlp is Tlp.RED:
        return gettext("They read it on this screen only, and each reading is written down. This cannot be unseen.")
    if readers.organisation_count <= 1 and not readers.clients:
        return gettext("Only your own colleagues and machines read it. You can share it further later.")
    return gettext("They can read it at once, here and by TAXII. This cannot be unseen.")


def level_of(terms: Terms) -> Tlp:
    """Return the level of terms; what nobody marked stays within."""
    return Tlp.AMBER_STRICT if terms.tlp is None else terms.tlp


def word_of(level: Tlp) -> str:
    """Return a level as forms and addresses carry it."""
    return level.label.removeprefix("TLP:")


def embargo_fields(until: datetime | None, zone: str) -> dict[str, str]:
    """Return the fields of a form that say an embargo's end."""
    if until is None:
        return {}
    here = until.astimezone(zone_named(zone))
    return {"when": "later", "date": f"{here:%Y-%m-%d}", "hour": f"{here:%H:%M:%S}".removesuffix(":00"), "zone": zone}


def outcome_answer(totals: Mapping[str, int]) -> str:
    """Return what became of a share, in one sentence."""
    accepted, held, refused = totals["accepted"], totals["held"], totals["refused"]
    if accepted and not held and not refused:
        return ngettext("%(n)s record is shared.", "%(n)s records are shared.", accepted) % {"n": number(accepted)}
    if accepted:
        stayed = held + refused
        return ngettext("%(n)s shared, %(stayed)s stayed here.", "%(n)s shared, %(stayed)s stayed here.", accepted) % {
            "n": number(accepted),
            "stayed": number(stayed),
        }
    if held:
        return gettext("Nothing went out yet: a safeguard holds it.")
    if refused:
        return gettext("Nothing was shared.")
    return gettext("You share all of this already.")


def type_lines(types: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return how many objects of each type there are, the most first."""
    return [(plain.type_label(kind), n) for kind, n in sorted(types.items(), key=lambda pair: (-pair[1], pair[0]))]


def total_lines(totals: Mapping[Outcome, int]) -> list[tuple[str, int, str, str]]:
    """Return what would become of them: words, how many, tone and sign; only what occurs."""
    words = {
        Outcome.ACCEPTED: (gettext("Would go"), "good", "check"),
        Outcome.DUPLICATE: (gettext("Shared before"), "quiet", "ring"),
        Outcome.HELD: (gettext("Would be held"), "warn", "held"),
        Outcome.REFUSED: (gettext("Would be refused"), "alarm", "cross"),
    }
    return [(label, totals[outcome], tone, sign) for outcome, (label, tone, sign) in words.items() if totals[outcome]]


def held_answer(waiting: int) -> str:
    """Return how much waits, in one sentence."""
    if not waiting:
        return gettext("Nothing is held.")
    return ngettext("%(n)s item waits for your word.", "%(n)s items wait for your word.", waiting) % {
        "n": number(waiting)
    }


def editable(obj: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object as its author edits it: without the marking that its audience gives it."""
    return {name: value for name, value in obj.items() if name != "object_marking_refs"}


def as_json(obj: Mapping[str, Any]) -> str:
    """Return an object as JSON that people edit; nothing for nothing."""
    return orjson.dumps(obj, option=orjson.OPT_INDENT_2).decode() if obj else ""


def act_words(act: ActProof, state: State) -> str:
    """Return what an act of a share was."""
    return gettext("It was shared") if act.which == "shared" else str(ENDS.get(state, _("It ended")))


def proof_answer(found: ProofView) -> str:
    """Return how far a share is proven, in one sentence."""
    if all(act.place.is_logged for act in found.acts):
        return gettext("It stands in the log.")
    return gettext("It is promised its place in the log.")
