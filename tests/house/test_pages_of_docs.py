"""What the pages lead to is there: links between them, and the commands and options that they tell people to type."""

import re
import shlex

import typer

from house import ROOT, short
from mitra.cli import app

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
BLOCK = re.compile(r"^```[a-z]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
MITRA = ".venv/bin/mitra"


def anchors_of(path):
    """The names that a code host gives to the headings of a page."""
    heads = HEADING.findall(path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def links():
    for page in PAGES:
        for link in LINK.findall(page.read_text(encoding="utf-8")):
            if not re.match(r"[a-z]+:", link):
                yield page, link


def commands():
    """Each call of the program in a block of a page, as words without what feeds it or follows it."""
    for page in PAGES:
        for block in BLOCK.findall(page.read_text(encoding="utf-8")):
            for line in block.replace("\\\n", " ").splitlines():
                if MITRA in line:
                    words = shlex.split(line[line.index(MITRA) + len(MITRA) :], comments=True)
                    yield page, line, words[: next((at for at, word in enumerate(words) if word in "|>"), None)]


def test_each_link_leads_somewhere():
    broken = []
    for page, link in links():
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            broken.append(f"{short(page)}: {link}")
    assert broken == []


def test_each_page_can_be_found_from_the_index():
    index = ROOT / "docs" / "README.md"
    linked = {(page.parent / link.partition("#")[0]).resolve() for page, link in links() if page == index}
    assert [short(page) for page in PAGES[1:] if page != index and page not in linked] == []


def test_each_command_that_people_are_told_to_type_exists():
    unknown, seen = [], 0
    for page, line, words in commands():
        command, rest = typer.main.get_command(app), list(words)
        while hasattr(command, "commands") and rest and rest[0] in command.commands:
            command = command.commands[rest.pop(0)]
        options = {option for parameter in command.params for option in parameter.opts}
        asked = {word.partition("=")[0] for word in rest if word.startswith("--")}
        if hasattr(command, "commands") or not asked <= options:
            unknown.append(f"{short(page)}: {line.strip()}")
        seen += 1
    assert unknown == []
    assert seen >= 15
