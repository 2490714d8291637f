"""Write the pages of docs/ that are made from the code, so that they cannot say anything else than the program does.

`python docs/make.py` writes them, `--check` says which differ; a house test calls the latter.
"""

from __future__ import annotations

import inspect
import os
import sys
import tempfile
from pathlib import Path

import cases_page
import django
import events_page
import house_picture
import ledger_example
import performance_page
import rest_page
import rules_page
import typer

DOCS = Path(__file__).resolve().parent
MADE = "*This page is made from the code by `make docs`.*\n"


def commands() -> str:
    """Return the reference of every command with its options, as the program itself says them."""
    from mitra.cli import app

    lines = [
        "# Commands\n",
        MADE,
        "Every command but `init`, `demo` and `--help` needs a node: the one in `MITRA_HOME`, else in `~/.mitra`.\n",
        "`--json` prints one JSON value a line, for machines: [what it prints](json-output.md).\n",
        "Exit codes: 0 done, 1 refused, 2 nothing could be read or the command line is wrong.\n",
    ]
    for name, command in _walk(typer.main.get_command(app), "mitra"):
        lines += [f"## `{name}`\n", f"{command.help}\n"]
        options = [parameter for parameter in command.params if parameter.name != "help"]
        if options:
            lines += ["| | |", "| --- | --- |", *map(_option_row, options), ""]
    return "\n".join(lines)


def _walk(command, name):  # noqa: ANN001, ANN202 - typer brings its own copy of click's types
    for sub, child in command.commands.items():
        if hasattr(child, "commands"):
            yield from _walk(child, f"{name} {sub}")
        else:
            yield f"{name} {sub}", child


def _option_row(parameter) -> str:  # noqa: ANN001 - likewise
    if parameter.param_type_name == "argument":
        shown = f"`{parameter.metavar or (parameter.name or '').upper()}`"
    else:
        takes = "" if parameter.is_flag else f" {parameter.metavar or parameter.name.upper()}"
        shown = ", ".join(f"`{word}{takes}`" for word in parameter.opts)
    needed = " **needed**" if parameter.required and parameter.param_type_name == "option" else ""
    return f"| {shown} | {getattr(parameter, 'help', '') or ''}{needed} |"


def errors() -> str:
    """Return the tree of errors with code, status and meaning."""
    from mitra.core import errors as tree
    from mitra.web.errors import ANSWERS

    lines = ["# Errors\n", MADE, "| error | code | status | meaning |", "| --- | --- | --- | --- |"]
    for name, found in inspect.getmembers(tree, inspect.isclass):
        if issubclass(found, tree.MitraError):
            status = next((ANSWERS[kind].status for kind in found.__mro__ if kind in ANSWERS), "")
            lines.append(f"| {name} | `{found.code}` | {status} | {inspect.getdoc(found).splitlines()[0]} |")
    return "\n".join(lines) + "\n"


def truth() -> str:
    """Return the policy's truth table, each cell asked of `may_read` itself."""
    from mitra.core.policy import truth

    return f"# Who reads what: the truth table\n\n{MADE}\n{truth.markdown()}"


def roles() -> str:
    """Return what roles and scopes open, and what a standing takes away."""
    from mitra.community import rules, words
    from mitra.community.facts import SCOPES

    def named(codes: object) -> str:
        return ", ".join(f"`{code}`" for code in sorted(codes)) or "none"  # type: ignore[call-overload]

    lines = [
        "# Roles, scopes and standing\n",
        MADE,
        "A person has roles, a machine credential has scopes. Each opens *rooms*: only who holds a room reads in it.\n",
        "## Roles of persons\n",
        "| role | in words | rooms | scopes |",
        "| --- | --- | --- | --- |",
    ]
    for role, rule in rules.ROLES.items():
        centre = " (only at the centre)" if rule.is_of_centre else ""
        rooms, scopes = named(rule.rooms), named(rule.scopes)
        lines.append(f"| `{role}` | {words.ROLE_DOES[role]}{centre} | {rooms} | {scopes} |")
    days = (rules.CREDENTIAL_LIFE.days, rules.CREDENTIAL_LONGEST_LIFE.days)
    lines += [
        "\n## Scopes of machine credentials\n",
        f"A credential works for {days[0]} days if nothing else is asked for, and for {days[1]} days at most.\n",
        "| scope | in words |",
        "| --- | --- |",
        *(f"| `{scope}` | {words.SCOPES[scope]} |" for scope in SCOPES),
        "\n## Standing of organisations\n",
        "| standing | may become | what it means |",
        "| --- | --- | --- |",
    ]
    for standing, steps in rules.STANDING_STEPS.items():
        lines.append(f"| `{standing}` | {named(steps)} | {words.STANDING_MEANS[standing]} |")
    left_out = ", ".join(f"`{kind}`" for kind in sorted(rules.LEFT_OUT_OF_COMMUNITY))
    lines += [
        f"\nAn accredited body is in the community, which TLP:GREEN reaches, unless it is of this kind: {left_out}.\n",
        "Kinds: " + ", ".join(f"`{kind}`" for kind in rules.KINDS) + ".\n",
    ]
    return "\n".join(lines)


def rules() -> str:
    """Return every rule by which intake refuses or holds something."""
    head = [
        "# Rules of intake\n",
        MADE,
        "Whatever is shared ends as accepted, duplicate, held or refused. What was refused or held comes with a rule,",
        "a sentence and the place in the input. `…` stands for words from the input.\n",
    ]
    return "\n".join((*head, *rules_page.tables()))


PAGES = {
    "explanation/ledger-example/indicator.json": ledger_example.record,
    "explanation/ledger-example/indicator.tlog-proof": ledger_example.proof,
    "explanation/ledger-example/policy.txt": ledger_example.policy,
    "reference/cases.md": lambda: cases_page.page(MADE),
    "reference/commands.md": commands,
    "reference/errors.md": errors,
    "reference/events.md": lambda: events_page.page(MADE),
    "reference/performance.md": lambda: performance_page.page(MADE),
    "reference/rest.md": lambda: rest_page.page(MADE),
    "reference/roles-and-scopes.md": roles,
    "reference/rules.md": rules,
    "reference/truth-table.md": truth,
    "pictures/house.svg": house_picture.house,
}


def main() -> int:
    """Write or compare every page; return 1 when `--check` finds one that differs."""
    with tempfile.TemporaryDirectory() as home:  # settings make a node's secrets where there are none
        os.environ |= {"DJANGO_SETTINGS_MODULE": "mitra.config.settings", "MITRA_HOME": home}
        django.setup()
    differ = []
    for name, make in PAGES.items():
        path, text = DOCS / name, make()
        if "--check" in sys.argv:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                differ.append(name)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if differ:
        sys.stderr.write(f"run `make docs`: {', '.join(differ)} differ from the code\n")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
