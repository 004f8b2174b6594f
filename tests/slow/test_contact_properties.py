"""Many shops, each with a policy and people of its own, and what must hold in every night of theirs.

Four hundred of them; MUSTER_TEST_SHOPS=1000 for more.
"""

import os
from collections.abc import Iterator

import pytest
from support.compiled import Compiled, CompiledShop, compile_project
from support.contact_nights import CANCELLED, SLOTS, Seen, nights_of, run_night, shares_hold
from support.plain.slots import quarter
from support.random_contacts import ContactShop

HORIZONS = (7, 3, 12)  # the text of the SQL depends on it: each costs two dbt processes
SHOPS = int(os.environ.get("MUSTER_TEST_SHOPS", "400"))
ONE_NIGHT = 4  # of that many shops all but one have a single night
SELDOM = {"cancelled_opt_out"}  # in a thousand shops, but not in every four hundred
DECISIONS = {
    "include", "holdout", "deferred_account_quota", "deferred_channel_quota", "deferred_person_cap",
    "deferred_other_purpose",
    *(f"excluded_{reason}" for reason in (
        "do_not_contact", "blacklist", "opt_out", "complaint", "erasure", "deleted", "staff", "duplicate_person",
        "recently_contacted", "max_attempts", "no_handle", "below_value", "bought",
    )),
}  # fmt: skip


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Compiled]:
    """Horizon -> the project."""
    folder = tmp_path_factory.mktemp("compiled")
    return {days: compile_project(folder / str(days), contact_horizon_days=days) for days in HORIZONS}


@pytest.fixture
def open_shops(compiled: dict[int, Compiled]) -> Iterator[dict[int, CompiledShop]]:
    shops = {horizon: CompiledShop(project) for horizon, project in compiled.items()}
    yield shops
    for shop in shops.values():
        shop.close()


def test_many_shops(open_shops: dict[int, CompiledShop]):
    seen = Seen()
    for seed in range(SHOPS):
        horizon = HORIZONS[seed % len(HORIZONS)]
        nights_of(open_shops[horizon], seed, horizon, seen, nights=1 if seed % ONE_NIGHT else None)
    assert len(seen.policies) >= SHOPS and len(seen.shops) >= SHOPS
    assert seen.counts.keys() >= (DECISIONS | CANCELLED | SLOTS) - (SELDOM if SHOPS < 1000 else set())
    assert {"runs_again", "arrivals"} <= seen.counts.keys()
    assert seen.counts["ghosts"] > SHOPS / 2
    shares_hold(seen)


def test_ninety_nights_keep_their_control_groups(open_shops: dict[int, CompiledShop]):
    """Stages, tiers and policy change; who was drawn for a quarter stays what he was drawn as until it is over."""
    horizon = max(HORIZONS)
    shop, first, seen = ContactShop(7, horizon, people=150), {}, Seen()
    for _ in range(90):
        night = shop.night
        rows = run_night(open_shops[horizon], night, ["holdout_members"])["holdout_members"]
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
