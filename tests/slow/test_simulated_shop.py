"""Nights over a simulated shop: the whole real pipeline, with nothing quarantined and no audit that stops, and what a
night hands out is what the shop does the next day.
"""

from datetime import date, timedelta

import duckdb
import pytest
from muster import ledger, release
from muster.simulate import World, run_nights
from support.shops import Shop
from support.worlds import feed

NIGHTS = 2


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Two thousand people; every night is run before the next day is written, and none may be stale."""
    folder = tmp_path_factory.mktemp("simulated")
    shop = Shop(folder / "landing", folder / "home")
    with World(shop.landing, users=2000, seed=1) as world, shop.at_work():
        assert len(list(run_nights(world, shop.settings, NIGHTS))) == NIGHTS
    return shop


def test_nothing_is_quarantined_and_nothing_warns_but_of_groups_that_the_shop_had_before(shop: Shop):
    (warning,) = release.named(shop.settings, None).manifest()["warnings"]
    assert warning.startswith("groups: expected no group of mixed cohorts: ")
    assert shop.rows("select count(*) from marts.quarantine") == [(0,)]
    assert shop.rows("select max(as_of_date) from marts.customers") == [(date(2026, 1, NIGHTS),)]


def test_the_feeds_reach_the_marts(shop: Shop):
    """Stages, people with two accounts, tags of every optional feed, and the value models' parameters."""
    stages = {stage for (stage,) in shop.rows("select distinct stage from marts.customers")}
    assert stages >= {"lead", "cold_lead", "new", "one_time", "repeat", "loyal", "at_risk", "churned", "lost"}
    ((users, people),) = shop.rows("select count(*), count(distinct person_id) from marts.customers")
    assert 0.9 < people / users < 1
    sources = {source for (source,) in shop.rows("select distinct source from marts.customer_tags")}
    assert sources >= {"users", "community_events", "orders", "surveys"}
    fitted = {model for (model,) in shop.rows("select distinct model from marts.model_parameters")}
    assert {"bg_nbd", "mbg_nbd", "gamma_gamma"} <= fitted


def test_the_value_model_finds_the_worlds_rates(shop: Shop):
    """MBG/NBD is the world's own model: rates Gamma(2) with a mean of a purchase in 32 days."""
    found = dict(shop.rows("select parameter, value from marts.model_parameters where model = 'mbg_nbd'"))
    assert 1.5 < found["r"] < 2.7
    assert 27 < 7 * found["alpha"] / found["r"] < 38


def test_the_landing_zone_says_that_it_is_made_up(shop: Shop):
    text = (shop.landing / "README.md").read_text()
    assert "--users 2000 --seed 1 --from 2026-01-01" in text
    assert "Nobody is meant" in text


def test_a_nights_slots_come_back_with_results(shop: Shop):
    before, after = release.releases(shop.settings)
    second = after.as_of_date
    assert second == before.as_of_date + timedelta(days=1)
    events = ledger.select_events(shop.settings.ledger)
    issued = f"select * from ({events}) where event = 'issued' and planned_date = date '{second}'"
    contacts = feed(shop.landing, "contacts")
    made = f"(select * from {contacts} where contacted_at::timestamp::date = '{second}')"
    with duckdb.connect(str(after.folder / "muster.duckdb"), read_only=True) as connection:

        def ids(sql: str) -> set[str]:
            return {row[0] for row in connection.execute(sql).fetchall()}

        slots, ghosts = (ids(f"select schedule_id from ({issued}) where is_ghost = {ghost}") for ghost in (False, True))
        reached = ids(f"select contact_id from {made}")
        of_second = f"planned_date = date '{second}' and status = 'returned'"
        returned = ids(f"select schedule_id from marts.contact_schedule where {of_second}")
    assert ghosts
    assert reached <= slots
    assert returned == reached
    assert 0.85 * len(slots) < len(reached) < len(slots)
