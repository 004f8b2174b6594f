"""The project's own SQL, compiled once by dbt and run over many small shops in memory: 0.1 s a shop, not 10 s.

    shop = CompiledShop(compile_project(folder))                    # once: some 10 s
    shop.as_of(date(2024, 3, 1), churn_prior_min_gaps=6)   # any date, any parameter of the policy
    shop.fill(orders=[{"order_id": "1", "source_file": "orders/1.csv", ...}])  # typed rows, as the lake holds them
    shop.build("customer_rfm")                                      # the model's rows, its ancestors built on the way

    shop.give(customers=[...], playbooks=[...])             # rows that stand in for a model or a policy table
    shop.remember(ledger=[...], holdout_members=[...])      # what earlier nights left behind, carried models by name

dbt pastes as_of_date and policy into the SQL as they are given. Here it is given calls of `getvariable`, so that one
compilation serves every date and policy; apart from these constants the SQL is the one that a night runs. FIXED are
those parameters on which the text of the SQL depends.
"""

import copy
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, timedelta
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb
from muster import candidate as candidates
from muster import nightly
from muster.dbt_build import Dbt
from muster.engines import engine_of, on_duckdb
from muster.engines.engine import BACKTEST_STAGES, Layer, Role
from muster.landing.expressions import literal
from muster.landing.feeds import FEEDS
from muster.policy import Policy

from support.shops import Shop

ANY_DAY = "2024-03-01"
AS_OF_DATE = "' || getvariable('as_of_date') || '"  # closes the quotes in which the macro as_of_date() pastes it
FIXED = ("contact_horizon_days", "group_most_size")
CARRIED = ("holdout_members",)
"""Models whose rows of the night before are there, see macros/previous_release.sql."""
Row = dict[str, object]


@dataclass(frozen=True)
class Model:
    """One model's SQL. relation: its quoted name; parents: the models that it reads."""

    name: str
    database: str
    schema: str
    relation: str
    is_view: bool
    sql: str
    parents: tuple[str, ...]


@dataclass(frozen=True)
class Compiled:
    """All models, the policy's shipped numbers, and the databases: policy tables, and columns of raw and carried ones.

    backtest: where the models look for the backtest's stages.
    """

    models: dict[str, Model]
    policy: dict[str, int | str]
    databases: dict[str, Path]
    backtest: Layer


def compile_project(folder: Path, carried: Sequence[str] = CARRIED, **fixed: int) -> Compiled:
    """Land one order, load the policy tables, compile the models: one step of a night and two dbt processes.

    carried: models that find their own rows of the night before. fixed: values of FIXED parameters that differ from
    the shipped ones.
    """
    shop = Shop(folder / "landing", folder / "home").mapping()
    shop.csv("orders/1.csv", [{"order_id": "1", "user_id": "u", "ordered_at": ANY_DAY, "amount": "1"}])
    night = shop.start(ANY_DAY)
    nightly.run_step(night, "ingest")
    candidate = candidates.load(shop.settings, night.run)
    policy = Policy.read(shop.settings.policy_folder).for_dbt() | fixed
    variables = {name: value if name in FIXED else f"getvariable('{name}')" for name, value in policy.items()}
    previous = candidate.work / "previous.duckdb"
    engine = engine_of(shop.settings)
    with engine.dbt(candidate) as process:
        dbt = Dbt(engine, process, candidate.folder, AS_OF_DATE, variables)
        dbt.run("seed", quiet=True, without=())
        kept = _make_carried(previous, _models_of(dbt), carried)
        # no command of nodes: what several threads would ask of the night before, nothing has looked up beforehand
        dbt.run("compile --threads 1", quiet=True, select=["resource_type:model"], without=())
    nodes = _models_of(dbt)
    models = {
        node["name"]: Model(
            name=node["name"],
            database=node["database"],
            schema=node["schema"],
            relation=node["relation_name"],
            is_view=node["config"]["materialized"] == "view",
            sql=node["compiled_code"],
            parents=tuple(nodes[i]["name"] for i in node["depends_on"]["nodes"] if i in nodes),
        )
        for node in nodes.values()
    }
    stages = engine.layers(Role.NIGHT)[BACKTEST_STAGES]
    databases = {"raw": on_duckdb.scratch(candidate), "policy": on_duckdb.database(candidate.folder)}
    return Compiled(models, policy, databases | dict.fromkeys(kept, previous), stages)


