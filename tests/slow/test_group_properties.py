"""A thousand histories of shops with groups, many side by side in one run, and what must hold on all their nights."""

from collections.abc import Iterator

import pytest
from support.compiled import Compiled, CompiledShop
from support.group_nights import Seen, compile_groups, nights_of
from support.random_groups import SIZES

WORLDS, SHOPS, NIGHTS = 29, 40, 4  # over a thousand shops, four nights each
CAME_UP = {
    "opened", "opened_together", "runs_again", "became_one", "cohort_changed", "behind", "overfull", "over_limit",
    "given", "changed_hands", "routes", "waits", "moved_merged", "moved_cohort_corrected", "moved_stayed",
    "moved_entered", "moved_promoted", "came_and_moved_on", "left_left_group", "left_suppressed",
    *(f"placed_on_rung_{rung}" for rung in range(1, 6)),
    *(f"joined_{reason}" for reason in ("adopted", "entered", "assumed", "assigned", "merged", "stayed")),
    *(f"waiting_{reason}" for reason in ("too_few", "no_capacity")),
    *(f"not_eligible_{reason}" for reason in ("no_cohort", "no_place", "no_route", "not_worth_a_group", "suppressed")),
    "expired_no_answer", "not_sent_after_all", "declined_declined", "filling_then_live", "filling_then_stopped",
    "stopped_then_merging", "merging_then_closed", "task_remove_in_two_groups", "task_merge_merged",
}  # fmt: skip


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Compiled]:
    """The most that a group holds -> the project."""
    folder = tmp_path_factory.mktemp("compiled")
    return {most: compile_groups(folder / str(most), most) for most in SIZES}


@pytest.fixture
def shops(compiled: dict[int, Compiled]) -> Iterator[dict[int, CompiledShop]]:
    opened = {most: CompiledShop(project) for most, project in compiled.items()}
    yield opened
    for shop in opened.values():
        shop.close()


def test_a_thousand_histories(shops: dict[int, CompiledShop]):
    seen = Seen()
    for seed in range(WORLDS):
        most = list(SIZES)[seed % len(SIZES)]
        nights_of(shops[most], seed, most, SHOPS, seen, NIGHTS)
    assert seen.counts["nights"] == WORLDS * SHOPS * NIGHTS
    assert len(seen.policies) == WORLDS
    missing = CAME_UP - seen.counts.keys()
    assert not missing, missing
