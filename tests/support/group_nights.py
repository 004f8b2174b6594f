"""Nights of groups over shops in memory: built, checked, built again from shuffled rows, lived on."""

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from support.compiled import Compiled, CompiledShop, Row, compile_project
from support.group_checks import check
from support.group_held import Held, Tables
from support.group_life import live_on
from support.random_groups import MARTS, STATE, GroupNight, GroupShops

TABLES = (*STATE, *MARTS, "persons", "int_group_acceptance", "int_group_knowledge", "int_group_rooms")
CARRIED = ("holdout_members", "persons", *STATE)


def compile_groups(folder: Path, most: int) -> Compiled:
    """most: people in a group, on which the text of the SQL depends."""
    return compile_project(folder, carried=CARRIED, group_most_size=most)


def run_night(compiled: CompiledShop, night: GroupNight) -> Tables:
    compiled.as_of(night.as_of, **{k: v for k, v in night.parameters.items() if k != "group_most_size"})
    compiled.fill(**{name: [{**row, "source_file": f"{name}/1"} for row in rows] for name, rows in night.feeds.items()})
    compiled.give(**night.tables)
    compiled.remember(night.ledger, **night.state)
    return {name: compiled.build(name) for name in TABLES}


@dataclass
class Seen:
    """What came up, so that nothing holds for want of a case. policies: hashes of parameters and policy tables."""

    counts: Counter[str] = field(default_factory=Counter)
    policies: set[int] = field(default_factory=set)


def nights_of(compiled: CompiledShop, seed: int, most: int, shops: int, seen: Seen, nights: int) -> None:
    """Some nights of the seed's shops; one of them runs again, its rows in another order."""
    world = GroupShops(seed, most, shops)
    draw = random.Random(seed)
    seen.policies.add(hash(repr((world.parameters, world.policy))))
    again = draw.randrange(nights)
    for number in range(nights):
        night = world.night
        tables = run_night(compiled, night)
        check(Held(night, tables), seen.counts)
        if number == again:
            assert_same(run_night(compiled, shuffled(night, draw)), tables)
            seen.counts["runs_again"] += 1
        seen.counts["nights"] += shops
        live_on(world, tables, draw.choice((1, 1, 1, 2, 4)))


def shuffled(night: GroupNight, draw: random.Random) -> GroupNight:
    def other(rows: list[Row]) -> list[Row]:
        return draw.sample(rows, len(rows))

    return replace(
        night,
        tables={name: other(rows) for name, rows in night.tables.items()},
        feeds={name: other(rows) for name, rows in night.feeds.items()},
        ledger=other(night.ledger),
        state={name: other(rows) for name, rows in night.state.items()},
    )


def assert_same(one: Tables, other: Tables) -> None:
    for name, rows in one.items():
        left, right = (Counter(map(str, r)) for r in (rows, other[name]))
        assert left == right, (name, left - right, right - left)
