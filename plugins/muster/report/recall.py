"""The report's section on contacts: what was decided by playbook, who is held out, how full the days to come are."""

from datetime import date

import duckdb

from muster.report.pages import rows

DAYS = 7
LINES = 20  # the fullest; contact_schedule holds all
KINDS = ("include", "holdout", "deferred", "excluded")


def recall(connection: duckdb.DuckDBPyConnection) -> dict:
    """The values of templates/recall.html.j2; connection: one that sees the candidate's marts and other layers."""
    playbooks = rows(
        connection,
        """select p.label_en, p.label_zh, count(c.person_id) as people,
            count(*) filter (c.decision = 'include') as include,
            count(*) filter (c.decision = 'holdout') as holdout,
            count(*) filter (c.decision like 'deferred_%') as deferred,
            count(*) filter (c.decision like 'excluded_%') as excluded,
            count(*) filter (c.is_held_out) as held_out,
            coalesce(sum(c.score) filter (c.decision = 'include'), 0) as expected,
            count(*) filter (c.score_source = 'measured') > 0 as is_measured
        from policy.playbooks p left join marts.recall_candidates c using (playbook)
        group by p.label_en, p.label_zh, p.sort_order order by p.sort_order""",
    )
    most = max((row["people"] for row in playbooks), default=0) or 1
    return {
        "playbooks": [row | {"widths": {kind: row[kind] / most for kind in KINDS}} for row in playbooks],
        "reasons": rows(
            connection,
            """select reason_en, reason_zh, count(*) as people from marts.recall_candidates
            where decision not in ('include', 'holdout')
            group by all order by people desc, reason_en""",
        ),
        **_capacity(connection),
    }


def _capacity(connection: duckdb.DuckDBPyConnection) -> dict:
    """days: the next ones. lines: an account's chats, its friend requests, a channel without accounts, each with
    `cells`, day -> planned, capacity and share (0 to 1); no capacity on a day off.
    """
    found = rows(
        connection,
        f"""with places as (
            select c.channel, a.account_id, a.day_offset, case when c.needs = 'friend' then a.contacts else a.adds end
                as capacity
            from policy.contact_channels c cross join work.intermediate.int_account_days a
            where c.needs <> 'phone'
            union all
            select c.channel, null, d.day_offset, c.daily_quota
            from policy.contact_channels c cross join work.intermediate.int_contact_days d
            where c.needs = 'phone'
        ),
        planned as (
            select channel, account_id, planned_date, count(*) as slots from marts.contact_schedule
            where status = 'planned' group by all
        )
        select places.channel, l.label_en, l.label_zh, places.account_id, d.planned_date as day, places.capacity,
            coalesce(planned.slots, 0) as slots
        from places
        join work.intermediate.int_contact_days d using (day_offset)
        join policy.contact_channels l on l.channel = places.channel
        left join planned on planned.channel = places.channel and planned.planned_date = d.planned_date
            and planned.account_id is not distinct from places.account_id
        where places.day_offset <= {DAYS} and places.capacity > 0
        order by places.channel, places.account_id, day""",
    )
    lines: dict[tuple, dict] = {}
    for row in found:
        line = lines.setdefault((row["channel"], row["account_id"]), row | {"slots": 0, "cells": {}})
        line["slots"] += row["slots"]
        line["cells"][row["day"]] = row | {"share": min(1, row["slots"] / row["capacity"])}
    days: list[date] = sorted({row["day"] for row in found})
    return {"days": days, "lines": sorted(lines.values(), key=lambda line: -line["slots"])[:LINES]}
