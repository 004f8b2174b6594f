"""A thousand histories of shops with groups, many side by side in one run, and what must hold on all their nights."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from support.compiled import Compiled, CompiledShop
from support.group_nights import Seen, compile_groups, nights_of
from support.random_groups import SIZES

WORLDS, SHOPS, NIGHTS = 25, 40, 4  # a thousand shops, four nights each
# model, its SQL, what stands there instead: a defect that some night must notice
DEFECTS = {
    "asked_again_at_once": ("int_group_queue", ">= getvariable('group_ask_again_days')", ">= 0"),
    "objectors_invited": ("int_group_candidates", "when persons.objection is not null then persons.objection", ""),
    "names_given_twice": ("int_group_openings", "where known.group_id is null", "where true"),
    "everybody_eligible": ("int_group_candidates", "when worth.person_id is null then 'not_worth_a_group'", ""),
    "codes_of_full_groups": ("groups", "and inside < getvariable('group_target_size')", ""),
    "seats_for_one_less": ("int_group_seats", "rooms.free >= numbers", "rooms.free > numbers"),
    "violations_forgiven": ("int_group_objections", "having count(*) >", "having 0 >"),
    "groups_beyond_their_size": (
        "int_group_rooms", "- inside - pending, 0) as integer) as free", "- inside, 0) as integer) as free",
    ),
    "merges_beyond_the_size": ("int_group_merges", "summed.size_then <=", "0 <="),
    "openings_beyond_capacity": ("int_group_places", "knowledge.invitations - coalesce", "9999 + coalesce"),
    "budget_of_moves_ignored": ("int_group_promotions", "ranked.place * 100 <=", "0 <="),
    "operators_without_limits": ("int_group_takers", "free.below_most >=", "40 >="),
    "hands_changed_without_end": ("int_group_operators", "changes <", "-1 <"),
    "groups_named_anew": ("int_previous_groups", "previous.group_name,", "previous.group_name || '!' as group_name,"),
}

CAME_UP = {
    "opened", "opened_together", "runs_again", "became_one", "cohort_changed", "behind", "overfull", "over_limit",
    "given", "changed_hands", "routes", "waits", "moved_merged", "moved_cohort_corrected", "moved_stayed",
    "moved_entered", "moved_promoted",
    "came_and_moved_on", "left_left_group", "left_suppressed", *(f"placed_on_rung_{rung}" for rung in range(1, 6)),
    *(f"joined_{reason}" for reason in ("adopted", "entered", "assumed", "assigned", "merged", "stayed")),
    *(f"waiting_{reason}" for reason in ("too_few", "no_capacity")),
    *(f"not_eligible_{reason}" for reason in ("no_cohort", "no_place", "no_route", "not_worth_a_group", "suppressed")),
    "expired_no_answer", "declined_declined", "filling_then_live", "filling_then_stopped", "stopped_then_merging",
    "merging_then_closed", "task_remove_in_two_groups", "task_merge_merged",
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


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_noticed(compiled: dict[int, Compiled], defect: str):
    model, right, wrong = DEFECTS[defect]
    most = 7
    project = compiled[most]
    sql = project.models[model].sql
    assert right in sql
    broken = replace(project.models[model], sql=sql.replace(right, wrong))
    shop = CompiledShop(replace(project, models={**project.models, model: broken}))
    with pytest.raises(AssertionError):
        for seed in range(1000, 1030):
            nights_of(shop, seed, most, SHOPS, Seen(), NIGHTS)
    shop.close()
