"""STIX 2.1 patterns: read into a frozen tree, check, print and walk.

`parse` accepts exactly the published grammar (and the quoted START/STOP times of STIX 2.0) within stated bounds;
`print_pattern` is its inverse.  Nothing here knows what a value means: `mitra.core.stix.atoms` does.
"""

from __future__ import annotations

from mitra.core.stix.pattern.checks import problems_in, problems_of
from mitra.core.stix.pattern.parser import MAX_CHARACTERS, MAX_COMPARISONS, MAX_DEPTH, parse, plain_equality
from mitra.core.stix.pattern.printer import print_pattern
from mitra.core.stix.pattern.tree import Pattern, comparisons_of

__all__ = [
    "MAX_CHARACTERS",
    "MAX_COMPARISONS",
    "MAX_DEPTH",
    "Pattern",
    "comparisons_of",
    "parse",
    "plain_equality",
    "print_pattern",
    "problems_in",
    "problems_of",
]
