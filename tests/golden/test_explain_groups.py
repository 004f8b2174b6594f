"""`muster explain` of groups: where a person stands, why, what is missing, what is to be done; in exact sentences."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest
from muster import explain, release
from muster.engines import engine_of, on_duckdb
from muster.explain import groups
from muster.explain.facts import GROUP_POLICY, Facts, Groups
from support.older import without_tables
from support.shops import Shop

DAY = "2024-03-10"
GROUP_TABLES = {
    "group_assignments", "group_moves", "groups", "entry_routes", "operator_load", "staffing_plan", "cohort_members",
    "group_memberships", "group_registry", "group_hands", *GROUP_POLICY,
}  # fmt: skip
ASSIGNMENT = {
    "as_of_date": date(2024, 3, 10), "person_id": "ann", "user_id": "ann", "group_kind": "interest",
    "status": "joined", "status_en": "Inside", "status_zh": "已在群", "status_since": date(2024, 2, 1),
    "group_id": "g1", "group_name": "Muster·Leeds·web·2024Q1·Top·1", "role": None, "from_group_id": None,
    "reason": "assigned", "reason_en": "Fits the group", "reason_zh": "符合该群条件", "missing": None,
    "stage": "new", "value_tier": "base", "tier_band": "core", "cohort": "2024Q1",
}  # fmt: skip
WAITING = {
    "status": "waiting", "status_en": "Waiting", "status_zh": "等待中", "status_since": None, "group_id": None,
    "group_name": None, "reason": "too_few", "reason_en": "Too few people like this are waiting",
    "reason_zh": "同类等待人数不足", "missing": 1130,
}  # fmt: skip
GROUP = {
    "as_of_date": date(2024, 3, 10), "group_id": "g1", "group_name": "Muster·Leeds·web·2024Q1·Top·1",
    "group_kind": "interest", "group_kind_en": "Interest group", "group_kind_zh": "兴趣群", "origin": "opened",
    "rung": 2, "cohort": "2024Q1", "operator_id": "O1", "is_unstaffed": False, "status": "live", "status_en": "Live",
    "status_zh": "运营中", "status_since": date(2024, 2, 20), "opened_on": date(2024, 2, 1), "age_days": 38,
    "planned_size": 200, "inside": 1160, "pending": 30, "is_behind": False, "shows_code": True,
}  # fmt: skip
MOVE = {
    "as_of_date": date(2024, 3, 10), "person_id": "ann", "user_id": "ann", "group_kind": "interest",
    "move": "promote", "move_en": "Invite into the higher tier's group", "move_zh": "邀请进入更高等级群",
    "from_group_id": "g1", "from_group_name": "One", "to_group_id": "g2", "to_group_name": "Two",
    "reason": "promoted", "reason_en": "Has risen into another tier", "reason_zh": "等级提升", "is_new": True,
    "is_proposal": False, "operator_id": "O2", "planned_date": date(2024, 3, 12), "schedule_id": "s1",
}  # fmt: skip
COHORT = {
    "as_of_date": date(2024, 3, 10), "person_id": "ann", "cohort": "2024Q1", "cohort_source": "milestone",
    "milestone_date": date(2024, 2, 14), "milestone_status": "expected", "fixed_on": date(2024, 2, 1),
    "corrected_on": None,
}  # fmt: skip
LABELS = {"label_en": "Interest group", "label_zh": "兴趣群"}
BELONGS = (
    "Cohort 2024Q1: Quarter of the milestone date 2024-02-14, known since 2024-02-01. Groups hold one cohort alone."
)
BELONGS_ZH = "所属人群 2024Q1：里程碑日期所在季度（2024-02-14），自 2024-02-01 起确定。每个群只收同一人群。"
STAYS = (
    "A member stays: only leaving, an objection, a merged group, a corrected date of the cohort or a higher tier "
    "changes the group, the last within 0.1 % of all members a night."
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop whose person ann has hand-made rows in the tables of groups: inside one, to come into another."""
    folder = tmp_path_factory.mktemp("groups")
    shop = Shop(folder / "landing", folder / "home").mapping()
    users = [{"user_id": user, "registered_at": "2024-01-01", "phone": "+441632960001"} for user in ("ann", "bea")]
    shop.csv("users/1.csv", [*users, {"user_id": "zoe", "registered_at": "2024-01-01", "phone": ""}])
    shop.csv("orders/1.csv", [{"order_id": "1", "user_id": "ann", "ordered_at": "2024-03-01", "amount": "20"}])
    shop.night(DAY)
    with duckdb.connect(str(on_duckdb.database(release.current(shop.settings).folder))) as connection:
        for table, rows in (
            ("marts.group_assignments", [ASSIGNMENT]), ("marts.group_moves", [MOVE]), ("marts.groups", [GROUP]),
            ("state.cohort_members", [COHORT]),
        ):  # fmt: skip
            connection.execute(f"delete from {table}")
            for row in rows:
                named = ", ".join(f"${name} as {name}" for name in row)
                connection.execute(f"insert into {table} by name select {named}", row)
    return shop


