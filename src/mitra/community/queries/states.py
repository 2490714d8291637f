"""The states of a region, as its preset has them: facts that the program ships, each with its source."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources

from mitra.core.errors import InvalidInput

PRESETS = ("asean",)


def states_of(preset: str) -> list[dict[str, str]]:
    """Return the states of a preset, each with country, name, slug, zone and, where a source is named, csirt."""
    if preset not in PRESETS:
        message = f"There is no preset {preset!r}: choose {' or '.join(PRESETS)}."
        raise InvalidInput(message, path="preset", rule="unknown-preset")
    text = resources.files("mitra.community").joinpath(f"presets/{preset}.toml").read_text(encoding="utf-8")
    states: list[dict[str, str]] = tomllib.loads(text)["state"]
    return states


@lru_cache(maxsize=1)
def zones_of_states() -> dict[str, str]:
    """Return the IANA zone of each member state's capital, by ISO 3166-1 code in the preset's order."""
    return {state["country"]: state["zone"] for state in states_of("asean")}


def zone_of_state(country: str) -> str:
    """Return the zone of a state's capital, `UTC` where it is no member state."""
    return zones_of_states().get(country, "UTC")
