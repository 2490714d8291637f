"""Forms that tell what an operation refused, beside the field that it is about: the one way from error to field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeVar

from django import forms

from mitra.core.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mitra.web.ports import Words

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a question, as `<c-choice>` shows it."""

    value: str
    title: Words
    why: Words = ""
    n: Words = ""
    is_checked: bool = False


class ToldForm(forms.Form):
    """A form that puts the refusal of an operation on the field that it is about."""

    fields_of_paths: ClassVar[Mapping[str, str]] = {}
    """Where a path of an error has another name than its field."""

    def attempt(self, act: Callable[[], Made], *, at: str | None = None) -> Made | None:
        """Return what the act made, or None after putting its refusal on the form, on `at` if it names no field."""
        try:
            return act()
        except InvalidInput as error:
            name = self.fields_of_paths.get(error.path, error.path)
            self.add_error(name if name in self.fields else at, error.message)
        except Conflict as error:
            self.add_error(at, str(error))
        return None

    def answers(self, name: str, words_of: Mapping[str, Words], why: Mapping[str, Words]) -> list[Answer]:
        """Return the answers of one question, those chosen checked."""
        chosen = set(self[name].value() or ())
        return [Answer(code, title, why.get(code, ""), is_checked=code in chosen) for code, title in words_of.items()]
