"""This room's codes in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mitra.web.ports import Words

STATES: Mapping[str, Words] = {
    "reported": _("reported"),
    "triaged": _("triaged"),
    "open": _("open"),
    "contained": _("contained"),
    "recovered": _("recovered"),
    "closed": _("closed"),
    "dormant": _("at rest"),
    "rejected": _("rejected"),
    "duplicate": _("a duplicate"),
    "merged": _("merged into another"),
}
WAY = ("reported", "triaged", "open", "contained", "recovered", "closed")
"""The states that a case usually goes through."""
STEPS: Mapping[str, Words] = {
    "triage": _("It is triaged"),
    "begin": _("Begin to handle it"),
    "reject": _("Reject it"),
    "mark-duplicate": _("It is a duplicate"),
    "contain": _("It is contained"),
    "recover": _("They have recovered"),
    "judge": _("Judge it"),
    "merge": _("Merge it"),
    "offer-merge": _("Offer to merge it"),
    "accept-merge": _("Agree to the merge"),
    "decline-merge": _("Decline the merge"),
    "let-rest": _("Let it rest"),
    "wake": _("Take it up again"),
    "close": _("Close it"),
    "reopen": _("Open it again"),
    "offer-lead": _("Offer the lead"),
    "take-lead": _("Take the lead"),
    "decline-lead": _("Decline the lead"),
    "watch": _("Only watch it"),
    "take-part": _("Take part in it"),
    "number": _("Keep your own number for it"),
    "take-back": _("Take an entry back"),
}
"""What the button of a step says."""
DONE: Mapping[str, Words] = {
    "triage": _("triaged it"),
    "begin": _("began to handle it"),
    "reject": _("rejected it"),
    "mark-duplicate": _("marked it a duplicate"),
    "contain": _("contained it"),
    "recover": _("says that they have recovered"),
    "judge": _("judged how grave it is"),
    "merge": _("merged it into another case"),
    "offer-merge": _("offered to merge it into another case"),
    "accept-merge": _("agreed to the merge"),
    "decline-merge": _("declined the merge"),
    "let-rest": _("let it rest"),
    "wake": _("took it up again"),
    "close": _("closed it"),
    "reopen": _("opened it again"),
    "offer-lead": _("offered the lead"),
    "take-lead": _("took the lead"),
    "decline-lead": _("declined the lead"),
    "watch": _("only watches from now on"),
    "take-part": _("takes part in it"),
    "number": _("has a number of its own for it"),
    "take-back": _("took an entry back"),
}
"""What the time line says of a step."""
KINDS: Mapping[str, Words] = {
    "note": _("note"),
    "fact": _("fact"),
    "request": _("request"),
    "decision": _("decision"),
}
RESOLUTIONS: Mapping[str, Words] = {
    "resolved": _("resolved"),
    "mitigated": _("mitigated"),
    "false-positive": _("nothing had happened"),
    "no-response": _("nobody answered"),
    "out-of-scope": _("not for us"),
    "handed-over": _("handed over"),
    "duplicate": _("a duplicate"),
}
SEVERITIES: tuple[Words, ...] = (_("baseline"), _("low"), _("medium"), _("high"), _("severe"), _("critical"))
FACTORS: Mapping[str, Words] = {
    "functional": _("What does not work?"),
    "information": _("What was taken or read?"),
    "recovery": _("How will it recover?"),
    "infrastructure": _("Is critical infrastructure hit?"),
    "lives": _("Are lives at risk?"),
    "spread": _("States hit"),
}
ANSWERS: Mapping[str, Mapping[str, Words]] = {
    "functional": {
        "none": _("everything works"),
        "minor": _("little is disturbed"),
        "noticeable": _("noticeably disturbed"),
        "severe": _("much is down"),
        "lost": _("all is lost"),
    },
    "information": {
        "none": _("nothing, as far as is known"),
        "suspected": _("something, perhaps"),
        "personal": _("personal data"),
        "secret": _("secrets of business or state"),
        "control": _("how a plant is controlled"),
        "credentials": _("the keys to everything"),
    },
    "recovery": {
        "regular": _("by what is at hand"),
        "supplemented": _("with some help"),
        "extended": _("nobody knows how long"),
        "impossible": _("it will not"),
    },
    "infrastructure": {"no": _("no"), "yes": _("yes")},
    "lives": {"no": _("no"), "yes": _("yes")},
}
PARTS: Mapping[str, Words] = {
    "leads": _("leads"),
    "active": _("active"),
    "acknowledged": _("acknowledged"),
    "watching": _("watches"),
    "invited": _("invited"),
    "silent": _("silent"),
    "declined": _("declined"),
    "left": _("not in it any more"),
}
"""How an organisation takes part."""
PART_SIGNS: Mapping[str, str] = {
    "leads": "dot",
    "active": "dot",
    "acknowledged": "half",
    "watching": "half",
    "invited": "ring",
    "silent": "ring",
    "declined": "cross",
    "left": "cross",
}
TASK_SIGNS: Mapping[str, str] = {
    "open": "ring",
    "taken": "dot",
    "handing": "half",
    "done": "check",
    "dropped": "cross",
}
CLOCKS: Mapping[str, Words] = {
    "acknowledge": _("to answer whether you are in"),
    "assess": _("to assess it"),
    "update": _("to say how things stand"),
    "task": _("to do a task"),
    "take-over": _("to take a task over"),
    "wake": _("to take it up again"),
}
"""What the minute of a clock is for."""
CLOCKS_OURS: Mapping[str, Words] = {
    "acknowledge": _("Answer whether you are in"),
    "assess": _("First assessment, yours"),
    "update": _("Next word to all, yours"),
    "task": _("A task of yours"),
    "take-over": _("A task to take over"),
    "wake": _("Rests until"),
}
CLOCKS_OF_LEAD: Mapping[str, Words] = {
    "assess": _("First assessment, the lead's"),
    "update": _("Next word, the lead's"),
}
"""What stands over a clock on the page of its case."""
CLOCK_STATES: Mapping[str, Words] = {
    "running": _("runs"),
    "warned": _("half is over"),
    "overdue": _("overdue"),
    "paused": _("stands still"),
    "met": _("met"),
    "late": _("met late"),
}
PRECISIONS: Mapping[str, Words] = {
    "minute": _("to the minute"),
    "hour": _("to the hour"),
    "day": _("to the day"),
    "month": _("to the month"),
}
"""How exactly a time is known."""
SECTORS: Mapping[str, Words] = {
    "agriculture": _("agriculture"),
    "aerospace": _("aerospace"),
    "automotive": _("cars"),
    "chemical": _("chemistry"),
    "commercial": _("trade"),
    "communications": _("communications"),
    "construction": _("construction"),
    "dams": _("dams"),
    "defense": _("defence"),
    "education": _("education"),
    "emergency-services": _("emergency services"),
    "energy": _("energy"),
    "entertainment": _("entertainment"),
    "financial-services": _("banks and finance"),
    "government-local": _("local government"),
    "government-national": _("national government"),
    "government-public-services": _("public services"),
    "government-regional": _("regional government"),
    "healthcare": _("health"),
    "hospitality-leisure": _("hotels and leisure"),
    "infrastructure": _("infrastructure"),
    "insurance": _("insurance"),
    "manufacturing": _("manufacturing"),
    "mining": _("mining"),
    "non-profit": _("non-profit organisations"),
    "nuclear": _("nuclear power"),
    "pharmaceuticals": _("medicines"),
    "retail": _("shops"),
    "technology": _("technology"),
    "telecommunications": _("telecommunications"),
    "transportation": _("transport"),
    "utilities": _("utilities"),
    "water": _("water"),
}
WEEKDAYS: tuple[Words, ...] = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)
TASK_STATES: Mapping[str, Words] = {
    "open": _("nobody has it"),
    "taken": _("in hand"),
    "handing": _("being handed over"),
    "done": _("done"),
    "dropped": _("dropped"),
}
TASK_STEPS: Mapping[str, Words] = {
    "take": _("Take it"),
    "hand-over": _("Hand it over"),
    "decline": _("Not us"),
    "call-back": _("Keep it after all"),
    "give-back": _("Give it back"),
    "finish": _("It is done"),
    "drop": _("Drop it"),
    "reopen": _("Open it again"),
    "remark": _("Say something"),
}
TASK_DONE: Mapping[str, Words] = {
    "set": _("set a task"),
    "take": _("took it"),
    "hand-over": _("handed it over"),
    "decline": _("declined it"),
    "call-back": _("kept it after all"),
    "give-back": _("gave it back"),
    "finish": _("did it"),
    "drop": _("dropped it"),
    "reopen": _("opened it again"),
    "remark": _("said"),
}
SAID_AT_HAND_OVER: Mapping[str, Words] = {
    "stands": _("How it stands"),
    "next": _("What comes next"),
    "question": _("What is open"),
}
