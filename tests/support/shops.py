"""A landing zone that a test writes, and the nights that it runs over it."""

import csv
import gzip
import io
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

import duckdb
import pytest
import yaml
from muster import candidate as candidates
from muster import nightly, release
from muster.dbt_build import Dbt, parsed_project
from muster.engines import Engine, engine_of
from muster.engines.engine import Role
from muster.policy import Policy
from muster.settings import DBT_PROJECT, PROJECT_ROOT, Settings

PARSED = PROJECT_ROOT / ".pytest_cache" / "muster"  # dbt parses the project once for all shops
CUSTOMER_MODELS = ("+path:models/marts/customers", "+path:models/marts/audit", "+purchase_histories")
"""dbt's selection of the customer marts, and of what they carry to the next night."""
MAPPING = {"business_timezone": "Europe/London", "currency": "GBP"}


class Shop:
    """One landing zone and one home. `night` runs all steps for real and returns the release.

    environment: variables through which muster finds the engine, while the shop is at work.
    """

    def __init__(
        self, landing: Path, home: Path, target: str = "duckdb", environment: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.landing, self.home, self.environment = landing, home, environment
        self.settings = Settings(home=home, landing=landing, target=target, cache=PARSED)

    @contextmanager
    def at_work(self) -> Iterator[Engine]:
        """The shop's engine, which is found as long as this lasts."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment.items():
                patch.setenv(name, value)
            yield engine_of(self.settings)

    def mapping(self, document: dict | None = None) -> "Shop":
        self.landing.mkdir(parents=True, exist_ok=True)
        (self.landing / "mapping.yml").write_text(yaml.safe_dump(MAPPING if document is None else document))
        return self

    def with_policy(self, project: Path, values: Mapping[str, object], tables: Path | None = None) -> "Shop":
        """Run with other policy from now on: the dbt project copied to `project`, with these values of parameters.csv
        and the CSV files of the folder `tables` in the places of the shipped ones.
        """
        shutil.copytree(DBT_PROJECT, project, ignore=shutil.ignore_patterns("sample", "target", "logs"))
        with self.at_work() as shipped:
            self.settings = replace(self.settings, dbt_project=project)
            _share_parsed(shipped, engine_of(self.settings))
        for table in sorted(tables.glob("*.csv")) if tables else ():
            shutil.copyfile(table, self.settings.policy_folder / table.name)
        parameters = self.settings.policy_folder / "parameters.csv"
        with parameters.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert values.keys() <= {row["parameter"] for row in rows}
        with parameters.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(row | {"value": values.get(row["parameter"], row["value"])} for row in rows)
        return self

    def write(self, path: str, content: str | bytes) -> Path:
        """Write a file under the landing zone, whole (with _SUCCESS beside it, so that nobody waits)."""
        file = self.landing / path
        file.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        file.write_bytes(gzip.compress(data, mtime=0) if path.endswith(".gz") else data)
        (file.parent / "_SUCCESS").touch()
        return file

    def csv(self, path: str, rows: list[dict]) -> Path:
        names = list(dict.fromkeys(name for row in rows for name in row))
        text = io.StringIO()
        writer = csv.DictWriter(text, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return self.write(path, text.getvalue())

    def jsonl(self, path: str, rows: list[dict]) -> Path:
        return self.write(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))

    def parquet(self, path: str, select: str) -> Path:
        """Write the rows of an SQL select."""
        file = self.landing / path
        file.parent.mkdir(parents=True, exist_ok=True)
        (file.parent / "_SUCCESS").touch()
        duckdb.sql(f"copy ({select}) to '{file}' (format parquet)")
        return file

    def start(self, as_of_date: str, allow_stale: str | None = "a test") -> nightly.Night:
        """A night whose steps the test calls itself: nightly.run_step(night, step)."""
        return nightly.Night(self.settings, date.fromisoformat(as_of_date), nightly.new_run(), allow_stale)

    def night(
        self, as_of_date: str, allow_stale: str | None = "a test", steps: Iterable[str] = nightly.STEPS
    ) -> release.Release:
        """The release of a night, run whole, or of those of its steps."""
        night = self.start(as_of_date, allow_stale)
        with self.at_work():
            for step in steps:
                nightly.run_step(night, step)
        return next(r for r in release.releases(self.settings) if r.run == night.run)

    def models(self, as_of_date: str, *selection: str, allow_stale: str | None = "a test") -> release.Release:
        """The release of a night of the models that dbt's selection names: rows, without tests, audits, lists, report.

        A third of a night, for who looks at rows alone.
        """
        night = self.start(as_of_date, allow_stale)
        with self.at_work() as engine:
            nightly.run_step(night, "ingest")
            candidate, policy = candidates.load(self.settings, night.run), Policy.read(self.settings.policy_folder)
            with engine.dbt(candidate) as process:
                dbt = Dbt(engine, process, candidate.folder, as_of_date, policy.for_dbt())
                nightly.build_backtest(dbt, candidate, policy)
                dbt.run(nightly.BUILD, quiet=True, select=selection, without=("unit_test", "test"))
            nightly.run_step(night, "publish")
        return next(r for r in release.releases(self.settings) if r.run == night.run)

    def rows(self, sql: str, of: release.Release | None = None) -> list[tuple]:
        """Query a release's tables (the current one's)."""
        with self.reading(of) as connection:
            return connection.execute(sql).fetchall()

    @contextmanager
    def reading(self, of: release.Release | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """A release's tables by their names (the current one's)."""
        shown = of or release.named(self.settings, None)
        with self.at_work() as engine, engine.reading_release(shown) as connection:
            yield connection


def _share_parsed(shipped: Engine, copied: Engine) -> None:
    """dbt need not parse a copy of the project, all of whose files but some policy tables are the shipped ones."""
    for role in Role:
        if (parsed := parsed_project(shipped, role)).exists():
            shutil.copyfile(parsed, parsed_project(copied, role))
