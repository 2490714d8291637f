"""Filters that put this room's codes into words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.text import capfirst

from mitra.community import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mitra.web.ports import Words

register = template.Library()


@register.filter
def roles_in_words(roles: Iterable[str]) -> str:
    """Return roles as `analyst, duty officer`."""
    return ", ".join(str(words.ROLES[role]) for role in roles)


@register.filter
def scopes_in_words(scopes: Iterable[str]) -> str:
    """Return scopes as what a machine may do."""
    return ", ".join(str(words.SCOPES.get(scope, scope)) for scope in scopes)


@register.filter
def standing_in_words(standing: str) -> Words:
    """Return a standing's word."""
    return words.STANDINGS[standing]


@register.filter
def standing_means(standing: str) -> Words:
    """Return what a standing lets a body read."""
    return words.STANDING_MEANS[standing]


@register.filter
def kind_in_words(kind: str) -> Words:
    """Return a kind of body in words."""
    return words.KINDS[kind]


@register.filter
def circle_kind_in_words(kind: str) -> Words:
    """Return a kind of circle in words."""
    return words.CIRCLE_KINDS[kind]


@register.filter
def state_in_words(state: str) -> Words:
    """Return a credential's state in words."""
    return words.CREDENTIAL_STATES[state]


@register.filter
def starts_large(text: object) -> str:
    """Return a sentence's beginning with a capital."""
    return str(capfirst(str(text)))