def facts_of(shop: Shop, user: str = "ann") -> Facts:
    return explain.read_facts(engine_of(shop.settings), release.current(shop.settings), user)


def changed(
    facts: Facts, *assignments: dict, moves: tuple[dict, ...] = (), cohort: dict | None = COHORT, **group: object
) -> Facts:
    """The facts as they would be with these rows (what differs from the ones above)."""
    found = Groups(
        assignments=[ASSIGNMENT | LABELS | row for row in assignments],
        moves=[MOVE | row for row in moves],
        cohort=cohort,
        known={"g1": GROUP | group},
    )
    return replace(facts, groups=found)


def said(facts: Facts, language: str = "en") -> list[str]:
    found = groups.explain(facts)
    return [sentence.text(language) for sentence in (*found.because, *found.would_change)]


def test_a_member_who_moves(shop: Shop) -> None:
    facts = facts_of(shop)
    assert said(facts) == [
        "Interest group: Inside, Muster·Leeds·web·2024Q1·Top·1, since 2024-02-01. Fits the group.",
        "The group: Live, 1,160 inside, 30 to come, filled to 200; run by O1.",
        "What its people have in common: City, channel; cohort 2024Q1.",
        "To do: Invite into the higher tier's group, from One to Two; planned for 2024-03-12; run by O2. "
        "Has risen into another tier.",
        BELONGS,
    ]
    assert said(facts, "zh") == [
        "兴趣群：已在群，Muster·Leeds·web·2024Q1·Top·1（自 2024-02-01 起）。符合该群条件。",
        "该群：运营中，在群 1,160 人，待入群 30 人，目标 200 人；由 O1 负责。",
        "群内成员的共同点：城市·渠道；人群 2024Q1。",
        "待办：邀请进入更高等级群，从 One 到 Two；计划于 2024-03-12；由 O2 负责。等级提升。",
        BELONGS_ZH,
    ]
    found = groups.explain(facts)
    assert (found.value, found.label) == ({"interest": "joined"}, ("Interest group: Inside", "兴趣群：已在群"))
    assert json.loads(explain.as_json(facts, [found], "en"))["decisions"][0]["value"] == {"interest": "joined"}


def test_a_member_who_stays(shop: Shop) -> None:
    """Also where somebody would have to agree to a move."""
    facts = changed(facts_of(shop), {}, moves=({"is_proposal": True},))
    assert said(facts)[-2:] == [BELONGS, STAYS]
    assert said(facts, "zh")[-1] == (
        "成员保持不动：只有退群、提出勿扰、群合并、人群日期更正或等级提升才会换群，后者每晚不超过全部成员的 0.1%。"
    )


def test_the_persons_other_user_and_somebody_without_rows(shop: Shop) -> None:
    assert said(facts_of(shop, "bea"))[0] == "The person has several user ids; ann speaks for all of them."
    nobody = facts_of(shop, "zoe")
    assert said(nobody) == [
        "No kind of group is open to this person.",
        "No cohort: Quarter of the milestone date, Age band, Quarter of the first purchase - none of these is known.",
    ]
    assert said(nobody, "zh")[1] == "无所属人群：里程碑日期所在季度、年龄段、首购季度均未知。"
    assert groups.explain(nobody).label == ("none", "无")


def test_who_waits_is_told_how_many_are_missing(shop: Shop) -> None:
    facts = changed(facts_of(shop), WAITING, cohort=COHORT | {"milestone_date": None, "cohort_source": "age_band"})
    assert said(facts) == [
        "Interest group: Waiting. Too few people like this are waiting.",
        "1,130 more people like this must wait before a group opens (150 must be expected to join).",
        "Cohort 2024Q1: Age band, known since 2024-02-01. Groups hold one cohort alone.",
        "Interest group: more people like this, or a free place in a group that fits.",
    ]
    assert said(facts, "zh")[1] == "还差 1,130 名同类人员才能建群（预计入群须达 150 人）。"


def test_moving_from_a_group_that_is_closed(shop: Shop) -> None:
    moving = {"status": "planned", "status_en": "To be invited", "from_group_id": "g9", "role": "koc"}
    undated = {"move": "merge", "planned_date": None, "operator_id": None, "from_group_name": None}
    facts = changed(
        facts_of(shop), moving, moves=(undated,), cohort=COHORT | {"corrected_on": date(2024, 3, 1)}, operator_id=None,
        rung=None,
    )  # fmt: skip
    assert said(facts)[1:] == [
        "Role inside: KOC.",
        "The group: Live, 1,160 inside, 30 to come, filled to 200; run by nobody yet.",
        "Still inside g9 until the move is over.",
        "To do: Invite into the higher tier's group, into Two; no day has room for it yet; run by nobody yet. Has "
        "risen into another tier.",
        BELONGS,
        "The milestone was corrected or ended; that changed the cohort on 2024-03-01.",
    ]
    assert said(facts, "zh")[1] == "群内角色：达人。"


