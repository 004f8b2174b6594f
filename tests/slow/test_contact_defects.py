"""Defects planted into the SQL of contacts, each of which some random shop must notice."""

import pytest
from support.compiled import Compiled, CompiledShop, compile_project, with_defect
from support.contact_nights import Seen, nights_of

HORIZON = 3
# model, its SQL, what stands there instead
DEFECTS = {
    "channel_without_limit": ("int_contact_turns", "channel_place <= channel_quota", "true"),
    "account_without_limit": ("int_contact_turns", "place_today <= capacity", "true"),
    "ghosts_take_room": ("int_contact_turns", "when is_waiting and not is_held", "when is_waiting"),
    "ghosts_without_room": ("int_contact_turns", "+ case when is_held then 1 else 0 end", ""),
    "early_contacts_do_not_count": ("int_person_contacts", "or sent_on is not null", ""),
    "closed_days_planned_anew": ("int_contact_days", "days.planned_date > closed.until", "true"),
    "days_closed_unplanned": ("int_ledger_events", "least(", "greatest("),
    "buyers_keep_their_slots": ("int_open_slots", "purchases.purchase_date >", "purchases.purchase_date <"),
    "met_by_others_and_still_called": ("int_open_slots", "slots.planned_date < limits.free_from", "false"),
    "called_without_a_phone": ("int_open_slots", "when 'phone' then handles.has_phone", "when 'phone' then true"),
    "windows_end_late": ("int_contact_plan", "least(hour + ", "greatest(hour + "),
    "invited_while_a_slot_is_ahead": ("int_contact_requests", "where open_schedule_id is null", "where true"),
    "met_for_two_purposes_at_once": ("int_contact_requests", "where ranked.place_of_purpose = 1", ""),
    "invitations_without_limits": ("int_invitations", "coalesce(limits.free_from", "coalesce(null"),
    "inside_and_still_invited": ("int_lapsed_invitations", "<> 'planned'", "= 'nothing'"),
    "purchases_end_invitations": ("int_open_slots", "slots.purpose = 'recall'", "true"),
    "holdouts_drawn_anew": ("holdout_members", "|| '|' || person_id || '|'", "|| '|' || person_id || 'x' || '|'"),
}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    return compile_project(tmp_path_factory.mktemp("compiled"), contact_horizon_days=HORIZON)


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_noticed(compiled: Compiled, defect: str):
    shop = CompiledShop(with_defect(compiled, *DEFECTS[defect]))
    with pytest.raises(AssertionError):
        for seed in range(1000, 1100):
            nights_of(shop, seed, HORIZON, Seen())
    shop.close()
