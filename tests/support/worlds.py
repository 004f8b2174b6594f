"""Small simulated worlds for tests, and queries over their landing files."""

import hashlib
from collections.abc import Callable, Collection
from pathlib import Path

import duckdb
from muster.simulate import World

EMPTY = "select null::varchar as user_id, null::varchar as channel limit 0"


def planned(folder: Path, select: str) -> Path:
    """A Parquet file of planned contacts with the rows of `select`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"planned-{hashlib.sha256(select.encode()).hexdigest()[:12]}.parquet"
    duckdb.sql(f"copy ({select}) to '{path}' (format parquet)")
    return path


def feed(landing: Path, name: str) -> str:
    """SQL of a feed's rows of all files, with `filename`."""
    return rows_of([*landing.joinpath(name).glob("*.parquet"), *landing.joinpath(name).glob("*.csv")])


def rows_of(files: Collection[Path]) -> str:
    """SQL of the files' rows, each column as its Parquet has it, or text of CSV; with `filename`."""
    parts = []
    if parquet := sorted(str(file) for file in files if file.suffix == ".parquet"):
        parts.append(f"select * from read_parquet({parquet}, filename = true, union_by_name = true)")
    if csv := sorted(str(file) for file in files if file.suffix == ".csv"):
        parts.append(
            f"select * from read_csv({csv}, filename = true, union_by_name = true, header = true, "
            "all_varchar = true, nullstr = '')"
        )
    return f"({' union all by name '.join(parts)})"


def contents(landing: Path) -> dict[str, object]:
    """Every file but the world's memory: a CSV's bytes, a Parquet's rows."""
    found: dict[str, object] = {}
    for path in sorted(p for p in landing.rglob("*") if p.is_file() and ".simulator" not in p.parts):
        name = path.relative_to(landing).as_posix()
        if path.suffix == ".parquet":
            found[name] = duckdb.sql(f"select md5(string_agg(t::varchar, chr(10))) from '{path}' as t").fetchone()
        else:
            found[name] = path.read_bytes()
    return found


def written(landing: Path, nights: int, plan: Callable[[World], object] = lambda _: None, **arguments: object) -> Path:
    """A landing zone with that many nights; plan: what is handed out for a world's next day."""
    with World(landing, **{"users": 2000, "seed": 7} | arguments) as world:
        world.write_history()
        for _ in range(nights):
            world.write_day(plan(world))
    return landing
