"""Lists of contacts: the plain handle stands in files for their owner only, and nowhere before."""

import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from duckdb_extensions import import_extension
from muster import candidate as candidates
from muster.candidate import Candidate
from muster.export import write_exports
from muster.landing.handles import private_folder
from muster.settings import DBT_PROJECT, Settings

PHONE, OLD_PHONE, CHAT_ID = "+8613800138000", "+447700900123", "wx=quillfeather"
TASKS = """
    select
        's' || i as schedule_id, 'p' || i as person_id, 'u' || i as user_id, '=cmd' || i as nickname,
        i::integer as rank, null::varchar as last_product, null::date as last_contact_date, i = 4 as is_held_out,
        date '2024-01-11' as planned_date, '10:00' as window_start, '12:00' as window_end, true as is_issued,
        'recall' as purpose, 'Recall' as purpose_en, '召回' as purpose_zh, 'Last' as playbook_en, '最后' as playbook_zh,
        'phone' as channel, 'Call' as channel_en, '电话' as channel_zh,
        ['phone', 'phone', 'wecom_id', null, 'phone'][i] as handle_kind,
        ['h1', 'h2', 'h3', null, 'lost'][i] as handle_hash,
        'a1' as account_id, 'o1' as operator_id, null::varchar as offer_en, null::varchar as offer_zh,
        null::varchar as script_en, null::varchar as script_zh, 1 as attempt, i::integer as place,
        null::varchar as group_name
    from range(1, 6) as n (i)"""  # fmt: skip
GROUP = """
    select
        'g1' as group_id, 'Tea, one' as group_name, 'Interest group' as group_kind_en, '兴趣群' as group_kind_zh,
        'o1' as operator_id, 'Live' as status_en, '运营中' as status_zh, date '2024-01-01' as opened_on,
        200 as planned_size, 2 as inside, 0 as pending, false as is_behind, true as shows_code,
        null::varchar as merge_into"""
ROSTER = """
    select
        'g1' as group_id, 'Tea, one' as group_name, 'o1' as operator_id, i::integer as place, 'p' || i as user_id,
        '=cmd' || i as nickname, 'member' as role, 'Inside' as status_en, '已在群' as status_zh,
        date '2024-01-02' as joined_on, null::varchar as value_tier_en, null::varchar as value_tier_zh,
        null::varchar as stage_en, null::varchar as stage_zh, false as is_due, null::varchar as move_en,
        null::varchar as move_zh, null::boolean as is_proposal, null::varchar as reason_en,
        null::varchar as reason_zh, null::varchar as other_group_name, null::date as planned_date
    from range(2, 0, -1) as n (i)"""
ASSIGNMENTS = """
    select kind as group_kind, 'p' || i as person_id, '@' || i as nickname
    from (values ('vip'), ('interest')) as kinds (kind) cross join range(2, 0, -1) as n (i)"""


@pytest.fixture
def candidate(tmp_path: Path) -> Candidate:
    """A night that took in PHONE and CHAT_ID; an earlier one took in OLD_PHONE, and PHONE too."""
    settings = Settings(home=tmp_path / "home", landing=tmp_path / "landing")
    settings.releases.mkdir(parents=True)
    candidate = candidates.create(settings, date(2024, 1, 10), "r1", "then")
    for folder, rows in (
        (
            candidate.private,
            f"('phone', 'h1', '{PHONE}'), ('wecom_id', 'h3', '{CHAT_ID}'), ('phone', 'h3', 'other kind')",
        ),
        (settings.private, f"('phone', 'h2', '{OLD_PHONE}'), ('phone', 'h1', '{PHONE}')"),
    ):
        file = private_folder(folder / "handles") / "1.parquet"
        duckdb.execute(f"copy (from (values {rows}) as t (kind, hash, plain)) to '{file}' (format parquet)")
    return candidate


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A candidate's layers as an engine shows them, read-only."""
    with duckdb.connect(str(tmp_path / "muster.duckdb")) as built:
        results = DBT_PROJECT / "seeds" / "policy" / "contact_results.csv"
        built.execute(f"create schema policy; create table policy.contact_results as from read_csv('{results}')")
        built.execute(f"create schema marts; create table marts.groups as {GROUP}")
    with duckdb.connect(str(tmp_path / "work.duckdb")) as built:
        built.execute("create schema exports; create table exports.segments as select 'u1' as user_id")
        for name in ("operator_tasks", "recall_list", "invite_list"):
            built.execute(f"create table exports.{name} as {TASKS}")
        built.execute(f"create table exports.group_roster as {ROSTER}")
        built.execute(f"create table exports.group_assignments as {ASSIGNMENTS}")
    with duckdb.connect(str(tmp_path / "muster.duckdb"), read_only=True) as connection:
        connection.execute(f"attach '{tmp_path / 'work.duckdb'}' as work (read_only)")
        yield connection


