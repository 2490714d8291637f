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
from mitra.core.stix.shape import BIGGEST_INTEGER, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mitra.core.stix.shape import Shape

_FIRST_WITH_EXPONENT = 1e21
_SORTED = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER


def canonical(value: object, shape: Shape | None = None) -> bytes:
    """Return the canonical bytes of a JSON value; `shape` is its own, where that is known.

    Raises InvalidInput (`json-number`) for a number that canonical JSON cannot say, `json-value` for what is not JSON.
    """
    seen = shape_of(value) if shape is None else shape
    try:
        if seen.has_ascii_names and not seen.has_fraction:
            return orjson.dumps(value, option=_SORTED)
        if not seen.is_near and any(map(is_far, _fractions(value))):
            raise InvalidInput("A number here is beyond what JSON can say exactly.", rule="json-number")
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # whatever is not JSON it refuses itself
    except (rfc8785.FloatDomainError, rfc8785.IntegerDomainError) as error:
        raise InvalidInput("A number here is beyond what JSON can say exactly.", rule="json-number") from error
    except (orjson.JSONEncodeError, rfc8785.CanonicalizationError) as error:
        rule = "json-number" if "Integer" in str(error) else "json-value"
        raise InvalidInput(f"This cannot be written as JSON: {error}.", rule=rule) from error


def is_far(number: float) -> bool:
    """Return whether canonical JSON would write the number as an integer that not every reader keeps."""
    return BIGGEST_INTEGER < abs(number) < _FIRST_WITH_EXPONENT


def _fractions(value: object) -> Iterator[float]:
    """Yield every fraction in a value, without recursion."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, float):
            yield node
        elif isinstance(node, dict):
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
