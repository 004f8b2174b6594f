"""One currency per landing zone: amounts of two are never added up."""

from pathlib import Path

import duckdb

from muster.errors import MusterError
from muster.landing.expressions import literal
from muster.landing.lake import Entry, LakeState
from muster.landing.mapping import FILE_NAME

ROWS_NAMED = 5


def settle_currency(staged: Path, entry: Entry, state: LakeState, mapped: str | None) -> str | None:
    """The landing zone's currency: what the lake holds, else mapping.yml's, else the most frequent one.

    MusterError names the rows of a second one.
    """
    if state.currency and mapped and state.currency != mapped:
        raise MusterError(
            f"{FILE_NAME} says currency {mapped}, but what has been taken in is in {state.currency}",
            "give the other currency a landing zone and a MUSTER_HOME of its own",
        )
    parts = sorted({p for f in entry.taken if f.feed == "orders" for p in f.parts})
    known = state.currency or mapped
    if not parts:
        return known
    files = ", ".join(literal(str(staged / part)) for part in parts)
    with duckdb.connect() as connection:
        rows = f"select upper(currency) as currency, _file, _row from read_parquet([{files}]) where _reason is null"
        found = connection.execute(
            f"select currency, count(*) from ({rows}) where currency is not null group by 1 order by 2 desc, 1"
        ).fetchall()
        known = known or (found[0][0] if found else None)
        for currency, count in found:
            if currency != known:
                first = connection.execute(
                    f"select _file, _row from ({rows}) where currency = ? order by 1, 2 limit {ROWS_NAMED}",
                    [currency],
                ).fetchall()
                raise MusterError(
                    f"orders: {count:,} row(s) in column currency are in {currency}, the landing zone is in {known}: "
                    + ", ".join(f"{file} row {row}" for file, row in first)
                    + (" ..." if count > ROWS_NAMED else ""),
                    "convert them, or give the other currency a landing zone and a MUSTER_HOME of its own",
                )
    return known