def _models_of(dbt: Dbt) -> dict[str, dict]:
    manifest = json.loads((dbt.target_path / "manifest.json").read_text())
    return {i: node for i, node in manifest["nodes"].items() if node["resource_type"] == "model"}


def _make_carried(path: Path, nodes: dict[str, dict], names: Sequence[str]) -> list[str]:
    """Empty tables of the night before, with the columns of the models' contracts; returns their schemas."""
    carried = [node for node in nodes.values() if node["name"] in names]
    schemas = sorted({node["schema"] for node in carried})
    with duckdb.connect(str(path)) as previous:
        for schema in schemas:
            previous.execute(f"create schema {schema}")
        for node in carried:
            columns = ", ".join(f"{column['name']} {column['data_type']}" for column in node["columns"].values())
            previous.execute(f"create table {node['schema']}.{node['name']} ({columns})")
    return schemas


def with_defect(compiled: Compiled, model: str, right: str, wrong: str) -> Compiled:
    """The project with `wrong` in the place of `right` in a model's SQL, for tests that must notice it."""
    sql = compiled.models[model].sql
    assert right in sql
    return replace(
        compiled, models=compiled.models | {model: replace(compiled.models[model], sql=sql.replace(right, wrong))}
    )


class CompiledShop:
    """An in-memory database with a night's databases, schemas and policy tables, to be filled again and again."""

    def __init__(self, compiled: Compiled) -> None:
        self._models, self._policy = compiled.models, compiled.policy
        self._order = list(TopologicalSorter({m.name: m.parents for m in self._models.values()}).static_order())
        self._built: set[str] = set()
        self._given: set[str] = set()
        self._rows_of: dict[str, list[Row]] = {}
        self._connection = duckdb.connect()
        self._run("set TimeZone = 'UTC'; set threads = 1")  # for some hundred rows, more threads only wait
        self._backtest = f"{compiled.backtest.database}.{compiled.backtest.schema}"
        schemas = {(model.database, model.schema) for model in self._models.values()} | {astuple(compiled.backtest)}
        for database in sorted({database for database, _ in schemas}):
            self._run(f"attach ':memory:' as {database}")
        for database, schema in sorted(schemas):
            self._run(f"create schema {database}.{schema}")
        self._run("attach ':memory:' as previous")
        self._policy_tables: dict[str, str] = {}
        for schema, path in compiled.databases.items():
            self._copy(path, schema)
        self._run(f"use {compiled.databases['policy'].stem}")
        self.as_of(date.fromisoformat(ANY_DAY))

    def close(self) -> None:
        self._connection.close()

    def as_of(self, as_of_date: date, **policy: int) -> None:
        """The night's constants; parameters that are not named have their shipped values."""
        unknown = policy.keys() - (self._policy.keys() - set(FIXED))
        assert not unknown, f"parameters.csv has no {unknown}"
        self._built.clear()
        self._as_of, self._changed = as_of_date, policy
        self._run(f"set variable as_of_date = '{as_of_date}'")
        self._run(";".join(f"set variable {name} = {value}" for name, value in (self._policy | policy).items()))

    def fill(self, **feeds: list[Row]) -> None:
        """The landing zone: feed -> rows under their columns' names, with source_file. What was there is gone."""
        self._built.clear()
        for feed in FEEDS:
            self._run(f"truncate work.raw.{feed}")
            rows = [_landed(feed, number, row) for number, row in enumerate(feeds.get(feed, []))]
            if feed == "orders":
                rows = _with_repeats(rows, [row["order_id"] for row in rows])
            elif feed == "order_lines":
                files = {(row["order_id"], row["source_file"]) for row in rows}
                rows = _with_repeats(rows, [order_id for order_id, _ in files])
            self._insert(f"work.raw.{feed}", rows)

    def stand_in(self, model: str, select: str) -> None:
        """Put the rows of a select in the place of a model's own, from now on."""
        self._built.clear()
        self._given.add(model)
        self._run(f"create or replace table {self._models[model].relation} as {select}")

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """What Engine.reading gives to a night's step."""
        return self._connection

    def give(self, **tables: list[Row]) -> None:
        """Rows that stand in for a model or a policy table; a column that no row names is null. They stay."""
        for name, rows in tables.items():
            if self._rows_of.get(name) == rows:
                continue
            self._rows_of[name] = copy.deepcopy(rows)
            if name in self._models and name not in self._given:
                relation = self._models[name].relation
                self.build(name)
                self._run(f"create table {_given(name)} as from {relation} limit 0")
                kind = "view" if self._models[name].is_view else "table"
                self._run(f"drop {kind} {relation}; create or replace view {relation} as from {_given(name)}")
                self._given.add(name)
            table = _given(name) if name in self._models else self._policy_tables[name]
            self._run(f"truncate {table}")
            self._insert(table, rows)
        self._built.clear()

    def remember(self, ledger: list[Row], **carried: list[Row]) -> None:
        """What earlier nights left behind: all events of the ledger, and the last release's rows of carried models."""
        remembered = {"work.raw.ledger": ledger} | {f"previous.state.{name}": rows for name, rows in carried.items()}
        for table, rows in remembered.items():
            self._run(f"truncate {table}")
            self._insert(table, rows)
        self._built.clear()

    def build(self, model: str) -> list[Row]:
        """The rows of a model, in no order; its ancestors are built before it, once per fill."""
        self.make(model)
        return self.rows(f"from {self._models[model].relation}")

    def make(self, model: str) -> None:
        """The same, without reading the rows."""
        needed = self._ancestors(model) - self._built - self._given
        for each in (self._models[name] for name in self._order if name in needed):
            self._run(f"create or replace {'view' if each.is_view else 'table'} {each.relation} as {each.sql}")
            self._built.add(each.name)

    def build_backtest(self) -> list[Row]:
        """The rows of churn_backtest, as a night has them: its stages are built as of the backtest day first."""
        night, changed = self._as_of, self._changed
        days = (self._policy | changed)["backtest_days"]
        self.as_of(night - timedelta(days=days), **changed)
        self.build("int_lifecycle")
        stages = self._models["int_lifecycle"].relation
        self._run(f"create or replace table {self._backtest}.int_lifecycle as from {stages}")
        self.as_of(night, **changed)
        return self.build("churn_backtest")

    def relation(self, model: str) -> str:
        """Where the model's rows lie, quoted."""
        return self._models[model].relation

    def rows(self, sql: str) -> list[Row]:
        result = self._connection.execute(sql)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def _ancestors(self, model: str) -> set[str]:
        """The model and all that it needs; each looked at once, however many ways lead to it."""
        found, ahead = set(), [model]
        while ahead:
            one = ahead.pop()
            if one not in found:
                found.add(one)
                ahead += () if one in self._given else self._models[one].parents
        return found

    def _copy(self, path: Path, schema: str) -> None:
        """Policy tables whole, others empty."""
        database = path.stem
        self._run(f"attach {literal(str(path))} as landed (read_only)")
        self._run(f"create schema {database}.{schema}")
        tables = self.rows(
            f"""select table_name as name from information_schema.tables
                where table_catalog = 'landed' and table_schema = '{schema}'"""
        )
        assert tables
        for name in (table["name"] for table in tables):
            rows = "" if schema == "policy" else "limit 0"
            self._run(f"create table {database}.{schema}.{name} as from landed.{schema}.{name} {rows}")
            if schema == "policy":
                self._policy_tables[name] = f"{database}.{schema}.{name}"
        self._run("detach landed")

    def _insert(self, table: str, rows: list[Row]) -> None:
        """Columns as lists of text, which the table casts: constants in SQL take three times as long."""
        if rows:
            names = sorted(set().union(*rows))
            columns = [[_text(row.get(name)) for row in rows] for name in names]
            unnested = ", ".join(f"unnest(?::varchar[]) as {name}" for name in names)
            self._connection.execute(f"insert into {table} ({', '.join(names)}) select {unnested}", columns)

    def _run(self, sql: str) -> None:
        self._connection.execute(sql)


def _landed(feed: str, number: int, row: Row) -> Row:
    """The row with its place and its business date, as the lake keeps them."""
    day = row.get(FEEDS[feed].dated_by)
    return {**row, "source_row": number, "business_date": None if day is None else str(day)[:10]}


def _given(model: str) -> str:
    return f"memory.main.{model}"


def _with_repeats(rows: list[Row], versions: list[object]) -> list[Row]:
    times = Counter(versions)
    return [{**row, "is_repeated": times[row["order_id"]] > 1} for row in rows]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
