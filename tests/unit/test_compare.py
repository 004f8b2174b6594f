"""The comparison of releases finds what differs: it is what the engines are trusted by."""

from collections.abc import Callable

import duckdb
import pytest
from support.compare import assert_equal_releases

RELEASE = """
    create schema marts; create schema state;
    create table marts.t as select 1.50::decimal(18, 2) as amount, date '2024-01-01' as day, null::varchar as name
        from range(2);
    create table state.persons as select 'u' as user_id;
    create table marts.runs as select 'run 1' as run, timestamp '2024-01-01' as started_at, null as finished_at,
        'released' as status;
"""


@pytest.fixture
def release() -> Callable[[str], duckdb.DuckDBPyConnection]:
    """A release after a change."""

    def make(change: str = "") -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        connection.execute(RELEASE + change)
        return connection

    return make


def test_equal_apart_from_the_wall_clock(release) -> None:
    later = "update marts.runs set run = 'run 2', started_at = timestamp '2024-01-02', finished_at = 1"
    assert_equal_releases(release(), release(later), same_runs=True)
    failed = release("update marts.runs set status = 'failed'")
    assert_equal_releases(release(), failed, same_runs=False)
    with pytest.raises(AssertionError, match=r"marts\.runs"):
        assert_equal_releases(release(), failed, same_runs=True)


@pytest.mark.parametrize(
    "change",
    [
        "insert into marts.t from marts.t limit 1",
        "delete from marts.t where rowid = 0",
        "update marts.t set amount = amount + 0.01 where rowid = 0",
        "update marts.t set name = ''",
        "alter table marts.t alter amount type decimal(18, 3)",
        "alter table marts.t alter day type timestamp",
        "alter table marts.t rename name to nickname",
        "create or replace table marts.t as select day, amount, name from marts.t",
        "create table marts.another (a integer)",
        "drop table state.persons",
        "update state.persons set user_id = 'U'",
    ],
)
def test_whatever_differs_is_found(release, change: str) -> None:
    for one, other in ((release(), release(change)), (release(change), release())):
        with pytest.raises(AssertionError):
            assert_equal_releases(one, other, same_runs=False)
