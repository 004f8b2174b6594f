"""A workbook that LibreOffice filled in comes back as contacts, and who wants no more is on no list the same night."""

import duckdb
import pytest
from muster import release
from support.office import fill_in
from support.shops import Shop

BEFORE, DAY = "2024-01-10", "2024-01-11"
PHONES = {f"00{n}": f"+86138001380{n}" for n in range(10, 60)}
NAMES = {"0010": "=1+1", "0011": "@SUM(1)", "0012": "+8613800138000", "0013": "王芳"}
RESULT, CONTACTED_AT = "Result 结果", "Contacted at 实际联系时间"
CHOICES = [
    "Reached 已联系上", "No answer 无人应答", "Bought 已下单", "Refused 已拒绝", "Do not contact again 不要再联系",
    "Not sent 未发送",
]  # fmt: skip
# what is filled in, row by row; the rows after these are left as they are
FILLED = [
    {RESULT: "Reached 已联系上", CONTACTED_AT: 45302.604166666664},
    {RESULT: "No answer 无人应答", CONTACTED_AT: 0.75},
    {RESULT: "已下单", CONTACTED_AT: "9:05"},
    {RESULT: "Do not contact again 不要再联系"},
    {RESULT: "Not sent 未发送"},
]
# (result, status, reason, contacted on) of each
COME_BACK = [
    ("reached", "returned", None, DAY), ("no_answer", "returned", None, DAY), ("bought", "returned", None, DAY),
    ("do_not_contact", "returned", None, DAY), ("not_sent", "cancelled", "denied", DAY), (None, "planned", None, None),
]  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop after its first night, with people who bought once and an operator who calls them."""
    folder = tmp_path_factory.mktemp("shop")
    shop = Shop(folder / "landing", folder / "home").mapping()
    users = [
        {"user_id": user, "nickname": NAMES.get(user, "Li"), "registered_at": "2023-12-01", "phone": phone}
        for user, phone in PHONES.items()
    ]
    shop.csv("users/1.csv", users)
    orders = [{"order_id": u, "user_id": u, "ordered_at": "2023-12-20", "amount": "500"} for u in PHONES]
    shop.csv("orders/1.csv", [*orders, {"order_id": "1", "user_id": "", "ordered_at": BEFORE, "amount": "5"}])
    shop.csv("operators/1.csv", [{"operator_id": "o1", "active": "yes"}])
    shop.csv("accounts/1.csv", [{"account_id": "a1", "operator_id": "o1", "active": "yes"}])
    shop.csv("friends/1.csv", [{"account_id": "a1", "user_id": u, "accepted_at": "2023-12-01"} for u in PHONES])
    shop.night(BEFORE)
    return shop


@pytest.fixture(scope="module")
def slots(shop: Shop) -> list[tuple[str, str]]:
    """Schedule id and person of the operator's first rows, those that are filled in and one more."""
    found = shop.rows(
        f"select schedule_id, person_id from marts.contact_schedule where planned_date = '{DAY}' order by rank"
    )
    assert len(found) > 30
    return found[: len(FILLED) + 1]


@pytest.fixture(scope="module")
def seen(shop: Shop, slots: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What LibreOffice sees in the workbook; filled in, it lies in the landing zone afterwards."""
    contacts = shop.landing / "contacts"
    contacts.mkdir()
    (workbook,) = (shop.settings.current / "exports" / "workbooks").iterdir()
    filled = {schedule_id: words for (schedule_id, _), words in zip(slots, FILLED, strict=False)}
    found = fill_in(workbook, contacts / workbook.name, filled, tmp_path_factory.mktemp("office"))
    (contacts / "_SUCCESS").touch()
    return found


@pytest.fixture(scope="module")
def night(shop: Shop, seen: dict) -> release.Release:
    """The night after the workbook was handed in."""
    return shop.night(DAY)


def test_libreoffice_sees_text_and_a_list_to_choose_from(seen: dict) -> None:
    assert seen["sheets"] == ["Today 今日", "Week 本周", "Held out 请勿联系", "How to 说明"]
    assert seen["formulas"] == []
    assert seen["choices"] == CHOICES
    assert seen["hidden"] == ["User ID 用户编号", "Channel code 渠道代码", "Purpose code 目的代码", "Operator 运营"]


def test_what_was_filled_in_is_the_slots_result(
    shop: Shop, slots: list[tuple[str, str]], night: release.Release
) -> None:
    came_back = {
        schedule_id: rest
        for schedule_id, *rest in shop.rows(
            "select schedule_id, result, status, reason_code, sent_on::varchar from marts.contact_schedule"
        )
    }
    assert [tuple(came_back[schedule_id]) for schedule_id, _ in slots] == COME_BACK
    (workbook,) = (file for file in night.manifest()["inputs"] if file["feed"] == "contacts")
    assert (workbook["rows"], workbook["quarantined"]) == (len(FILLED), 0)


def test_who_wants_no_more_contacts_is_on_no_list(
    shop: Shop, slots: list[tuple[str, str]], night: release.Release
) -> None:
    """The same night, while the others stay."""
    (before,) = (r for r in release.releases(shop.settings) if r != night)
    objector, unanswered = slots[3][1], slots[1][1]
    decisions = dict(shop.rows("select person_id, decision from marts.recall_candidates"))
    assert decisions[objector] == "excluded_opt_out"
    assert on_lists(before, objector) == {"segments", "recall_list", "group_assignments"}
    assert on_lists(night, objector) == set()
    assert "segments" in on_lists(night, unanswered)


def on_lists(night: release.Release, person: str) -> set[str]:
    files = (night.folder / "exports").glob("*.parquet")
    return {f.stem for f in files if duckdb.execute(f"from '{f}' where person_id = ?", [person]).fetchall()}


def test_who_is_held_out_is_marked_and_cannot_be_met(shop: Shop, night: release.Release) -> None:
    """Many of the shop's people bought a month ago: some are withheld at their slots."""
    listed = duckdb.execute(
        f"""select is_held_out, count(*), count(handle), count(script_zh), min(what_to_do_en)
            from '{release.releases(shop.settings)[0].folder}/exports/recall_list.parquet' group by 1 order by 1"""
    ).fetchall()
    (contacts, ghosts) = listed
    assert contacts[2:] == (contacts[1], contacts[1], "Contact")
    assert ghosts[1] > 0
    assert ghosts[2:] == (0, 0, "Do not contact")
