"""Thirty-two nights of a simulated shop whose people accept invitations as often as policy expects, or half as often.

Ninety of them, with the figures: tests/bench/group_nights.py.
"""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from muster.simulate import World
from support.compiled import Compiled
from support.simulated_groups import (
    BY_TIER,
    FILL_DAYS,
    REASONS,
    TRUE_TO_PLAN,
    Found,
    Rung,
    SimulatedNights,
    compile_simulated,
)

NIGHTS, USERS = 32, 8000
DEPARTURES = {"left_group", "suppressed", "violation", "milestone_ended"}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    return compile_simulated(tmp_path_factory.mktemp("compiled"))


def nights_with(
    compiled: Compiled, folder: Path, acceptance: float, ladder: Sequence[Rung] = (), **policy: object
) -> tuple[Found, int, int]:
    """What the nights brought where so many invitations are accepted; groups in time, groups that had the time."""
    changes = TRUE_TO_PLAN | {"invitation.acceptance": acceptance}
    with World(folder / "landing", USERS, seed=1, changes=changes) as world:
        nights = SimulatedNights(compiled, world, ladder, **policy)
        found = nights.run(NIGHTS)
        nights.close()
        return found, *found.reached_in_time(world.written, FILL_DAYS)


def test_groups_fill_and_people_stay(compiled: Compiled, tmp_path: Path):
    found, reached, due = nights_with(compiled, tmp_path, 0.6)
    assert due >= 40
    assert reached >= 0.95 * due
    assert all(promoted <= 0.001 * inside for promoted, inside in found.budgets)
    assert found.moves.keys() <= {*REASONS, *DEPARTURES}
    assert max(found.sizes.values()) <= 35


def test_who_rises_moves_within_the_budget(compiled: Compiled, tmp_path: Path):
    """With a week's rest after joining, where half a per cent of those inside may move a night: of 800, four."""
    moves = {"group_stay_days": 7, "group_tier_moves_percent": Decimal("0.5")}
    found, _, _ = nights_with(compiled, tmp_path, 0.6, BY_TIER, **moves)
    assert found.moves["promoted"] == sum(promoted for promoted, _ in found.budgets) > 0
    assert all(promoted * 1000 <= inside * 5 for promoted, inside in found.budgets)
    assert found.moves.keys() <= {*REASONS, *DEPARTURES}


def test_with_half_the_acceptance_nobody_is_moved_without_reason(compiled: Compiled, tmp_path: Path):
    """Fewer groups reach their least size: how many, the bench tells."""
    found, _, due = nights_with(compiled, tmp_path, 0.3)
    assert due >= 10
    assert found.moves.keys() <= {*REASONS, *DEPARTURES}
    assert max(found.sizes.values()) <= 35
