"""Every suite of expectations/ stops a night whose data break it, and readers keep the release before."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
import yaml
from muster import candidate as candidates
from muster import nightly
from muster.engines import engine_of, gx_dialect, on_duckdb
from muster.errors import MusterError
from muster.landing.feeds import FEEDS
from muster.quality.audit import audit
from muster.quality.suites import run_suites
from muster.settings import EXPECTATIONS
from support.shops import Shop

SUITES = {path.stem: json.loads(path.read_text()) for path in sorted(EXPECTATIONS.glob("*.json"))}
BEFORE, DAY = "2024-03-31", "2024-04-01"
LONG_AGO, FAR_OFF, HUGE = "1900-01-01", "2200-01-01", "2000000000000"

USERS = [
    {"user_id": "twice", "nickname": "Ann", "registered_at": "2024-01-01"},
    {"user_id": "idle", "nickname": "Bob", "registered_at": "2024-01-01"},
]
LINES = [
    {"order_id": "8", "user_id": "silent", "ordered_at": "2023-11-01", "sku": "cup", "line_amount": "15"},
    {"order_id": "9", "user_id": "silent", "ordered_at": "2023-12-01", "sku": "cup", "line_amount": "15"},
    {"order_id": "1", "user_id": "twice", "ordered_at": "2024-03-01", "sku": "cup", "line_amount": "20"},
    {"order_id": "2", "user_id": "twice", "ordered_at": DAY, "sku": "cup", "line_amount": "30"},
    {"order_id": "3", "user_id": "once", "ordered_at": "2024-03-15", "sku": "pot", "line_amount": "10"},
    {"order_id": "4", "user_id": "once", "ordered_at": DAY, "line_amount": "10"},
    {"order_id": "4", "user_id": "idle", "ordered_at": DAY, "line_amount": "10"},  # an order of two users
]

# Enough customers who came back for the value models: one to nine times, some long ago, some just now.
COMEBACKS = [
    {
        "order_id": f"{n}-{day}", "user_id": f"back{n:02d}", "sku": "cup", "line_amount": f"{10 + n % 7 + day % 5}",
        "ordered_at": str(date(2024, 1, 1 + n % 28) + timedelta(days=day)),
    }
    for n in range(100) for day in (0, *range(1 + n % 13, 60 - n % 50, 3 + n % 17), 61)[: 2 + n % 9]
]  # fmt: skip

# suite -> landing rows that are typed without complaint, and that break every expectation of the suite which
# a landing row can break. Each file also gets a row without anything in it, which is quarantined.
LANDING = {
    "raw_users": [
        {
            "user_id": "1.2E+11", "registered_at": LONG_AGO, "deleted_at": "1890-01-01", "updated_at": FAR_OFF,
            "birth_date": "1880-01-01", "milestone_date": FAR_OFF, "referrer_user_id": "1.2E+11",
        },
        {"user_id": "unborn", "registered_at": "2020-01-01", "birth_date": "2021-01-01"},
        *({"user_id": f"staff{n}", "is_staff": "yes"} for n in range(9)),
    ],
    "raw_orders": [
        {
            "order_id": "1.2E+11", "user_id": "1.3E+11", "ordered_at": LONG_AGO, "amount": HUGE,
            "updated_at": FAR_OFF, "status": "refund", "refund_of_order_id": "1.2E+11",
        },
        {"order_id": "2", "ordered_at": DAY, "amount": "1"},
        {"order_id": "3", "ordered_at": DAY, "amount": "1"},
    ],
    "raw_order_lines": [
        {
            "order_id": "1.2E+11", "user_id": "1.3E+11", "ordered_at": LONG_AGO, "quantity": HUGE,
            "unit_price": HUGE, "list_price": HUGE, "unit_cost": HUGE, "status": "refund",
            "refund_of_order_id": "1.2E+11",
        },
        {"order_id": "2", "ordered_at": DAY, "line_amount": "1"},
        {"order_id": "3", "ordered_at": DAY, "line_amount": "1"},
    ],
    "raw_community_events": [
        {"event_id": "1", "user_id": "a", "event_type": "join", "occurred_at": FAR_OFF, "value": HUGE},
        {"event_id": "2", "user_id": "a", "event_type": "active_minutes", "occurred_at": DAY, "value": "-5"},
    ],
    "raw_group_members": [
        {"group_id": "g", "user_id": "a", "joined_at": FAR_OFF},
        {"group_id": "g", "user_id": "b", "joined_at": DAY, "left_at": LONG_AGO},
    ],
    "raw_contacts": [
        {"contact_id": "1", "user_id": "a", "contacted_at": LONG_AGO, "channel": "call", "cost": "-1"},
    ],
    "raw_operators": [{"operator_id": "o", "max_groups": "-1", "max_people": "-1"}],
    "raw_accounts": [{"account_id": "x", "daily_add_limit": "-1", "daily_contact_limit": "-1"}],
    "raw_friends": [
        {
            "account_id": "x", "user_id": "a", "requested_at": FAR_OFF, "accepted_at": LONG_AGO,
            "removed_at": "1899-01-01",
        },
    ],
    "raw_suppressions": [{"user_id": "a", "kind": "opt_out", "since": FAR_OFF, "until": LONG_AGO}],
    "raw_surveys": [{"user_id": "a", "question": "q", "answer": "b", "answered_at": LONG_AGO}],
}  # fmt: skip

# suite -> what breaks its table {t}: `rounds` of statements, or of values with which a copy of `good_row` is added, or
# a copy of the row that the select `given` puts there; a copy alone already breaks what must be unique.
MARTS = {
    path.stem: yaml.safe_load(path.read_text()) for path in sorted((Path(__file__).parent / "damage").glob("*.yml"))
}


def seen_by_readers(shop: Shop) -> tuple[str, str]:
    """Where `current` points, and the published database's content."""
    database = shop.settings.current / "muster.duckdb"
    return str(shop.settings.current.readlink()), hashlib.sha256(database.read_bytes()).hexdigest()


