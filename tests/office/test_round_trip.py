"""A workbook that LibreOffice filled in comes back as contacts, and who wants no more is on no list the same night."""

from datetime import date
from pathlib import Path

import duckdb
import pytest
from muster import candidate as candidates
from muster import nightly, release
from muster.settings import DBT_PROJECT
from muster.workbooks import write_workbooks
from support.office import fill_in
from support.shops import Shop

BEFORE, DAY = "2024-01-10", "2024-01-11"
PEOPLE = {"0012": "=1+1", "u2": "@SUM(1)", "u3": "+8613800138000", "u4": "王芳", "u5": "plain", "u6": "Eve"}
RESULT, CONTACTED_AT = "Result 结果", "Contacted at 实际联系时间"
FILLED = {
    "s0012": {RESULT: "Reached 已联系上", CONTACTED_AT: 45302.604166666664},
    "su2": {RESULT: "No answer 无人应答", CONTACTED_AT: 0.75},
    "su3": {RESULT: "已下单", CONTACTED_AT: "9:05"},
    "su4": {RESULT: "Do not contact again 不要再联系"},
    "su5": {RESULT: "Not sent 未发送"},
}  # su6 is left as it is
CHOICES = [
    "Reached 已联系上", "No answer 无人应答", "Bought 已下单", "Refused 已拒绝", "Do not contact again 不要再联系",
    "Not sent 未发送",
]  # fmt: skip
CONTACTS = [
    ("s0012", "0012", "2024-01-11", "phone", "recall", "a1", "o1", "reached", True, False),
    ("su2", "u2", "2024-01-11", "phone", "recall", "a1", "o1", "no_answer", True, False),
    ("su3", "u3", "2024-01-11", "phone", "recall", "a1", "o1", "bought", True, False),
    ("su4", "u4", "2024-01-11", "phone", "recall", "a1", "o1", "do_not_contact", True, True),
    ("su5", "u5", "2024-01-11", "phone", "recall", "a1", "o1", "not_sent", False, False),
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop that knows six people, all of them on its list."""
    folder = tmp_path_factory.mktemp("shop")
    shop = Shop(folder / "landing", folder / "home").mapping()
    users = [{"user_id": user, "nickname": name, "registered_at": "2024-01-01"} for user, name in PEOPLE.items()]
    shop.csv("users/1.csv", users)
    shop.csv("orders/1.csv", [{"order_id": "1", "user_id": "u5", "ordered_at": BEFORE, "amount": "5"}])
    shop.night(BEFORE)
    return shop


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of the operator who has these people to call on DAY."""
    folder = tmp_path_factory.mktemp("workbook")
    names = ", ".join(f"('{user}', '{name}')" for user, name in PEOPLE.items())
    tasks = f"""
        select 's' || user_id as schedule_id, user_id, nickname, 'tea' as last_product, null::date as last_contact_date,
            false as is_held_out, date '{DAY}' as planned_date, '10:00' as window_start, '12:00' as window_end,
            true as is_issued, 'recall' as purpose, 'Recall' as purpose_en, '召回' as purpose_zh, 'phone' as channel,
            'Call' as channel_en, '电话' as channel_zh, nickname as handle, 'a1' as account_id, 'o1' as operator_id,
            'A gift' as offer_en, '礼品' as offer_zh, '=A1' as script_en, '您好' as script_zh, 1 as attempt,
            row_number() over () as place
        from (values {names}) as people (user_id, nickname)"""
    with duckdb.connect() as connection:
        results = DBT_PROJECT / "seeds" / "policy" / "contact_results.csv"
        connection.execute(f"create schema policy; create table policy.contact_results as from read_csv('{results}')")
        before = date.fromisoformat(BEFORE)
        ((path, rows),) = write_workbooks(connection, tasks, before, folder / "workbooks", folder)
    assert rows == len(PEOPLE)
    return path


@pytest.fixture(scope="module")
def seen(shop: Shop, workbook: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What LibreOffice sees in it; the filled-in workbook lies in the landing zone afterwards."""
    contacts = shop.landing / "contacts"
    contacts.mkdir()
    found = fill_in(workbook, contacts / workbook.name, FILLED, tmp_path_factory.mktemp("office"))
    (contacts / "_SUCCESS").touch()
    return found


def test_libreoffice_sees_text_and_a_list_to_choose_from(seen: dict) -> None:
    assert seen["sheets"] == ["Today 今日", "Week 本周", "Held out 请勿联系", "How to 说明"]
    assert seen["formulas"] == []
    assert seen["choices"] == CHOICES
    assert seen["hidden"] == ["User ID 用户编号", "Channel code 渠道代码", "Purpose code 目的代码", "Operator 运营"]


def test_what_was_filled_in_is_read_back_the_same_night(shop: Shop, seen: dict) -> None:
    night = shop.start(DAY)
    for step in ("ingest", "audit_raw", "transform"):
        nightly.run_step(night, step)
    candidate = candidates.load(shop.settings, night.run)
    with shop.at_work() as engine, engine.reading(candidate) as connection:
        contacts = connection.execute(
            """select contact_id, user_id, contacted_on::varchar, channel, purpose, account_id, operator_id, result,
                is_contact, is_objection
            from work.intermediate.int_contacts order by contact_id"""
        ).fetchall()
        times = connection.execute("select contacted_at::varchar from work.raw.contacts order by contact_id").fetchall()
        listed = connection.execute("select user_id from work.exports.segments order by user_id").fetchall()
    assert contacts == CONTACTS
    assert [time for (time,) in times] == [
        "2024-01-11 14:30:00", "2024-01-11 18:00:00", "2024-01-11 09:05:00", "2024-01-11 00:00:00",
        "2024-01-11 00:00:00",
    ]  # fmt: skip
    assert [user for (user,) in listed] == ["0012", "u2", "u3", "u5", "u6"]
    (before,) = release.releases(shop.settings)
    was_listed = (before.folder / "exports" / "segments.csv").read_text(encoding="utf-8-sig")
    assert "\nu4," in was_listed
