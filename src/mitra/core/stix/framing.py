"""Find where one JSON value ends in a stream, without parsing it and across any number of chunks."""

from __future__ import annotations

import re

_TO_BRACE = re.compile(rb'(?:[^"{}\[\]]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+', re.DOTALL)
_REST_OF_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_SCALAR = re.compile(rb"[^,\]}\s]*+")
_QUOTE = ord('"')


class ValueEnd:
    """Finds where one JSON value ends, remembering between chunks how deep it is and whether within a string."""

    __slots__ = ("depth", "is_scalar", "within_string")

    def __init__(self, first: int) -> None:
        self.is_scalar = first not in b'"{['
        self.within_string = first == _QUOTE
        self.depth = 0 if first == _QUOTE or self.is_scalar else 1

    def find(self, buffer: bytearray, at: int) -> tuple[int, bool]:
        """Return how far the value was followed from `at`, and whether it ended there."""
        size = len(buffer)
        if self.is_scalar:
            at = after(_SCALAR, buffer, at)
            return at, at < size
        while at < size:
            if self.within_string:
                at = after(_REST_OF_STRING, buffer, at)
                if at >= size or buffer[at] != _QUOTE:
                    return at, False
                self.within_string = False
                at += 1
            else:
                at = after(_TO_BRACE, buffer, at)
                if at >= size:
                    return at, False
                self._pass(buffer[at])
                at += 1
            if not self.depth and not self.within_string:
                return at, True
        return at, False

    def _pass(self, sign: int) -> None:
        if sign == _QUOTE:
            self.within_string = True
        elif sign in b"{[":
            self.depth += 1
        else:
            self.depth -= 1


def after(pattern: re.Pattern[bytes], buffer: bytearray, at: int) -> int:
    """Return where the pattern, which always matches, ends; no match is kept, for it would pin the buffer."""
    found = pattern.match(buffer, at)
    return found.end() if found else at