def copy_of(shop: Shop, folder: Path) -> Shop:
    for source, name in ((shop.landing, "landing"), (shop.home, "home")):
        shutil.copytree(source, folder / name, symlinks=True)
    return Shop(folder / "landing", folder / "home")


def stopped(night: nightly.Night, step: str) -> str:
    """Run a step that must stop the night; returns what it says."""
    with pytest.raises(MusterError) as error:
        nightly.run_step(night, step)
    assert error.value.exit_status == 1
    assert "What to do: look at" in str(error.value)
    return str(error.value)


def failures(night: nightly.Night, suite: dict, message: str) -> set[str]:
    """Descriptions of the suite's expectations that failed; those that stop must be in the message, with the table."""
    table = suite["meta"]["table"]
    checks = candidates.load(night.settings, night.run).checks
    failed = [c for c in checks if c["suite"] == suite["name"] and not c["success"]]
    for check in failed:
        sentence = f"\n    {table}: expected {check['description']}"
        assert (sentence in message) == (check["severity"] == "stop"), check
    return {check["description"] for check in failed}


def described(suite: dict) -> set[str]:
    return {e["description"] for e in suite["expectations"]}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop on its opening night: users, and no orders yet. That it is published is a test in itself."""
    folder = tmp_path_factory.mktemp("published")
    shop = Shop(folder / "landing", folder / "home").mapping()
    shop.csv("users/001.csv", USERS)
    shop.night(BEFORE)
    assert shop.rows("select segment, count(*) from marts.customers group by all") == [("prospect", 2)]
    return shop


@pytest.fixture(scope="module")
def transformed(published: Shop, tmp_path_factory: pytest.TempPathFactory) -> tuple[Shop, nightly.Night, Path]:
    """The next night, after `transform`, with its good data; the folder keeps candidate.json and the database."""
    shop, kept = copy_of(published, tmp_path_factory.mktemp("transformed")), tmp_path_factory.mktemp("kept")
    shop.csv("order_lines/001.csv", LINES + COMEBACKS)
    night = shop.start(DAY)
    for step in ("ingest", "audit_raw", "transform"):
        nightly.run_step(night, step)
    candidate = candidates.load(night.settings, night.run)
    for path in (candidate.folder / candidates.FILE_NAME, on_duckdb.database(candidate.folder)):
        shutil.copy(path, kept / path.name)
    nightly.run_step(night, "audit_marts")
    return shop, night, kept


def test_every_feed_has_a_suite_and_every_suite_can_stop() -> None:
    assert {f"raw_{feed}" for feed in FEEDS} <= SUITES.keys()
    for name, suite in SUITES.items():
        assert suite["name"] == name == f"{name.split('_')[0]}_{suite['meta']['table']}"
        assert "critical" in {e["severity"] for e in suite["expectations"]}, f"{name} stops nothing"
        assert len(described(suite)) == len(suite["expectations"]), f"{name} describes two expectations alike"


@pytest.mark.parametrize("name", [name for name in SUITES if name.startswith("raw_")])
def test_implausible_landing_rows_stop_the_night(name: str, published: Shop, tmp_path: Path) -> None:
    assert name in LANDING, f"say in LANDING which rows break {name}.json"
    shop, feed = copy_of(published, tmp_path), name.removeprefix("raw_")
    before = seen_by_readers(shop)
    shop.csv(f"{feed}/broken.csv", [*LANDING[name], {}])
    night = shop.start(DAY)
    nightly.run_step(night, "ingest")
    lose_a_row(candidates.load(night.settings, night.run), feed)
    assert failures(night, SUITES[name], stopped(night, "audit_raw")) == described(SUITES[name])
    assert seen_by_readers(shop) == before


def lose_a_row(candidate: candidates.Candidate, feed: str) -> None:
    """Damage the feed's staged part by a row without an id: ingest lets none come from the landing zone."""
    part = next((candidate.staged / feed).glob("*.parquet"))
    with duckdb.connect() as connection:
        connection.execute(f"create table rows as from '{part}'")
        connection.execute("insert into rows by name select _file, _row from rows limit 1")
        connection.execute(f"copy rows to '{part}' (format parquet)")


