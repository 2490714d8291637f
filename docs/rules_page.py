"""Find every rule by which intake refuses or holds something, with the sentence that its sender reads.

Rules that intake names in a table are taken from it.  Steps that read bring their own sentences: these are found in the
source, where each stands beside its code, with `…` for what comes from the input.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SOURCE = Path(__file__).resolve().parent.parent / "src" / "mitra"
READERS = {
    "A file or a table": ("exchange/intake/decode.py", "exchange/intake/adapt.py", "exchange/intake/tables.py"),
    "JSON": ("core/stix/splitting.py", "core/stix/reading.py", "core/stix/canonical.py"),
    "STIX": (
        "core/stix/validation.py",
        "core/stix/rules.py",
        "core/stix/ids.py",
        "core/stix/times.py",
        "core/stix/lifting.py",
    ),
    "Patterns": (
        "core/stix/pattern/lexer.py",
        "core/stix/pattern/parser.py",
        "core/stix/pattern/checks.py",
        "exchange/intake/validate.py",
    ),
    "Markings": ("core/stix/markings.py", "core/stix/printing.py", "exchange/intake/mark.py"),
}
"""Heading → the modules in which these rules stand."""

PATTERN = "The pattern cannot be read at character …: {}."
ANY = "…"
CHOSEN = "?"
CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+|confidence|cpe|language|markings|selector|timestamp|translation")
ALLOWS = frozenset({"clear-goes-anywhere", "green-within-the-community"})
"""Codes of the same table by which a re-share is allowed."""


def tables() -> Iterator[str]:
    """Yield the lines of a table for each step that refuses, then for what is held."""
    from mitra.exchange.words import REASONS, SAFEGUARDS

    for heading, files in READERS.items():
        found: dict[str, dict[str, None]] = {}
        for file in files:
            for code, sentence in _rules_in(SOURCE / file):
                found.setdefault(code, {})[sentence] = None
        yield from _table(heading, {code: "<br>".join(sentences) for code, sentences in sorted(found.items())})
    refusals = {code: sentence for code, sentence in REASONS.items() if code not in ALLOWS}
    yield from _table("Authors, levels and audiences", refusals)
    held = {code: sentence.replace("{", "*").replace("}", "*") for code, sentence in SAFEGUARDS.items()}
    yield from _table("Held, until the owner decides", held)


def _table(heading: str, sentences: Mapping[str, str]) -> Iterator[str]:
    yield from (f"## {heading}\n", "| rule | sentence |", "| --- | --- |")
    yield from (f"| `{code}` | {sentence.replace('|', '&#124;')} |" for code, sentence in sentences.items())
    yield ""


def _rules_in(path: Path) -> Iterator[tuple[str, str]]:
    """Yield each rule of a module with its sentence.

    Where a rule is chosen as the program runs, its sentence goes to each code of the module that has none of its own.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {name: text for _, name, text in _bound(tree.body)}
    found: list[tuple[str, str]] = []
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        bound = list(_bound(ast.walk(function)))
        for node in ast.walk(function):
            texts = constants | {name: text for line, name, text in bound if line <= getattr(node, "lineno", 0)}
            found += _rules_of(node, texts)
    chosen = [sentence for code, sentence in found if code == CHOSEN]
    own = {code for code, _ in found}
    yield from (pair for pair in found if pair[0] != CHOSEN)
    if chosen:
        named = dict.fromkeys(
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and _is_code(node)
        )
        yield from ((code, chosen[0]) for code in named if code not in own)


def _is_code(node: ast.Constant) -> bool:
    return isinstance(node.value, str) and CODE.fullmatch(node.value) is not None


def _bound(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str, str]]:
    """Yield the line, name and text of each text that is given a name."""
    for node in nodes:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.expr) and (text := _text(value, {})):
            yield node.lineno, target.id, text


def _rules_of(node: ast.AST, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the rule that a call or a pair of texts gives."""
    if isinstance(node, ast.Tuple) and len(node.elts) == 2:
        yield from _pair(node.elts[0], node.elts[1], texts)
    if not isinstance(node, ast.Call):
        return
    name = getattr(node.func, "id", "")
    rule = next((keyword.value for keyword in node.keywords if keyword.arg == "rule"), None)
    if name == "InvalidInput" and rule is not None:
        if isinstance(rule, ast.Name):
            yield CHOSEN, _text(node.args[0], texts)
        else:
            yield from _pair(rule, node.args[0], texts)
    elif name in {"Problem", "PatternProblem"}:
        yield from _pair(node.args[-2], node.args[-1], texts)
    elif name == "refusal":
        code = _text(node.args[2], texts) if len(node.args) == 3 else "pattern-syntax"
        yield code, PATTERN.format(_text(node.args[0], texts))


def _pair(rule: ast.expr, sentence: ast.expr, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    code, said = _text(rule, texts), _text(sentence, texts)
    if CODE.fullmatch(code) and said.endswith((".", ")")):
        yield code, said


def _text(node: ast.expr | None, texts: Mapping[str, str]) -> str:
    """Return a text as it stands in the source, `…` for each part that only a run knows; `''` for what is no text."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else str(node.value) if isinstance(node.value, int) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part, texts) or ANY for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return _text(node.value, texts) if isinstance(node.value, ast.Name) else ANY
    if isinstance(node, ast.Name):
        return texts.get(node.id, ANY)
    return ""
