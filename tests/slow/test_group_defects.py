"""Defects planted into the SQL of groups, each of which some night of random shops must notice."""

import pytest
from support.compiled import Compiled, CompiledShop, with_defect
from support.group_nights import Seen, compile_groups, nights_of

MOST, SHOPS, NIGHTS = 7, 25, 4
# model, its SQL, what stands there instead
DEFECTS = {
    "asked_again_at_once": ("int_group_queue", ">= getvariable('group_ask_again_days')", ">= 0"),
    "objectors_invited": ("int_group_candidates", "when persons.objection is not null then persons.objection", ""),
    "names_given_twice": ("int_group_openings", "where known.group_id is null", "where true"),
    "everybody_eligible": ("int_group_candidates", "when worth.person_id is null then 'not_worth_a_group'", ""),
    "codes_of_full_groups": ("groups", "and inside < getvariable('group_target_size')", ""),
    "seats_for_one_less": ("int_group_seats", "rooms.free >= numbers", "rooms.free > numbers"),
    "violations_forgiven": ("int_group_objections", "having count(*) >", "having 0 >"),
    "groups_beyond_their_size": (
        "int_group_rooms",
        "- inside - pending, 0) as integer) as free",
        "- inside, 0) as integer) as free",
    ),
    "openings_beyond_capacity": ("int_group_places", "knowledge.invitations - coalesce", "9999 + coalesce"),
    "budget_of_moves_ignored": ("int_group_promotions", "ranked.place * 100 <=", "0 <="),
    "operators_without_limits": ("int_group_takers", "free.below_most >=", "40 >="),
    "groups_named_anew": ("int_previous_groups", "previous.group_name,", "previous.group_name || '!' as group_name,"),
}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    return compile_groups(tmp_path_factory.mktemp("compiled"), MOST)


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_noticed(compiled: Compiled, defect: str):
    shop = CompiledShop(with_defect(compiled, *DEFECTS[defect]))
    with pytest.raises(AssertionError):
        for seed in range(1000, 1030):
            nights_of(shop, seed, MOST, SHOPS, Seen(), NIGHTS)
    shop.close()
