"""Nights on PostgreSQL and Spark leave what they leave on DuckDB: rows, lists, report, explanations."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from muster import explain
from muster.release import Release
from support.cases import EXPECTED, Case
from support.compare import assert_equal_releases
from support.histories import AGAIN, HISTORIES, ON_SPARK, WHOLE, expected_tags

TARGETS = ("postgres", "spark")
RUN = re.compile(r"\d{8}T\d{6}-[0-9a-f]{4}")
OF_THE_RUN = ("run", "target", "started_at", "published_at", "versions", "files")
"""What differs from run to run in a manifest; files by their checksums, for Parquet names the engine that wrote it."""
Ran = Callable[[str, str], Case]


def on_every_engine(*histories: tuple) -> pytest.MarkDecorator:
    """Parameters `target`, and those that are given, whose first is a history."""
    return pytest.mark.parametrize(
        "case",
        [
            pytest.param((target, *given), id="-".join((target, *given)))
            for given in histories
            for target in TARGETS
            if target != "spark" or given[0] in ON_SPARK
        ],
    )


every_history = on_every_engine(*((name,) for name in HISTORIES))
whole_histories = on_every_engine(*((name,) for name in WHOLE))


def pairs(ran: Ran, target: str, name: str) -> tuple[Case, Case, list[tuple[Release, Release]]]:
    """The history on DuckDB and on `target`, and the two releases of each night that `target` has run."""
    one, other = ran(name, "duckdb"), ran(name, target)
    assert list(other.releases) == list(one.releases)[: len(other.releases)]
    assert len(other.releases) == len([night for night in one.releases if target != "spark" or AGAIN not in night])
    return one, other, [(one.releases[night], other.releases[night]) for night in other.releases]


@on_every_engine(*EXPECTED)
def test_the_marts_hold_what_the_readme_says(ran: Ran, case: tuple[str, str, str, str]):
    target, name, night, table = case
    ran(name, target).assert_expected(night, table)


@on_every_engine(("cold_start",))
def test_tags_before_the_first_order(ran: Ran, case: tuple[str, str]):
    found = ran("cold_start", case[0]).shop.rows(
        "select user_id, tag, label_en, label_zh, dimension, source from marts.customer_tags"
    )
    assert sorted(found) == expected_tags()


@on_every_engine(("community",))
def test_groups_open_and_people_are_invited(ran: Ran, case: tuple[str, str]):
    rows = ran("community", case[0]).shop.rows
    assert {origin for (origin,) in rows("select distinct origin from marts.groups")} == {"opened", "adopted"}
    statuses = {status for (status,) in rows("select distinct status from marts.group_assignments")}
    assert {"planned", "invited", "joined", "waiting", "declined", "left"} <= statuses


@every_history
def test_rows_are_equal(ran: Ran, case: tuple[str, str]):
    one, other, releases = pairs(ran, *case)
    for a, b in releases:
        with one.shop.reading(a) as expected, other.shop.reading(b) as found:
            assert_equal_releases(found, expected, same_runs=True)


@whole_histories
def test_lists_are_equal(ran: Ran, case: tuple[str, str]):
    """CSV and workbooks byte for byte; Parquet, which names the program that wrote it, row for row in one order."""
    for a, b in pairs(ran, *case)[2]:
        folders = [release.folder / "exports" for release in (a, b)]
        names = [
            sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
            for folder in folders
        ]
        assert names[0] == names[1]
        assert {"csv", "parquet"} <= {name.rpartition(".")[2] for name in names[0]} <= {"csv", "parquet", "xlsx"}
        for name in names[0]:
            files = [folder / name for folder in folders]
            read = _parquet if name.endswith("parquet") else Path.read_bytes
            assert read(files[0]) == read(files[1]), name


def _parquet(path: Path) -> tuple[list, list]:
    found = duckdb.execute("from read_parquet(?)", [str(path)])
    return [column[:2] for column in found.description], found.fetchall()


@whole_histories
def test_reports_differ_by_the_names_of_runs_alone(ran: Ran, case: tuple[str, str]):
    for releases in pairs(ran, *case)[2]:
        one, other = (RUN.sub("", (release.folder / "report.html").read_text()) for release in releases)
        assert len(one) > 10_000
        assert one == other


@whole_histories
def test_manifests_tell_of_the_same_night(ran: Ran, case: tuple[str, str]):
    target = case[0]
    for releases in pairs(ran, *case)[2]:
        assert [release.manifest()["target"] for release in releases] == ["duckdb", target]
        one, other = (_without_run(release) for release in releases)
        assert one == other
        assert one["checks"]["passed"] > 200


def _without_run(release: Release) -> dict:
    kept = {name: value for name, value in release.manifest().items() if name not in OF_THE_RUN}
    return json.loads(RUN.sub("", json.dumps(kept)))


@whole_histories
def test_explanations_are_equal(ran: Ran, case: tuple[str, str]):
    one, other, releases = pairs(ran, *case)
    a, b = releases[-1]
    users = one.shop.rows("select min(user_id) from marts.customers group by stage order by 1", a)
    assert users
    for (user,) in users:
        expected, found = _explained(one, a, user), _explained(other, b, user)
        assert expected == found
        assert user in found[0]


def _explained(case: Case, release: Release, user: str) -> list[str]:
    with case.shop.at_work() as engine:
        facts, decisions = explain.explain(engine, release, user)
    said = [explain.as_text(facts, decisions, language) for language in ("en", "zh")]
    return [RUN.sub("", text) for text in (*said, explain.as_json(facts, decisions, "en"))]


@pytest.mark.parametrize("case", [("postgres", "three_nights")], ids="-".join)
def test_a_night_again_goes_on_from_the_release_of_the_day_before(ran: Ran, case: tuple[str, str]):
    """What came late changes it, and the nights after it, and no release that was there."""
    found = ran("three_nights", case[0])
    first, second, third, second_again, third_again = found.releases.values()
    previous = [release.manifest()["previous_release"] for release in found.releases.values()]
    assert previous == [None, first.name, second.name, first.name, second_again.name]
    assert list(found.releases)[3].endswith(AGAIN)

    persons = "select distinct person_id from state.persons where user_id in ('punctual_a', 'punctual_b', 'latecomer')"
    kept = "select user_id from marts.customers where user_id in ('fresh', 'latecomer') order by 1"
    since = "select stage_since::varchar from marts.customer_lifecycle where user_id = 'quiet'"
    assert [len(found.shop.rows(persons, release)) for release in (second, third, second_again, third_again)] == [
        2, 2, 1, 1,
    ]  # fmt: skip
    assert [found.shop.rows(kept, release) for release in (third, third_again)] == [[("fresh",)], [("latecomer",)]]
    assert [found.shop.rows(since, release) for release in (second, second_again)] == [[("2026-03-31",)]] * 2