def test_who_is_to_be_taken_out_or_might_be(shop: Shop) -> None:
    out = {"move": "remove", "move_en": "Take out of the group", "to_group_name": None, "planned_date": None}
    facts = changed(facts_of(shop), {"role": "host"}, moves=(out, out | {"is_proposal": True}))
    assert [line for line in said(facts) if line.startswith("To do")] == [
        "To do: Take out of the group, out of One; due at once; run by O2. Has risen into another tier.",
        "To do: Take out of the group, out of One; once somebody agrees; run by O2. Has risen into another tier.",
    ]
    assert "Role inside: host." in said(facts)


WORTH = {"status": "not_eligible", "status_en": "No group", "reason": "not_worth_a_group", "missing": None}


def test_who_is_not_worth_a_group(shop: Shop) -> None:
    lost = changed(facts_of(shop), WAITING | WORTH | {"stage": "lost", "value_tier": "base"})
    assert said(lost)[1] == "Stage Lost with value tier Base has no group of this kind."
    assert said(lost)[-1] == (
        "Interest group: with this value tier, one of the stages New, One-time, Repeat, Loyal, Reactivated, At risk."
    )
    superfan = {"group_kind": "superfan", "label_en": "Superfan group"}
    base = changed(facts_of(shop), WAITING | WORTH | superfan)
    assert said(base)[-1] == "Superfan group: one of the value tiers High, VIP."
    lead = changed(facts_of(shop), WAITING | WORTH | superfan | {"stage": "lead", "value_tier": "none"})
    assert said(lead, "zh")[1] == "阶段“新线索”、层级“无层级”不设此类群。"


CHANGES = {
    "next_wave": "Interest group: the next wave, once it is known how many accept the first.",
    "no_capacity": "Interest group: more accounts, or a higher daily limit of the accounts.",
    "no_place": "Interest group: a city, province or country in the users feed.",
    "no_cohort": "Interest group: a milestone date, a birth date or a first purchase.",
    "no_route": "Interest group: a phone number, a chat id, or an account that has the person as a friend.",
    "duplicate_person": "Interest group: a phone number or chat id that fewer people share.",
    "violation": "Interest group: at most 2 violations within 365 days.",
    "suppressed": "An entry of the suppressions feed ends with its until; an answer to a contact does not end.",
    "declined": "Interest group: 90 days after the last answer, from 2024-05-01 on.",
}


@pytest.mark.parametrize("reason", CHANGES)
def test_what_would_change_it(shop: Shop, reason: str) -> None:
    facts = changed(facts_of(shop), WAITING | {"reason": reason, "missing": None, "status_since": date(2024, 2, 1)})
    assert said(facts)[-1] == CHANGES[reason]
    shared = "More than 5 users share a handle with this person, and another one answers under it."
    assert (shared in said(facts)) == (reason == "duplicate_person")


def test_every_reason_to_have_no_group_says_what_would_change_it(shop: Shop) -> None:
    with engine_of(shop.settings).reading_release(release.current(shop.settings)) as connection:
        found = connection.execute("select reason_code from policy.group_reasons").fetchall()
    of_members = {"assigned", "adopted", "entered", "assumed", "promoted", "cohort_corrected", "merged", "stayed"}
    of_moves = {"in_two_groups", "moved_on", "milestone_ended"}
    assert {reason for (reason,) in found} - groups.CHANGES.keys() == of_members | of_moves | {"staff"}


def test_two_kinds_stand_in_one_line(shop: Shop) -> None:
    vip = {"group_kind": "vip", "label_en": "VIP group", "label_zh": "VIP群"}
    found = groups.explain(changed(facts_of(shop), {}, WAITING | vip))
    assert found.label == ("Interest group: Inside; VIP group: Waiting", "兴趣群：已在群；VIP群：等待中")
    assert found.value == {"interest": "joined", "vip": "waiting"}


def test_a_release_from_before_groups_says_so(shop: Shop, tmp_path: Path) -> None:
    older = without_tables(shop, tmp_path, GROUP_TABLES)
    _, decisions = explain.explain(engine_of(shop.settings), older, "ann")
    assert decisions[-1].lines("en")[1:] == [
        "Groups: not known",
        "  This release was built before groups were planned, and says nothing of them.",
        "  From: manifest.json",
    ]
    assert decisions[-1].lines("zh")[2] == "  此版本生成时尚无分群安排，没有相关信息。"
