"""Days of a simulated shop with a night after each: what the night hands out is what the shop does the next day."""

import logging
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from muster import ledger, nightly, release
from muster.engines import engine_of
from muster.landing.expressions import literal
from muster.settings import Settings
from muster.simulate.world import MEMORY, World

log = logging.getLogger(__name__)

# what a release's database says of an invitation's group, and of who is to be taken out of one, by the feeds' ids
GROUPS = """
    select persons.user_id, members.group_kind, coalesce(registry.feed_group_id, registry.group_id) as group_id,
        registry.group_name, groups.operator_id as group_operator_id
    from state.group_memberships as members
    inner join state.persons as persons on members.person_id = persons.person_id
    inner join state.group_registry as registry on members.group_id = registry.group_id
    left join marts.groups as groups on members.group_id = groups.group_id
    where members.status = 'planned'"""
TAKEN_OUT = """
    select moves.user_id, coalesce(registry.feed_group_id, registry.group_id) as group_id
    from marts.group_moves as moves
    inner join state.group_registry as registry on moves.from_group_id = registry.group_id
    where moves.move = 'remove' and not moves.is_proposal"""


def run_nights(world: World, settings: Settings, nights: int) -> Iterator[date]:
    """Write `nights` further days, each with its night's contacts and a night after it; yields a day before its night.

    settings: a home of the world's own, and its landing zone. The first day comes before there is a list.
    """
    for _ in range(nights):
        day = world.write_day(*_handed_out(world, settings))
        yield day
        began = time.monotonic()
        nightly.run(nightly.Night(settings, day, nightly.new_run()))
        log.info("  released in %.0f s", time.monotonic() - began)


def _handed_out(world: World, settings: Settings) -> tuple[Path | None, Path | None]:
    """What the last release before the world's next day hands out for it: contacts, ghosts beside, and whom to take out
    of a group; None without a release.
    """
    day = world.next_day
    before = release.previous(settings, day)
    if before is None:
        return None, None
    planned, taken_out = (world.landing / MEMORY.parent / name for name in ("planned.parquet", "taken_out.parquet"))
    columns = """schedule_id as contact_id, user_id, channel, offer, purpose, playbook as campaign, account_id,
        operator_id"""
    with engine_of(settings, before.target).reading_release(before) as connection:
        connection.execute(
            f"""copy (
                select contacts.*, group_id, group_name, group_operator_id
                from (
                    select {columns}, false as is_ghost
                    from marts.contact_schedule
                    where planned_date = date '{day}' and status = 'planned' and issued_on is not null
                ) as contacts
                left join ({GROUPS}) as groups
                    on contacts.purpose = 'invitation' and contacts.channel <> 'friend_request'
                    and contacts.user_id = groups.user_id and contacts.campaign = groups.group_kind
                union all by name
                select distinct {columns}, true as is_ghost
                from ({ledger.select_events(settings.ledger)})
                where event = 'issued' and is_ghost and planned_date = date '{day}' and schedule_id not in (
                    select schedule_id from ({ledger.select_events(settings.ledger)}) where event = 'cancelled'
                )
                order by contact_id
            ) to {literal(str(planned))} (format parquet)"""
        )
        connection.execute(f"copy ({TAKEN_OUT}) to {literal(str(taken_out))} (format parquet)")
    return planned, taken_out
