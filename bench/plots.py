"""Draw lines over an axis as SVG, in a few lines of our own; readable on light and on dark."""

import html
import math
from dataclasses import dataclass
from statistics import median

WIDTH, HEIGHT = 760, 380
LEFT, RIGHT, TOP, BOTTOM = 78, 216, 58, 52
INKS = ("#0b5a5f", "#b4552d", "#6a4c93", "#8a7a1f", "#2f6db3", "#a23b72", "#4d7c3a", "#666666")
PALE_INKS = ("#5fc4c9", "#f0986f", "#b79be0", "#d6c658", "#82b4ec", "#e58abb", "#96c983", "#b0b0b0")
STYLE = "".join(
    [
        "text{font:13px 'Source Sans 3','Segoe UI',Helvetica,Arial,sans-serif;fill:#1b1a17}",
        ".paper{fill:#fbfaf6}.hair{stroke:#d9d5ca}.quiet{fill:#6b675d}.title{font-size:17px;font-weight:600}",
        *(f".l{at}{{stroke:{ink}}}.d{at}{{fill:{ink}}}" for at, ink in enumerate(INKS)),
        "@media(prefers-color-scheme:dark){text{fill:#eceae4}.paper{fill:#1b1a17}.hair{stroke:#3d3a34}",
        ".quiet{fill:#a8a398}",
        *(f".l{at}{{stroke:{ink}}}.d{at}{{fill:{ink}}}" for at, ink in enumerate(PALE_INKS)),
        "}",
    ]
)


@dataclass(frozen=True)
class Line:
    """A name and its points; a reference is drawn with dashes, in the ink of what it stands beside."""

    name: str
    points: list[tuple[float, float]]
    ink: int
    is_reference: bool = False


def plot(title, across, up, lines, *, is_log=False):
    """Return a picture; both axes begin at nothing, or the one across counts in powers of ten."""
    xs = [x for line in lines for x, _ in line.points]
    low, high = (min(xs), max(xs)) if is_log else (0, max(xs))
    top = ceiling(max(y for line in lines for _, y in line.points))

    def place(x, y):
        share = math.log(x / low) / math.log(high / low) if is_log else x / high
        return LEFT + share * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - y / top * (HEIGHT - TOP - BOTTOM)

    marks = sorted(set(xs)) if is_log or len(set(xs)) <= 9 else [high * at / 6 for at in range(1, 7)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">',
        f"<style>{STYLE}</style><title>{html.escape(title)}</title>",
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>',
        text(LEFT, 26, title, "title"),
        text(LEFT, 46, up, "quiet"),
        text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, across, "quiet", "middle"),
        *grid(place, [top * at / 4 for at in range(5)], marks, (low, high)),
        *(drawn(line, place) for line in lines),
        *legend(lines),
        "</svg>\n",
    ]
    return "\n".join(parts)


def ceiling(highest):
    """Return the next number that reads well."""
    power = 10 ** math.floor(math.log10(highest or 1))
    return next(step * power for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if step * power >= highest)


def grid(place, ups, acrosses, ends):
    for y in ups:
        (x0, at), (x1, _) = place(ends[0], y), place(ends[1], y)
        yield f'<path class="hair" d="M{x0:.0f} {at:.0f}H{x1:.0f}"/>'
        yield text(LEFT - 8, at + 4, short(y), "quiet", "end")
    for x in acrosses:
        yield text(place(x, 0)[0], HEIGHT - BOTTOM + 20, short(x), "quiet", "middle")


def drawn(line, place):
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in (place(*point) for point in line.points))
    dashes = ' stroke-dasharray="5 5"' if line.is_reference else ""
    return f'<path class="l{line.ink % len(INKS)}" d="M{path}" fill="none" stroke-width="2"{dashes}/>'


def legend(lines):
    for at, line in enumerate(lines):
        y = TOP + 8 + 20 * at
        x = WIDTH - RIGHT + 16
        dashes = ' stroke-dasharray="5 4"' if line.is_reference else ""
        yield f'<path class="l{line.ink % len(INKS)}" d="M{x} {y}h18" stroke-width="2"{dashes}/>'
        yield text(x + 24, y + 4, line.name)


def text(x, y, words, kind="", anchor="start"):
    return f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{html.escape(words)}</text>'


def short(number):
    """Return a number as an axis has it."""
    for size, sign in ((1e6, " M"), (1e3, " k")):
        if number >= size:
            return f"{number / size:g}{sign}"
    return f"{number:.3g}"


def of_figures(title, figures):
    """Return a plot of figures that ask the same at several sizes, ours beside the reference; None when none do."""
    lines = []
    for ink, series in enumerate(dict.fromkeys(figure.series for figure in figures if figure.series)):
        same = sorted((figure for figure in figures if figure.series == series), key=lambda figure: figure.size)
        if len({figure.size for figure in same}) < 2:
            continue
        lines.append(Line(series, [(figure.size, median(figure.ours)) for figure in same], ink))
        if all(figure.bare for figure in same):
            bare = [(figure.size, median(figure.bare)) for figure in same]
            lines.append(Line(f"{series}, bare", bare, ink, is_reference=True))
    if not lines:
        return None
    sizes = [x for line in lines for x, _ in line.points]
    unit = next(figure.unit for figure in figures if figure.series)
    return plot(title, "records", unit, lines, is_log=max(sizes) / min(sizes) > 10)
