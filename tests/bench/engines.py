"""What a million orders cost on each engine: two nights over the same landing zone, as ratios to DuckDB's.

    python tests/bench/engines.py --millions 1 3 --engines duckdb postgres spark

The first night loads everything, the second brings one more day. PostgreSQL is the server that PG* variables name, or
one that the bench starts for itself and that does not wait for the disk.
"""

import argparse
import os
import shutil
import sys
import tempfile
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]
from night import DAYS, FIRST_DAY, night, reference_seconds, write_day, write_history  # noqa: E402
from support.servers import postgres_server  # noqa: E402

ENGINES = ("duckdb", "postgres", "spark")
USERS_PER_MILLION = 100_000


def nights(landing: Path, home: Path, orders: int, users: int) -> list[tuple[dict[str, float], float]]:
    """Two nights: seconds per step, and GiB of the greatest process of muster's."""
    day = FIRST_DAY + timedelta(days=DAYS - 1)
    first = night(landing, home, day)
    extra = landing / "orders" / f"{day + timedelta(days=1)}.parquet"
    if not extra.exists():
        write_day(landing, day + timedelta(days=1), orders, max(200, orders // DAYS), users)
    second = night(landing, home, day + timedelta(days=1))
    extra.unlink()
    return [first, second]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--millions", type=int, nargs="+", default=[1, 3])
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    parser.add_argument("--folder", type=Path, help="where to work (default: a temporary folder)")
    arguments = parser.parse_args()
    own_server = "postgres" in arguments.engines and "PGHOST" not in os.environ
    with postgres_server() if own_server else nullcontext() as server:
        for millions in arguments.millions:
            folder = Path(tempfile.mkdtemp(prefix="muster-bench-", dir=arguments.folder))
            try:
                orders, users = millions * 1_000_000, millions * USERS_PER_MILLION
                write_history(folder / "landing", orders, users)
                print(f"{orders:,} orders, {users:,} users, reference {reference_seconds(folder / 'landing'):.1f} s")
                base: list[float] = []
                for engine in arguments.engines:
                    os.environ["MUSTER_TARGET"] = engine
                    if server:
                        os.environ |= server.empty_database()
                    found = nights(folder / "landing", folder / engine, orders, users)
                    totals = [sum(steps.values()) for steps, _ in found]
                    base = base or totals
                    for name, (steps, memory), total, first in zip(("first", "next"), found, totals, base, strict=True):
                        shown = ", ".join(f"{step} {seconds:g}" for step, seconds in steps.items())
                        print(
                            f"  {engine:<9}{name:<6}{total:>7.1f} s {total / first:>5.1f} x {memory:>5.1f} GiB  {shown}"
                        )
                    shutil.rmtree(folder / engine)
            finally:
                shutil.rmtree(folder)


if __name__ == "__main__":
    main()
