"""Write how cases run and how their severity is counted, from the room's own tables."""

from __future__ import annotations


def page(made: str) -> str:
    """Return the page: the table of steps, the published sum, what ends a case."""
    from mitra.cases import words
    from mitra.cases.rules import BANDS, POINTS, SPREAD, TABLE, WEIGHTS
    from mitra.core.steps import draw

    lines = [
        "# Cases: steps and severity\n",
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
    return "\n".join([*lines, ""])
