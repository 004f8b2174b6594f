"""Which order ids have come more than once: the only ones whose newest version a night has to look for.

A window over all orders costs 51 s and 11 GB for 100 million of them, the same over the few repeated ones 14 s
and 0.3 GB (DECISIONS.md). The list only grows; an id too many on it costs time, never a different result.
"""

from pathlib import Path

import duckdb

from muster.landing.expressions import literal
from muster.landing.feeds import ORDER_FEEDS
from muster.landing.lake import Entry, LakeState

FOLDER = "_repeats"


def write_repeats(staged: Path, lake: Path, scratch: Path, entry: Entry, state: LakeState) -> None:
    """Write the order ids that repeat within this night's parts or between them and the lake.

    entry: this night's; its `repeats` is set. state: the lake's before it.
    """
    for feed in ORDER_FEEDS:
        parts = sorted({part for file in entry.taken if file.feed == feed for part in file.parts})
        if not parts:
            continue
        new = f"read_parquet([{', '.join(literal(str(staged / part)) for part in parts)}])"
        # Lines of one order are no versions of each other, rows of the orders feed are.
        versions = "count(distinct _file)" if feed == "order_lines" else "count(*)"
        selects = [f"select order_id from {new} where _reason is null group by order_id having {versions} > 1"]
        held = [literal(str(lake / part)) for part in state.live(feed)]
        if held:
            selects.append(
                f"""select order_id from read_parquet([{", ".join(held)}])
                    where order_id in (select order_id from {new} where _reason is null)"""
            )
        part = f"{FOLDER}/{feed}-{state.version + 1:06d}.parquet"
        (staged / part).parent.mkdir(exist_ok=True)
        with duckdb.connect() as connection:
            connection.execute("set temp_directory = ?", [str(scratch)])
            connection.execute(
                f"""copy (select distinct order_id from ({" union all ".join(selects)}) where order_id is not null)
                    to {literal(str(staged / part))} (format parquet, compression zstd)"""
            )
        entry.repeats[feed] = [part]