@pytest.mark.parametrize("name", [name for name in SUITES if not name.startswith("raw_")])
def test_damaged_marts_are_noticed(name: str, transformed: tuple[Shop, nightly.Night, Path]) -> None:
    assert name in MARTS, f"say in damage/{name}.yml what breaks {name}.json"
    _, night, kept = transformed
    candidate = candidates.load(night.settings, night.run)
    failed: set[str] = set()
    for damage in MARTS[name]["rounds"]:
        shutil.copytree(kept, candidate.folder, dirs_exist_ok=True)
        damage_mart(candidate, name, damage)
        failed |= failures(night, SUITES[name], said_by_audit(night, name))
    assert failed == described(SUITES[name])


def said_by_audit(night: nightly.Night, name: str) -> str:
    """What the suite of that name stops the night with; nothing where it warns only."""
    candidate = candidates.load(night.settings, night.run)
    try:
        audit(engine_of(night.settings), candidate, "marts", [EXPECTATIONS / f"{name}.json"])
    except MusterError as error:
        return str(error)
    return ""


def damage_mart(candidate: candidates.Candidate, name: str, damage: list[str]) -> None:
    """One of MARTS' rounds for the table of the suite of that name."""
    table = f"marts.{SUITES[name]['meta']['table']}"
    with duckdb.connect(str(on_duckdb.database(candidate.folder))) as connection:
        if "given" in MARTS[name]:
            connection.execute(f"insert into {table} by name {MARTS[name]['given']}")
        connection.execute(
            f"create temp table good as from {table} where {MARTS[name].get('good_row', 'true')} limit 1"
        )
        connection.execute(f"create or replace table {table} as from {table}")  # without its constraints
        for change in damage:
            copied = f"insert into {table} by name from good select * replace ({change})"
            connection.execute(change.format(t=table) if "{t}" in change else copied)


def test_the_night_audits_every_mart_and_stops(transformed: tuple[Shop, nightly.Night, Path]) -> None:
    shop, night, kept = transformed
    before = seen_by_readers(shop)
    candidate = candidates.load(night.settings, night.run)
    shutil.copytree(kept, candidate.folder, dirs_exist_ok=True)
    for name in MARTS:
        damage_mart(candidate, name, MARTS[name]["rounds"][0])
    message = stopped(night, "audit_marts")
    assert {name for name in MARTS if not failures(night, SUITES[name], message)} == set()
    assert seen_by_readers(shop) == before


def test_the_command_line_says_what_and_what_next(published: Shop, tmp_path: Path) -> None:
    shop = copy_of(published, tmp_path)
    before = seen_by_readers(shop)
    shop.csv("order_lines/001.csv", [*LINES, LINES[0] | {"order_id": "5", "ordered_at": LONG_AGO}])
    finished = subprocess.run(
        [Path(sys.executable).parent / "muster", "run", "--as-of", DAY, "--landing", shop.landing],
        env={**os.environ, "MUSTER_HOME": str(shop.home)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert finished.returncode == 1
    assert "order_lines: expected no line dated before 1990 or after 2100: 1 row(s)" in finished.stderr
    assert "What to do: look at" in finished.stderr
    assert "Traceback" not in finished.stderr + finished.stdout
    assert seen_by_readers(shop) == before


def written(folder: Path, *expectations: dict) -> Path:
    """A suite of `customers` as a file."""
    file = folder / "suite.json"
    file.write_text(json.dumps({"name": "suite", "meta": {"table": "customers"}, "expectations": list(expectations)}))
    return file


def test_an_expectation_that_cannot_run_stops(transformed: tuple[Shop, nightly.Night, Path], tmp_path: Path) -> None:
    _, night, kept = transformed
    expectation = {
        "type": "expect_column_values_to_not_be_null", "kwargs": {"column": "missing_column"},
        "severity": "critical", "description": "a column that nobody has made",
    }  # fmt: skip
    file, source = written(tmp_path, expectation), gx_dialect.source(on_duckdb.database(kept))
    (check,) = run_suites(source, "marts", [file], tmp_path / "docs")
    assert not check.success
    assert "missing_column" in check.error
    with pytest.raises(MusterError, match="expected a column that nobody has made: the check could not run"):
        audit(engine_of(night.settings), candidates.load(night.settings, night.run), "marts", [file])


def test_a_suite_with_an_unknown_expectation_is_an_error(
    transformed: tuple[Shop, nightly.Night, Path], tmp_path: Path
) -> None:
    known = {"type": "expect_column_to_exist", "kwargs": {"column": "user_id"}, "severity": "critical"}
    file = written(tmp_path, known, known | {"type": "expect_the_unexpected"})
    with pytest.raises(MusterError, match=r"suite\.json: some expectations are invalid"):
        run_suites(gx_dialect.source(on_duckdb.database(transformed[2])), "marts", [file], tmp_path / "docs")
