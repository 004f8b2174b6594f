"""Speed and memory of a night on generated orders, as ratios to a plain per-user sum over the same rows.

    python tests/bench/night.py --orders 1000000 --users 100000 --nights 2

Every night runs as `muster run`, a process of its own; the reference runs in the same minute on the same machine.
The second night brings one day's orders, of which one in two hundred corrects an old one.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb

FIRST_DAY = date(2021, 1, 1)
DAYS = 3 * 365
MAPPING = "business_timezone: Europe/London\ncurrency: GBP\n"


def order_select(first: int, last: int, users: int, day: str) -> str:
    """SQL of orders first..last: skewed users, 94 % completed, 3 % refunds, 3 % cancelled; chance by hash only."""
    return f"""
        select 'O' || printf('%012d', n) as order_id,
            'U' || printf('%010d', cast({users} * power((hash(n) % 1000003) / 1000003.0, 2) as bigint)) as user_id,
            {day} + to_seconds(cast(hash(n, 's') % 86400 as bigint)) as ordered_at,
            cast((hash(n, 'a') % 20000) / 100.0 + 1 as decimal(18, 4)) as amount,
            case when hash(n, 't') % 100 < 94 then 'completed' when hash(n, 't') % 100 < 97 then 'refund'
                else 'cancelled' end as status
        from range({first}, {last}) as t(n)"""


def write_history(landing: Path, orders: int, users: int) -> None:
    """Three years of orders as one Parquet file a year, and the mapping."""
    (landing / "orders").mkdir(parents=True)
    (landing / "mapping.yml").write_text(MAPPING)
    (landing / "orders" / "_SUCCESS").touch()
    per_year = orders // 3
    for year in range(3):
        day = f"(date '{FIRST_DAY}' + cast({365 * year} + (n % {per_year}) * 365 // {per_year} as integer))"
        select = order_select(year * per_year, (year + 1) * per_year, users, day)
        _copy(select, landing / "orders" / f"{FIRST_DAY.year + year}.parquet")


def write_day(landing: Path, day: date, orders: int, count: int, users: int) -> None:
    """One more day of `count` orders, one in two hundred of them correcting an old one."""
    fresh = order_select(orders, orders + count, users, f"date '{day}'")
    old = f"select * replace (amount + 1 as amount) from ({order_select(0, orders, users, f'''date '{day}' ''')})"
    step = max(1, orders // max(1, count // 200))
    corrected = f"select * from ({old}) where cast(substr(order_id, 2) as bigint) % {step} = 7"
    _copy(f"{fresh} union all by name {corrected}", landing / "orders" / f"{day}.parquet")


def _copy(select: str, path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"copy ({select}) to '{path}' (format parquet, compression zstd)")


def reference_seconds(landing: Path) -> float:
    """A plain per-user sum over the landing files: what any answer has to read."""
    began = time.monotonic()
    with duckdb.connect() as connection:
        connection.execute(
            f"""create table t as select user_id, count(*), sum(amount), min(ordered_at), max(ordered_at)
                from read_parquet('{landing}/orders/*.parquet') group by user_id"""
        )
    return time.monotonic() - began


def night(landing: Path, home: Path, as_of_date: date) -> tuple[dict[str, float], float]:
    """Seconds per step and the greatest memory of a process (GiB) of one `muster run`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    finished = subprocess.run(
        [str(Path(sys.executable).parent / "muster"), "run", "--as-of", str(as_of_date), "--landing", str(landing)],
        env={**os.environ, "MUSTER_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        sys.exit(finished.stdout[-2000:] + finished.stderr)
    steps = {}
    for line in finished.stdout.splitlines():
        words = line.split()
        if words[1:3] == ["done", "in"]:
            steps[words[0]] = float(words[3])
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return steps, max(before, after) / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--nights", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="where to work (default: a temporary folder)")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="muster-bench-", dir=arguments.folder))
    try:
        landing, home = folder / "landing", folder / "home"
        write_history(landing, arguments.orders, arguments.users)
        day, orders = FIRST_DAY + timedelta(days=DAYS - 1), arguments.orders
        per_day = max(200, orders // DAYS)
        print(f"{orders:,} orders, {arguments.users:,} users, {os.cpu_count()} cores")
        print(f"{'night':<12}{'reference':>10}{'total':>8}{'ratio':>7}{'GiB':>6}  seconds per step")
        for number in range(arguments.nights):
            if number:
                day += timedelta(days=1)
                write_day(landing, day, orders, per_day, arguments.users)
                orders += per_day
            reference = reference_seconds(landing)
            steps, memory = night(landing, home, day)
            total = sum(steps.values())
            shown = ", ".join(f"{name} {seconds:g}" for name, seconds in steps.items())
            print(f"{day!s:<12}{reference:>9.1f}s{total:>7.1f}s{total / reference:>7.1f}{memory:>6.1f}  {shown}")
        sizes = {part: _bytes(home / part) / 2**20 for part in ("lake", "releases")}
        print(", ".join(f"{part} {size:,.0f} MiB" for part, size in sizes.items()))
    finally:
        shutil.rmtree(folder)


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
