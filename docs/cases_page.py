"""Write how cases and tasks run, how severity is counted and what clocks allow, from the room's own tables."""

from __future__ import annotations


def page(made: str) -> str:
    """Return the page: the table of steps, the published sum, tasks, clocks."""
    from mitra.cases import words
    from mitra.cases.clocks import ACKNOWLEDGE, ASSESS, MINUTES, UPDATE
    from mitra.cases.rules import BANDS, POINTS, SPREAD, TABLE, WEIGHTS
    from mitra.cases.task_rules import TASK_TABLE
    from mitra.core.steps import draw

    lines = [
        "# Cases: steps, severity, tasks, clocks\n",
        made,
        "State and lead of a case are a fold of its steps: the same on every node, in whatever order they arrive.\n",
        "## Steps\n",
        draw(TABLE),
        "## Severity\n",
        "What is known of an incident counts so much, of 100; the severity is the weighted mean.\n",
        "| question | weight | answers |",
        "| --- | --- | --- |",
    ]
    for name, weight in WEIGHTS.items():
        points = POINTS.get(name)
        if points is None:
            said = ", ".join(f"{least} or more {count}" for least, count in reversed(SPREAD))
        else:
            said = ", ".join(f"{words.ANSWERS[name][code]} {count}" for code, count in points.items())
        lines.append(f"| {words.FACTORS[name]} | {weight} | {said} |")
    lines += ["", "| from | severity |", "| --- | --- |"]
    lines += [f"| {least} | S{level} {words.SEVERITIES[level]} |" for level, least in enumerate((0, *BANDS))]
    lines += ["", "## Tasks\n", draw(TASK_TABLE), "## Clocks\n", CLOCKS]
    lines += ["| severity | to answer | to assess | to say how things stand |", "| --- | --- | --- | --- |"]
    lines += [
        f"| S{level} | {' | '.join(span(MINUTES[level][kind], level) for kind in (ACKNOWLEDGE, ASSESS, UPDATE))} |"
        for level in sorted(MINUTES, reverse=True)
    ]
    return "\n".join([*lines, ""])


CLOCKS = """\
From S4 on clocks run day and night. Below, they count the hours of work of whoever has to act, without the public
holidays of its state, and a day is eight of them. Half-way it is warned, at the end it is overdue. A judgement moves
what runs, counted from when it began; what is overdue stays so.
"""


def span(minutes: int, level: int) -> str:
    """Return a length of time as people say it: days are days of work."""
    day = 8 * 60
    if level < 4 and minutes >= day:
        return f"{minutes // day} {'day' if minutes == day else 'days'} of work"
    return f"{minutes // 60} h" if minutes >= 60 else f"{minutes} min"
