"""Cut a pattern into tokens, by longest match as the published grammar does, in one pass without going back.

Every quantifier in the expression is possessive or bounded, so time grows with the length and nothing else.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from decimal import Decimal

from mitra.core.errors import InvalidInput
from mitra.core.stix.pattern.tree import Constant

_KEYWORD_NAMES = (
    "AND OR NOT FOLLOWEDBY LIKE MATCHES ISSUPERSET ISSUBSET EXISTS LAST IN START STOP SECONDS WITHIN REPEATS TIMES"
)
KEYWORDS = frozenset((*_KEYWORD_NAMES.split(), "true", "false"))
MAX_DIGITS = 400
"""Longer numbers are refused: no property of an object holds one, and arithmetic on them is not linear."""

TIMESTAMP = (
    r"[0-9]{4}-(?:0[1-9]|1[012])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)"
    r"(?:\.[0-9]++)?Z"
)
_SPACE = " \t\r\n\x0b\x0c\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_TOKEN = re.compile(
    rf"""
      (?P<space>[{_SPACE}]++ | //[^\r\n]*+ | /\*(?s:.*?)\*/)
    | t'(?P<timestamp>{TIMESTAMP})'
    | h'(?P<hex>(?:[0-9a-fA-F]{{2}})*+)'
    | b'(?P<binary>(?:[A-Za-z0-9+/]{{4}})*+(?:(?<=[A-Za-z0-9+/]{{4}})
          | [A-Za-z0-9+/]{{3}}= | [A-Za-z0-9+/]{{2}}==))'
    | (?P<word>[A-Za-z_][A-Za-z0-9_-]*+)
    | (?P<number>[+-]?+(?:[0-9]++(?:\.[0-9]++)?+ | \.[0-9]++))
    | '(?P<string>[^'\\]*+(?:\\['\\][^'\\]*+)*+)'
    | (?P<sign>== | <> | != | <= | >= | [=<>:.,()\[\]*])
    """,
    re.VERBOSE,
)
_SAME_SIGN = {"==": "=", "<>": "!="}


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is a keyword or a sign itself, or: name, hyphenated, constant, end."""

    kind: str
    at: int
    text: str = ""
    constant: Constant | None = None


def refusal(message: str, at: int, rule: str = "pattern-syntax") -> InvalidInput:
    """Return the error that names where in the pattern it went wrong, counted from one."""
    return InvalidInput(f"The pattern cannot be read at character {at + 1}: {message}.", path="/pattern", rule=rule)


def tokens_of(text: str) -> list[Token]:
    """Return the tokens, closed by one of kind `end`; raises InvalidInput where no token can stand."""
    tokens: list[Token] = []
    at, length = 0, len(text)
    while at < length:
        match = _TOKEN.match(text, at)
        if match is None:
            raise refusal(f"{text[at]!r} cannot stand here", at)
        kind = match.lastgroup or ""
        if kind != "space":
            tokens.append(_token(kind, match[kind], at))
        at = match.end()
    tokens.append(Token("end", length))
    return tokens


def _token(kind: str, text: str, at: int) -> Token:
    if kind == "sign":
        return Token(_SAME_SIGN.get(text, text), at, text)
    if kind == "word":
        return _word(text, at)
    return Token("constant", at, text, _constant(kind, text, at))


def _constant(kind: str, text: str, at: int) -> Constant:
    match kind:
        case "number":
            return _number(text, at)
        case "string":
            return Constant(kind, unescaped(text))
        case "hex":
            return Constant(kind, bytes.fromhex(text))
        case "binary":
            return Constant(kind, base64.b64decode(text))
        case _:
            return Constant(kind, text)


def _word(text: str, at: int) -> Token:
    if text in ("true", "false"):
        return Token("constant", at, text, Constant("boolean", text == "true"))
    if text in KEYWORDS:
        return Token(text, at, text)
    return Token("hyphenated" if "-" in text else "name", at, text)


def _number(text: str, at: int) -> Constant:
    if len(text) > MAX_DIGITS:
        raise refusal(f"a number may have {MAX_DIGITS} digits at most", at, "pattern-number")
    if "." in text:
        return Constant("float", Decimal(text))
    digits = text.lstrip("+-")
    if digits[0] == "0" and len(digits) > 1:
        raise refusal("a number may not begin with 0", at)
    return Constant("integer", int(text))


def unescaped(text: str) -> str:
    """Return what a string literal says: backslash escapes a quote and itself."""
    return text.replace("\\'", "'").replace("\\\\", "\\") if "\\" in text else text


def escaped(text: str) -> str:
    """Return the text as it stands between the quotes of a string literal."""
    return text.replace("\\", "\\\\").replace("'", "\\'")
