"""Customer value of many customers: the fits and the nightly SQL, as ratios to a plain scan of the same customers.

    python tests/bench/value.py --customers 10000000

Customers live as MBG/NBD says, over three years, in whole days. The SQL is the project's own, as dbt compiles it; the
reference sums the customers' four columns once.
"""

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
from muster import candidate as candidates
from muster import journal, value_fit
from muster.dbt_build import Dbt
from muster.engines import engine_of
from muster.engines.lake_rows import MEASURED, insert_measured
from muster.landing.lake import LakeState
from muster.policy import Policy
from muster.settings import DBT_PROJECT, SAMPLE_LANDING, Settings
from muster.value_model import fit_purchases, fit_spend

DAYS, WEEK = 1095, 7.0
R, ALPHA_DAYS, A, B = 0.52, 43.0, 0.9, 1.6
P, Q, V = 6.25, 3.74, 15.44
BATCH = 1_000_000
DAY = date(2024, 1, 10)
NIGHTLY = ("int_value_nodes", "int_value_expectations", "customer_value")


def live(customers: int, chance: np.random.Generator) -> dict[str, np.ndarray]:
    """x, t_x, T in days and the repeat spend of customers who live as the models say."""
    age = chance.integers(0, DAYS, customers)
    wait = 1 / (chance.gamma(R, 1 / ALPHA_DAYS, customers) + 1e-12)
    leaves, scale = chance.beta(A, B, customers), 1 / chance.gamma(Q, 1 / V, customers)
    x, last, now, spend = np.zeros(customers, int), np.zeros(customers, int), np.zeros(customers), np.zeros(customers)
    at_work = np.flatnonzero(chance.random(customers) >= leaves)
    while at_work.size:
        now[at_work] += chance.exponential(wait[at_work])
        at_work = at_work[now[at_work] < age[at_work] + 1]
        day = now[at_work].astype(int)
        fresh = at_work[day > last[at_work]]  # several on one day are one purchase
        x[fresh] += 1
        spend[fresh] += np.round(chance.gamma(P, scale[fresh]), 2) + 0.01
        last[at_work] = np.maximum(last[at_work], day)
        at_work = at_work[chance.random(at_work.size) >= leaves[at_work]]
    return {"x": x, "t_x": last, "age": age, "spend": spend}


def fill(connection: duckdb.DuckDBPyConnection, customers: int) -> None:
    """int_value_customers, a million customers at a time."""
    chance = np.random.default_rng(1)
    connection.execute(
        """create table work.intermediate.int_value_customers (user_id varchar, repeat_purchases integer,
           days_to_last_purchase integer, customer_age_days integer, repeat_spend decimal(18, 2))"""
    )
    for first in range(0, customers, BATCH):
        connection.register("batch", live(min(BATCH, customers - first), chance))
        connection.execute(
            f"""insert into work.intermediate.int_value_customers
                select printf('U%010d', {first} + row_number() over ()), x, t_x, age, spend from batch"""
        )


def compiled(folder: Path) -> dict[str, str]:
    """Model -> SQL, by `dbt compile`."""
    engine = engine_of(Settings(folder, SAMPLE_LANDING))
    candidate = candidates.create(engine.settings, DAY, "bench", journal.utc_now())
    engine.open_candidate(candidate, None, engine.settings.lake, LakeState(), [])
    with engine.dbt(candidate) as process:
        dbt = Dbt(engine, process, candidate.folder, str(DAY), Policy.read(engine.settings.policy_folder).for_dbt())
        dbt.run("compile", without=())
    models = dbt.target_path / "compiled" / "muster" / "models"
    return {path.stem: path.read_text() for path in models.rglob("*.sql")}


def measure(folder: Path, customers: int, sql: dict[str, str]) -> None:
    """Print seconds and ratios of each fit and each model."""
    with duckdb.connect(str(folder / "muster.duckdb")) as muster:
        muster.execute(f"attach '{folder}/work.duckdb' as work; set threads = 2; set temp_directory = '{folder}'")
        for schema in ("work.intermediate", "muster.policy", "work.raw", "muster.marts"):
            muster.execute(f"create schema {schema}")
        fill(muster, customers)
        reference = seconds(
            lambda: muster.execute(
                """select sum(repeat_purchases), sum(days_to_last_purchase), sum(customer_age_days), sum(repeat_spend),
                   max(user_id) from work.intermediate.int_value_customers"""
            ).fetchall()
        )
        print(f"{customers:,} customers, {os.cpu_count()} cores; reference scan {reference:.2f} s")
        print(f"{'':<26}{'seconds':>8}{'ratio':>8}")

        def show(what: str, work: Callable[[], object], note: str = "") -> None:
            took = seconds(work)
            print(f"{what:<26}{took:>8.2f}{took / reference:>8.1f}  {note}")

        states, spends = (read(muster, sql[model]) for model in ("int_value_states", "int_value_spends"))
        x, t_x, age, counts = states
        fits = []
        for model in ("bg_nbd", "mbg_nbd"):
            show(
                f"fit {model}",
                lambda model=model: fits.append(fit_purchases(model, x, t_x / WEEK, age / WEEK, counts)),
                f"{x.size:,} states",
            )
        show("fit gamma_gamma", lambda: fits.append(fit_spend(*spends)), f"{spends[0].size:,} states")
        use(muster, [row for fit in fits for row in value_fit.fitted_rows(fit)], sql["int_value_model"])
        for model in NIGHTLY:
            schema = "muster.marts" if model == "customer_value" else "work.intermediate"
            show(
                model,
                lambda model=model, schema=schema: muster.execute(f"create table {schema}.{model} as {sql[model]}"),
            )
        print(muster.execute("select count(*), count(expected_value_90d) from marts.customer_value").fetchone())
        print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB")


def seconds(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def read(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[np.ndarray, ...]:
    began = time.monotonic()
    columns = connection.execute(f"select * from ({sql}) order by all").fetchnumpy()
    print(f"{'read ' + ' '.join(list(columns)[:2])[:20]:<26}{time.monotonic() - began:>8.2f}")
    return tuple(np.asarray(column, dtype=np.float64) for column in columns.values())


def use(connection: duckdb.DuckDBPyConnection, rows: list[dict], model_sql: str) -> None:
    """Put what was fitted where int_value_model looks for it."""
    columns = ", ".join(f"{name} {kind}" for name, kind in MEASURED["fitted_parameters"].items())
    connection.execute(f"create table work.raw.fitted_parameters ({columns})")
    insert_measured(connection, "work.raw", "fitted_parameters", rows)
    connection.execute("create table muster.marts.model_parameters as from work.raw.fitted_parameters")
    for seed in ("value_models", "value_reasons"):
        connection.execute(f"create table muster.policy.{seed} as from '{DBT_PROJECT / 'seeds' / 'policy' / seed}.csv'")
    connection.execute(f"create table work.intermediate.int_value_model as {model_sql}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=1_000_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as name:
        folder = Path(name)
        measure(folder, arguments.customers, compiled(folder))


if __name__ == "__main__":
    main()
