"""What a night hands out is what the simulated shop does the next day."""

from datetime import timedelta
from pathlib import Path

import duckdb
from muster import ledger, release
from muster.settings import Settings
from muster.simulate import World, run_nights
from support.worlds import feed


def test_a_nights_slots_come_back_with_results(tmp_path: Path):
    settings = Settings(home=tmp_path / "home", landing=tmp_path / "landing")
    with World(settings.landing, users=1500, seed=5) as world:
        first, second = run_nights(world, settings, 2)
    before, after = release.releases(settings)
    assert (before.as_of_date, after.as_of_date) == (first, second) == (first, first + timedelta(days=1))
    events = ledger.select_events(settings.ledger)
    issued = f"select * from ({events}) where event = 'issued' and planned_date = date '{second}'"
    made = f"(select * from {feed(settings.landing, 'contacts')} where contacted_at::timestamp::date = '{second}')"
    with duckdb.connect(str(after.folder / "muster.duckdb"), read_only=True) as connection:

        def ids(sql: str) -> set[str]:
            return {row[0] for row in connection.execute(sql).fetchall()}

        slots, ghosts = (ids(f"select schedule_id from ({issued}) where is_ghost = {ghost}") for ghost in (False, True))
        contacts = ids(f"select contact_id from {made}")
        of_second = f"planned_date = date '{second}' and status = 'returned'"
        returned = ids(f"select schedule_id from marts.contact_schedule where {of_second}")
    assert ghosts
    assert contacts <= slots
    assert returned == contacts
    assert 0.85 * len(slots) < len(contacts) < len(slots)