def test_plain_handles_stand_in_every_kind_of_file(candidate: Candidate, connection: duckdb.DuckDBPyConnection) -> None:
    counts = write_exports(connection, candidate)
    rows = {"segments": 1, "recall_list": 5, "invite_list": 5, "group_assignments": 4, "group_roster": 2}
    files = {f"exports/{name}.{kind}": count for name, count in rows.items() for kind in ("csv", "parquet")}
    assert counts == files | {"exports/workbooks/o1_2024-01-11.xlsx": 4}
    expected = [PHONE, OLD_PHONE, CHAT_ID, None, None]
    folder = candidate.exports_folder
    parquet = duckdb.execute(f"select handle from '{folder / 'recall_list.parquet'}' order by rank").fetchall()
    assert [handle for (handle,) in parquet] == expected
    text = (folder / "recall_list.csv").read_text(encoding="utf-8-sig").splitlines()
    names = text[0].split(",")
    assert "handle_hash" not in names
    rows = [dict(zip(names, line.split(","), strict=True)) for line in text[1:]]
    assert [row["handle"] or None for row in rows] == expected, "a phone number is no formula"
    assert [row["nickname"] for row in rows] == [f"'=cmd{i}" for i in range(1, 6)]
    with duckdb.connect() as excel:
        import_extension("excel", con=excel)
        excel.load_extension("excel")
        book = excel.execute(
            f"""select "Phone or chat id 联系方式" from read_xlsx('{folder / "workbooks" / "o1_2024-01-11.xlsx"}',
                sheet = 'Today 今日', all_varchar = true)"""
        ).fetchall()
    assert [handle for (handle,) in book] == [PHONE, OLD_PHONE, CHAT_ID, None]


def test_lists_of_groups_come_in_one_order_and_are_safe_to_open(
    candidate: Candidate, connection: duckdb.DuckDBPyConnection
) -> None:
    write_exports(connection, candidate)
    folder = candidate.exports_folder
    text = (folder / "group_assignments.csv").read_text(encoding="utf-8-sig").splitlines()
    assert text == ["group_kind,person_id,nickname", *(f"{k},p{i},'@{i}" for k in ("interest", "vip") for i in (1, 2))]
    text = (folder / "group_roster.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",Inside")[0] for line in text[1:]] == [
        'g1,"Tea, one",o1,1,p1,\'=cmd1,member', 'g1,"Tea, one",o1,2,p2,\'=cmd2,member',
    ]  # fmt: skip
    parquet = duckdb.execute(f"select user_id from '{folder / 'group_roster.parquet'}'").fetchall()
    assert parquet == [("p1",), ("p2",)]


def test_lists_are_for_their_owner_only(candidate: Candidate, connection: duckdb.DuckDBPyConnection) -> None:
    counts = write_exports(connection, candidate)
    files = [path for path in candidate.exports_folder.rglob("*") if path.is_file()]
    assert {f"exports/{path.relative_to(candidate.exports_folder).as_posix()}" for path in files} == set(counts)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    folders = [candidate.exports_folder, candidate.exports_folder / "workbooks"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}


def test_without_a_vault_lists_have_no_handles(candidate: Candidate, connection: duckdb.DuckDBPyConnection) -> None:
    for path in candidate.private.parent.rglob("*.parquet"):
        path.unlink()
    write_exports(connection, candidate)
    found = duckdb.execute(f"select count(handle), count(*) from '{candidate.exports_folder / 'recall_list.parquet'}'")
    assert found.fetchall() == [(0, 5)]
