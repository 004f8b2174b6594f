"""Files of the landing zone: written aside and renamed, so that nobody reads half of one."""

from pathlib import Path

import duckdb

from muster.landing.expressions import literal

MAPPING = """# Every column has its canonical name; only what no file says stands here.
business_timezone: Asia/Shanghai
currency: CNY
phone_region: CN
"""
README = """# A made-up shop

Everything in this folder was made up by `muster simulate`: the people, their numbers, what they bought and wrote, and
whom anybody called. Nobody is meant. Phone numbers begin with +86 154, a range that no operator has; chat ids begin
with `sim-`, mail addresses end in example.com. Cities are real places, nothing else is.

Made with: {command}
The world's numbers (how people buy, what a contact changes) are those of plugins/muster/simulate/world.yml{changed}.
`.simulator/world.duckdb` is the world's memory and knows the truth; the pipeline does not read it.
"""


class LandingWriter:
    """Writes a relation of a connection as one file of a feed."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, landing: Path) -> None:
        self.connection, self.landing = connection, landing

    def write(self, feed: str, name: str, select: str) -> int:
        """`<feed>/<name>` with the rows of `select` (none: no file); .parquet or .csv. Returns how many rows."""
        folder = self.landing / feed
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{name}.tmp"
        form = "format parquet, compression zstd" if name.endswith(".parquet") else "format csv, header"
        (rows,) = self.connection.execute(f"copy ({select}) to {literal(str(draft))} ({form})").fetchone()
        if rows:
            draft.replace(folder / name)
            (folder / "_SUCCESS").touch()
        else:
            draft.unlink()
        return rows


def describe(landing: Path, command: str, changed: str) -> None:
    """mapping.yml and README.md of a new landing zone."""
    landing.mkdir(parents=True, exist_ok=True)
    (landing / "mapping.yml").write_text(MAPPING, encoding="utf-8")
    (landing / "README.md").write_text(README.format(command=command, changed=changed), encoding="utf-8")
