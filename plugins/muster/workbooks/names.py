"""Names that files and sheets can have."""

import hashlib
import itertools
import re
from collections.abc import Iterable, Sequence

UNASSIGNED = "unassigned"
NAME_CHARACTERS = 80
SHEET_CHARACTERS = 31  # the format's own limit, in units of UTF-16
TAIL = 10  # a group's name ends in what tells it from its like
_NOT_IN_NAMES = re.compile(r"[^\w.-]+|^[\W_]+")
_NOT_IN_SHEETS = re.compile("[\\[\\]:*?/\\\\\x00-\x1f\ufffe\uffff]+")
_RESERVED = "history"


def file_names(operators: Sequence[str | None]) -> dict[str | None, str]:
    """A file name's beginning for each operator (None: nobody's), its id where that can be one.

    Others are told apart by some digits of the id's hash, as are those that differ in upper and lower case only.
    """
    safe = {o: _NOT_IN_NAMES.sub("_", o).lstrip("_")[:NAME_CHARACTERS] for o in operators if o is not None}
    lower = [name.lower() for name in safe.values()]
    names: dict[str | None, str] = {None: UNASSIGNED}
    for operator, name in safe.items():
        is_own = name and name == operator and name.lower() != UNASSIGNED and lower.count(name.lower()) == 1
        digits = hashlib.sha256(operator.encode()).hexdigest()[:8]
        names[operator] = name if is_own else f"{name or 'operator'}-{digits}"
    return names


def sheet_names(wanted: Iterable[str], taken: Iterable[str]) -> list[str]:
    """A sheet's name for each of `wanted`, all different whatever their case, and none of `taken`.

    One that is too long loses its middle, one that is there already gets a number.
    """
    used = {_RESERVED, *(name.casefold() for name in taken)}
    names = []
    for text in wanted:
        safe = _NOT_IN_SHEETS.sub("_", text).strip("' ") or "_"
        numbers = itertools.chain([""], (f"~{n}" for n in itertools.count(2)))
        name = next(name for name in (_numbered(safe, number) for number in numbers) if name.casefold() not in used)
        used.add(name.casefold())
        names.append(name)
    return names


def _numbered(name: str, number: str) -> str:
    most = SHEET_CHARACTERS - len(number)
    if _units(name) <= most:
        return name + number
    return f"{_cut(name, most - TAIL - 1)}…{_cut(name[::-1], TAIL)[::-1]}{number}"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cut(text: str, most: int) -> str:
    """As many of the first characters as take at most so many units."""
    text = text[:most]
    while _units(text) > most:
        text = text[:-1]
    return text
