"""A thousand nights of contacts, each with a policy and people of its own, and what must hold in all of them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from support.compiled import Compiled, CompiledShop, compile_project
from support.contact_nights import Seen, nights_of, run_night, shares_hold
from support.plain.contacts import quarter
from support.random_contacts import ContactShop

HORIZON, SHOPS, NIGHTS = 7, 400, 1000
DECISIONS = {
    "include", "holdout", "deferred_account_quota", "deferred_channel_quota", "deferred_person_cap",
    *(f"excluded_{reason}" for reason in (
        "do_not_contact", "blacklist", "opt_out", "complaint", "erasure", "deleted", "staff", "duplicate_person",
        "recently_contacted", "max_attempts", "no_handle", "below_value", "bought",
    )),
}  # fmt: skip
CANCELLED = {f"cancelled_{reason}" for reason in ("bought", "opt_out", "deleted", "duplicate_person", "not_friend")}
# model, its SQL, what stands there instead: a defect that some shop must notice
DEFECTS = {
    "channel_without_limit": ("int_contact_turns", "channel_place <= channel_quota", "true"),
    "account_without_limit": ("int_contact_turns", "place_today <= capacity", "true"),
    "ghosts_take_room": ("int_contact_turns", "when is_waiting and not is_held", "when is_waiting"),
    "ghosts_without_room": ("int_contact_turns", "+ case when is_held then 1 else 0 end", ""),
    "early_contacts_do_not_count": ("int_person_contacts", "or sent_on is not null", ""),
    "closed_days_planned_anew": ("int_contact_days", "days.planned_date > closed.until", "true"),
    "buyers_keep_their_slots": ("int_open_slots", "purchases.purchase_date > slots.issued_on", "false"),
    "windows_end_late": ("int_contact_plan", "least(hour + ", "greatest(hour + "),
    "holdouts_drawn_anew": ("holdout_members", "|| '|' || person_id || '|'", "|| '|' || person_id || 'x' || '|'"),
}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    return compile_project(tmp_path_factory.mktemp("compiled"), contact_horizon_days=HORIZON)


@pytest.fixture
def open_shop(compiled: Compiled) -> Iterator[CompiledShop]:
    shop = CompiledShop(compiled)
    yield shop
    shop.close()


def test_a_thousand_nights(open_shop: CompiledShop):
    seen = Seen()
    for seed in range(SHOPS):
        nights_of(open_shop, seed, HORIZON, seen)
    assert seen.counts["nights"] >= NIGHTS
    assert {*DECISIONS, *CANCELLED, "wecom", "friend_request", "phone", "sms"} <= seen.counts.keys()
    assert seen.counts["ghosts"] > 500
    shares_hold(seen)


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_noticed(compiled: Compiled, defect: str):
    model, right, wrong = DEFECTS[defect]
    sql = compiled.models[model].sql
    assert right in sql
    broken = replace(compiled.models[model], sql=sql.replace(right, wrong))
    shop = CompiledShop(replace(compiled, models={**compiled.models, model: broken}))
    with pytest.raises(AssertionError):
        for seed in range(1000, 1100):
            nights_of(shop, seed, HORIZON, Seen())
    shop.close()


def test_ninety_nights_keep_their_control_groups(open_shop: CompiledShop):
    """Stages, tiers and policy change; who was drawn for a quarter stays what he was drawn as until it is over."""
    shop, first, seen = ContactShop(7, HORIZON, people=150), {}, Seen()
    for _ in range(90):
        night = shop.night
        rows = run_night(open_shop, night, ["holdout_members"])["holdout_members"]
        members = {(row["person_id"], row["period"]): row["is_held_out"] for row in rows}
        assert len(members) == len(rows)
        for key, is_held_out in members.items():
            assert first.setdefault(key, is_held_out) == is_held_out, key
        carried = {key for key in first if key[1] >= quarter(shop.as_of)}
        assert carried <= members.keys()
        seen.drawn |= {(r["person_id"], r["period"]): (r["holdout_percent"], r["is_held_out"]) for r in rows}
        shop.members = [{k: v for k, v in row.items() if k != "as_of_date"} for row in rows]
        shop.morning()
    assert len({period for _, period in first}) >= 2
    shares_hold(seen)
