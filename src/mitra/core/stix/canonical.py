"""Print canonical JSON (RFC 8785): one value, one sequence of bytes, whoever prints it.

orjson with sorted names gives these bytes wherever its two habits do not show: it sorts names by code point where the
RFC sorts by UTF-16 unit, and it writes fractions in its own way.  So it is used when no name leaves ASCII and no number
is a fraction; the rfc8785 package prints the rest.  A property test holds both ways equal where both may be used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import rfc8785

from mitra.core.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable

BIGGEST_INTEGER = 2**53 - 1
"""Beyond it, two readers of JSON may see different integers (RFC 7493)."""

_FIRST_WITH_EXPONENT = 1e21
_SORTED = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER


def canonical(value: object) -> bytes:
    """Return the canonical bytes of a JSON value.

    Raises InvalidInput (`json-number`) for a number that canonical JSON cannot say, `json-value` for what is not JSON.
    """
    try:
        if _is_plain(value):
            return orjson.dumps(value, option=_SORTED)
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # whatever is not JSON it refuses itself
    except (rfc8785.FloatDomainError, rfc8785.IntegerDomainError) as error:
        raise InvalidInput("A number here is beyond what JSON can say exactly.", rule="json-number") from error
    except (orjson.JSONEncodeError, rfc8785.CanonicalizationError) as error:
        rule = "json-number" if "Integer" in str(error) else "json-value"
        raise InvalidInput(f"This cannot be written as JSON: {error}.", rule=rule) from error


def is_far(number: float) -> bool:
    """Return whether canonical JSON would write the number as an integer that not every reader keeps."""
    return BIGGEST_INTEGER < abs(number) < _FIRST_WITH_EXPONENT


def _is_plain(value: object) -> bool:
    """Return whether all names are ASCII and no number is a fraction; one level at a time, without recursion."""
    level: list[object] = [[value]]
    is_plain = True
    while level:
        below: list[object] = []
        for node in level:
            inside: Iterable[object]
            if type(node) is dict:
                is_plain = is_plain and "".join(node).isascii()
                inside = node.values()
            else:
                inside = node  # type: ignore[assignment]  # only dicts and lists are kept below
            for each in inside:
                kind = type(each)
                if kind is dict or kind is list:
                    below.append(each)
                elif kind is float:
                    is_plain = False
                    if is_far(each):  # type: ignore[arg-type]  # a float, as its type says
                        raise InvalidInput("A number here is beyond what JSON can say exactly.", rule="json-number")
        level = below
    return is_plain
