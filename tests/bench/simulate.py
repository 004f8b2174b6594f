"""Speed and memory of the simulator, as ratio to a plain write of as many rows.

    python tests/bench/simulate.py --users 1000000

The reference writes users, order lines and events of the same counts with a handful of hashed columns, in the same
minute on the same machine; what is written is deleted afterwards.
"""

import argparse
import os
import resource
import shutil
import tempfile
import time
from pathlib import Path

import duckdb
from muster.simulate import World

FEEDS = ("users", "order_lines", "community_events", "contacts", "friends", "group_members", "surveys")


def rows(landing: Path) -> dict[str, int]:
    """Rows per feed of the history's Parquet files."""
    counts = {}
    for feed in FEEDS:
        files = sorted(map(str, (landing / feed).glob("*.parquet")))
        counts[feed] = duckdb.sql(f"select count(*) from read_parquet({files})").fetchone()[0]
    return counts


def plain_write(folder: Path, count: int) -> float:
    """Seconds to write as many rows of two ids, a time, a word and three numbers."""
    began = time.monotonic()
    duckdb.sql(
        f"""copy (
            select 'O' || n as order_id, 'U' || lpad((hash(n) % 1000003)::varchar, 8, '0') as user_id,
                timestamp '2024-01-01' + to_seconds((hash(n, 1) % 63072000)::bigint) as ordered_at,
                'P' || lpad((hash(n, 2) % 24)::varchar, 3, '0') as sku, 1 + hash(n, 3) % 3 as quantity,
                ((hash(n, 4) % 90000) / 100)::decimal(10, 2) as unit_price, hash(n, 5) % 90 as unit_cost
            from range({count}) as t (n) order by ordered_at, order_id
        ) to '{folder}/plain.parquet' (format parquet, compression zstd)"""
    )
    return time.monotonic() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--nights", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where to work (default: a temporary folder)")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="muster-bench-", dir=arguments.folder))
    try:
        landing = folder / "landing"
        with World(landing, arguments.users, seed=1) as world:
            began = time.monotonic()
            world.write_history()
            history = time.monotonic() - began
            began = time.monotonic()
            for _ in range(arguments.nights):
                world.write_day()
            night = (time.monotonic() - began) / max(1, arguments.nights)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        counts = rows(landing)
        total = sum(counts.values())
        reference = plain_write(folder, total)
        size = sum(p.stat().st_size for p in landing.rglob("*") if p.is_file()) / 2**20
        print(
            f"{arguments.users:,} users, {os.cpu_count()} cores: {', '.join(f'{n:,} {f}' for f, n in counts.items())}"
        )
        print(
            f"history {history:.1f} s, plain write of {total:,} rows {reference:.1f} s, ratio {history / reference:.1f}"
        )
        print(f"a day {night:.1f} s, {memory:.1f} GiB, {size:,.0f} MiB on disk")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
