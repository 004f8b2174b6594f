"""What the README tells to type exists: make's targets, muster's commands with their options, the files linked to."""

import re
from collections.abc import Iterator
from itertools import takewhile

import click
import pytest
from muster.cli import cli
from muster.settings import PROJECT_ROOT

PAGES = ("README.md", "docker/README.md")
MUSTER = re.compile(r"(?:^|[/\s])muster ([a-z-].*)")


def code(page: str) -> Iterator[str]:
    """The lines that stand in code."""
    text = (PROJECT_ROOT / page).read_text()
    for block, span in re.findall(r"```\w*\n(.*?)```|`([^`\n]+)`", text, re.DOTALL):
        yield from (block or span).splitlines()


def commands(words: list[str]) -> list[click.Command | None]:
    """What the words name: one command, or one for each of a|b; None for one that does not exist."""
    found: list[click.Command | None] = [cli]
    for word in words:
        if isinstance(found[0], click.Group):
            found = [found[0].commands.get(name) for name in word.split("|")]
    return found


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (PROJECT_ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {name for page in PAGES for line in code(page) for name in re.findall(r"^(?:- )?make ([a-z-]+)", line)}
    assert {"run", "test", "help"} <= named
    assert named - targets == set()


def test_muster_commands_and_options_exist() -> None:
    typed = [found[1].split() for page in PAGES for line in code(page) if (found := MUSTER.search(line))]
    assert len(typed) >= 5
    for words in typed:
        for command in commands(list(takewhile(re.compile(r"[a-z|]+").fullmatch, words))):
            assert command, f"{words}: no such command"
            known = {option for parameter in command.params for option in parameter.opts}
            assert {word for word in words if word.startswith("--")} - known <= {"--help"}, words


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files(page: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (PROJECT_ROOT / page).read_text())
    here = (PROJECT_ROOT / page).parent
    assert [link for link in links if not (here / link).exists()] == []
