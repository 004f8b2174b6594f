"""`muster explain` of contacts: every decision in exact sentences, and none that says something else than the list."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from muster import explain, release
from muster.engines import engine_of
from muster.explain import recall, recall_outcomes
from muster.explain.facts import RECALL_POLICY, Facts
from support.older import without_tables
from support.shops import Shop

DAY = "2024-03-10"
RECALL_TABLES = {
    "recall_candidates", "contact_schedule", "recall_outcomes", "recall_lift", "experiment_results", "holdout_members",
    *RECALL_POLICY,
}  # fmt: skip
PHONE = "13800000009"
HELD = "held26"  # md5('holdout|held26|2024Q1') begins below 5 %
# 90 days of silence are churn. A1 sends one chat on Sundays and nothing on other days: 2024-03-17 and 24.
BOUGHT = {
    HELD: ("2024-03-01", 300), "second": ("2024-03-01", 300), "third": ("2024-03-01", 200),
    "fourth": ("2024-03-01", 100), "out": ("2024-03-01", 100), "silent": ("2024-03-01", 100),
    "tried": ("2024-03-01", 100), "lately": ("2024-03-01", 100), "poor": ("2023-11-20", 1),
    "loyal": ("2024-03-09", 100),
}  # fmt: skip
FRIENDS = (HELD, "second", "third", "fourth", "tried", "lately", "out", "loyal")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("contacts")
    shop = Shop(folder / "landing", folder / "home").mapping()
    shop.csv(
        "users/1.csv",
        [{"user_id": user, "registered_at": "2024-02-20", "phone": PHONE if user == "poor" else ""} for user in BOUGHT],
    )
    orders = [(user, day, price) for user, (day, price) in BOUGHT.items()]
    orders += [("loyal", f"2024-02-2{n}", 100) for n in range(1, 6)]
    shop.csv(
        "orders/1.csv",
        [{"order_id": f"{u}-{d}", "user_id": u, "ordered_at": d, "amount": f"{p}.00"} for u, d, p in orders],
    )
    shop.csv("operators/1.csv", [{"operator_id": "O1", "days_off": "mon;tue;wed;thu;fri;sat"}])
    shop.csv("accounts/1.csv", [{"account_id": "A1", "operator_id": "O1", "daily_contact_limit": 1}])
    shop.csv("friends/1.csv", [{"account_id": "A1", "user_id": u, "accepted_at": "2024-03-01"} for u in FRIENDS])
    shop.csv("suppressions/1.csv", [{"user_id": "out", "kind": "complaint", "since": "2024-03-02"}])
    shop.csv(
        "contacts/1.csv",
        [
            {"contact_id": f"c-{u}", "user_id": u, "contacted_at": "2024-03-05", "channel": "wecom",
             "purpose": "recall", "result": result}
            for u, result in (("tried", "refused"), ("lately", "no_answer"))
        ],
    )  # fmt: skip
    shop.night(DAY)
    return shop


def facts_of(shop: Shop, user: str) -> Facts:
    return explain.read_facts(engine_of(shop.settings), release.current(shop.settings), user)


def said(facts: Facts, language: str = "en") -> list[str]:
    found = recall.explain(facts)
    return [sentence.text(language) for sentence in (*found.because, *found.would_change)]


def changed(facts: Facts, slots: list | None = None, lift: list | None = None, **values: object) -> Facts:
    """The facts as they would be with other values in the person's row of recall_candidates."""
    parts: Mapping = {"candidate": facts.recall.candidate | values}
    parts |= {} if slots is None else {"slots": slots}
    parts |= {} if lift is None else {"lift": lift}
    return replace(facts, recall=replace(facts.recall, **parts))


CANCELS = "A purchase, an objection, a contact by somebody else or the loss of the handle cancels it the same night."
SECOND_ORDER = [
    "Playbook: Second order, because the stage is New; value tier: Middle.",
    "The prior of Second order: 4 % buy because of a contact, 5 % would have bought anyway; no lift has been measured "
    "yet.",
    "By Chat with a friend, 100 % of the response is expected: 4 %; baseline 5 %.",
    "Offer: Returning customer's offer (10 % off); expected order 200.00 GBP; a contact costs 0.6.",
    "Score: 4 % x (40 % - 10 %) x 200.00 - 5 % x 10 % x 200.00 - 0.6 = 0.80 GBP.",
]


def test_a_slot_and_the_score_as_a_sum(shop: Shop) -> None:
    """0.04 x 0.3 x 200 - 0.05 x 0.1 x 200 - 0.6 = 2.4 - 1 - 0.6."""
    third = facts_of(shop, "third")
    assert said(third) == [
        *SECOND_ORDER,
        "Rank 3 of 4 who may be contacted.",
        "2024-03-24, 10:00 to 12:00: Chat with a friend, from account A1, operator O1; script: Second order; attempt 1 "
        "of 2.",
        "Not handed out before 2024-03-22; until then it is planned anew every night and may move.",
        CANCELS,
    ]
    assert said(third, "zh") == [
        "方案：二单转化（阶段：新客；价值层级：中）。",
        "二单转化的先验：4% 因联系而购买，5% 本来就会购买；尚无实测提升。",
        "通过好友私聊可期待其中的 100%：响应率 4%，自然购买率 5%。",
        "权益：复购礼遇（优惠 10%）；预期订单 200.00 GBP；每次联系成本 0.6。",
        "得分：4% × (40% - 10%) × 200.00 - 5% × 10% × 200.00 - 0.6 = 0.80 GBP。",
        "在可联系的 4 人中排第 3。",
        "2024-03-24 10:00 至 12:00：好友私聊，账号 A1，操作员 O1；话术：二单转化；第 1 次（最多 2 次）。",
        "最早 2024-03-22 下发；此前每晚重新排期，可能变动。",
        "一旦购买、提出勿扰、已被他人联系或联系方式失效，当晚即取消。",
    ]
    found = recall.explain(third)
    assert (found.value, found.label) == ("include", ("Contacted: Has a slot", "联系：已排期"))
    issued = [slot | {"issued_on": date(2024, 3, 9)} for slot in third.recall.slots]
    assert "Handed out on 2024-03-09; the day does not move any more." in said(changed(third, issued))
    assert "已于 2024-03-09 下发，日期不再变动。" in said(changed(third, issued), "zh")


ENDS = (
    "An entry of the suppressions feed ends with its until; an answer to a contact does not end.",
    "抑制名单的记录在其截止日（until）后失效；联系时的答复不会失效。",
)
OUTCOMES = {
    HELD: (
        "holdout",
        ["In the control group of 2024Q1: 10 % of those in the playbook Second order and the tier were drawn by "
         "chance, this person on 2024-03-10.",
         "The slot on 2024-03-17 by Chat with a friend is withheld: this person must not be called; the place goes to "
         "the next in rank.",
         "The group is drawn anew after 2024Q1."],
        ["属于 2024Q1 的对照组：方案“二单转化”该层级随机抽取 10%，此人于 2024-03-10 抽中。",
         "2024-03-17 的好友私聊名额已扣留：请勿联系此人，名额顺延给下一位。", "2024Q1 之后重新抽取。"],
    ),
    "fourth": (
        "deferred_account_quota",
        ["2 who rank ahead have the places of account A1 (Chat with a friend) in the 15 days to come.",
         "More places, or a higher rank."],
        ["未来 15 天内，账号 A1 的好友私聊名额已被排名靠前的 2 人占用。", "增加名额或排名上升。"],
    ),
    "out": (
        "excluded_complaint",
        ["The person has complained: on no list, whatever the channel.", ENDS[0]],
        ["此人有投诉：不进入任何名单，不论渠道。", ENDS[1]],
    ),
    "silent": (
        "excluded_no_handle",
        ["By none of the playbook's channels can the person be reached: Chat with a friend, Friend request, Text "
         "message."],
        ["方案的渠道（好友私聊、添加好友、短信）均无法联系到此人。"],
    ),
    "tried": (
        "excluded_max_attempts",
        ["1 of at most 2 attempts of Second order since the last purchase; an answer ended them (one of: Bought, "
         "Refused, Do not contact again).", "A purchase starts the count anew."],
        ["上次购买后已按“二单转化”联系 1 次（上限 2 次）；因反馈而终止（已下单、已拒绝、不要再联系之一）。",
         "再次购买后重新计数。"],
    ),
    "lately": (
        "excluded_recently_contacted",
        ["Last contacted on 2024-03-05, as the contacts feed says; Second order waits 21 days for the next attempt.",
         "Possible again from 2024-03-26 on."],
        ["联系记录显示上次联系在 2024-03-05；“二单转化”两次尝试之间间隔 21 天。", "2024-03-26 起可再次联系。"],
    ),
    "loyal": (
        None,
        ["No playbook applies to the stage: Loyal."],
        ["阶段“忠诚客户”没有适用的召回方案。"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("user", OUTCOMES)
def test_why_and_what_would_change_it(shop: Shop, user: str) -> None:
    decision, english, chinese = OUTCOMES[user]
    facts = facts_of(shop, user)
    assert recall.explain(facts).value == decision
    assert said(facts)[-len(english) :] == english
    assert said(facts, "zh")[-len(chinese) :] == chinese


UNLISTED = {
    "do_not_contact": ("The users feed marks the person as do_not_contact", "用户资料标注为勿扰（do_not_contact）"),
    "blacklist": ("The person is on the blacklist", "此人在黑名单中"),
    "opt_out": (
        "The person has opted out, by the suppressions feed or in answer to a contact",
        "此人已退订（抑制名单或联系时的答复）",
    ),
    "erasure": ("The person has asked for the data to be erased", "此人要求删除个人信息"),
    "deleted": (
        "An account of the person is deleted, or will be by what has landed", "此人有账号已注销，或已收到将注销的记录",
    ),
    "staff": (
        "An account of the person belongs to staff, by what has landed", "根据已到达的数据，此人有账号属于内部人员",
    ),
}  # fmt: skip


@pytest.mark.parametrize("reason", UNLISTED)
def test_who_is_on_no_list_is_told_why(shop: Shop, reason: str) -> None:
    english, chinese = UNLISTED[reason]
    facts = changed(facts_of(shop, "fourth"), reason=reason)
    assert f"{english}: on no list, whatever the channel." in said(facts)
    assert f"{chinese}：不进入任何名单，不论渠道。" in said(facts, "zh")
    assert (ENDS[0] in said(facts)) == (reason in ("blacklist", "opt_out", "erasure"))


def test_every_reason_has_its_sentences(shop: Shop) -> None:
    with engine_of(shop.settings).reading_release(release.current(shop.settings)) as connection:
        found = connection.execute("select reason_code from policy.contact_reasons").fetchall()
    reasons = {reason for (reason,) in found}
    of_slots = {"denied", "not_friend", "joined", "no_longer_planned"}
    assert reasons - recall_outcomes.OUTCOMES.keys() == of_slots


def test_who_was_held_out_was_not_contacted(shop: Shop) -> None:
    known = {"last_contact_date": date(2024, 3, 1), "next_contact_date": date(2024, 5, 1)}
    recently = changed(facts_of(shop, HELD), [], reason="recently_contacted", **known)
    assert said(recently)[-2].startswith("On 2024-03-01 a slot was withheld, because the person was held out, or ")
    assert said(recently, "zh")[-2].startswith("2024-03-01 有名额因对照组被扣留，或")
    capped = changed(facts_of(shop, HELD), [], reason="person_cap", **known)
    assert said(capped)[-3] == (
        "The person is held out in 2024Q1: a slot that was withheld counts like a contact that was made."
    )
    assert said(capped, "zh")[-3] == "此人属于 2024Q1 的对照组：被扣留的名额视同一次联系。"


def test_a_release_from_before_contacts_says_so(shop: Shop, tmp_path: Path) -> None:
    older = without_tables(shop, tmp_path, RECALL_TABLES)
    facts, decisions = explain.explain(engine_of(shop.settings), older, "third")
    (contact,) = (decision for decision in decisions if decision.name == "contact")
    assert contact.value is None
    assert contact.lines("en")[1:] == [
        "Contact: not known",
        "  This release was built before contacts were planned, and says nothing of them.",
        "  From: manifest.json",
    ]
    assert said(facts, "zh") == ["此版本生成时尚无联系计划，没有相关信息。"]


CHANGED = {
    "bought": (
        {}, ["A purchase after 2024-03-10 has landed already.", "The night of that day gives the stage anew."],
        ["2024-03-10 之后的购买已到达。", "该日的夜间计算会重新判定阶段。"],
    ),
    "max_attempts": (
        {"attempt": 3},
        ["Attempts of Second order since the last purchase: 2, withheld ones included; at most 2.",
         "A purchase starts the count anew."],
        ["上次购买后已按“二单转化”联系 2 次（含被扣留的），上限 2 次。", "再次购买后重新计数。"],
    ),
    "duplicate_person": (
        {}, ["More than 5 users share a handle with this person, and another one answers under it."],
        ["超过 5 个用户共用同一联系方式，已由其中他人代表。"],
    ),
    # (0 + 0.60) / (0.04 x 0.3 - 0.05 x 0.1) = 85.714...
    "below_value": (
        {"score": Decimal("-0.25")},
        ["The score of -0.25 is below 0, the least that a contact must bring.",
         "From an expected order of 85.72 GBP on it would be worth it, all else as tonight."],
        ["得分 -0.25 低于联系的最低收益 0。", "预期订单达到 85.72 GBP 即值得联系（其他按今晚计）。"],
    ),
    "channel_quota": (
        {"channel": "sms"},
        ["Text message takes 10,000 a day; 2 who rank ahead have its places in the 15 days to come.",
         "More places, or a higher rank."],
        ["短信每日 10,000 个名额；未来 15 天已被排名靠前的 2 人占用。", "增加名额或排名上升。"],
    ),
    "account_quota": (
        {"channel": "friend_request"},
        ["2 who rank ahead have the places of all accounts (Friend request) in the 15 days to come.",
         "More places, or a higher rank."],
        ["未来 15 天内，所有账号的添加好友名额已被排名靠前的 2 人占用。", "增加名额或排名上升。"],
    ),
    "person_cap": (
        {"last_contact_date": date(2024, 3, 1), "next_contact_date": date(2024, 5, 1)},
        ["Last contacted on 2024-03-01; 7 days lie between two contacts, and at most 3 are made in 90 days: the next "
         "is possible on 2024-05-01, beyond the 15 days of the plan.", "Possible again from 2024-05-01 on."],
        ["上次联系在 2024-03-01；两次联系至少间隔 7 天，90 天内最多 3 次：下次最早 2024-05-01，超出 15 天的排期范围。",
         "2024-05-01 起可再次联系。"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("reason", CHANGED)
def test_reasons_that_this_shop_does_not_have(shop: Shop, reason: str) -> None:
    values, english, chinese = CHANGED[reason]
    facts = changed(facts_of(shop, "fourth"), reason=reason, **values)
    assert said(facts)[-len(english) :] == english
    assert said(facts, "zh")[-len(chinese) :] == chinese


def test_other_purposes_come_first_and_are_no_playbook(shop: Shop) -> None:
    """An invitation that lies ahead puts recall off; one that is over stands among the last contacts."""
    third = facts_of(shop, "third")
    invitation = third.recall.slots[0] | {"purpose": "invitation", "playbook": "interest", "schedule_id": "i1"}
    over = invitation | {"planned_date": date(2024, 3, 1), "status": "returned", "result": "no_answer"}
    facts = changed(third, [invitation, over], reason="other_purpose", schedule_id=None)
    assert said(facts)[-3:] == [
        "Another purpose comes first: Invite to a group, on 2024-03-24; a person has one contact ahead at a time.",
        "2024-03-01, Chat with a friend, Invite to a group, attempt 1: No answer.",
        "Once that contact is over.",
    ]
    assert said(facts, "zh")[-3] == "先因其他目的联系：邀请入群（2024-03-24）；每人同一时间只安排一次联系。"
    assert said(changed(third, [], reason="other_purpose"))[-2].startswith("Another purpose asks for this person first")


def test_a_friend_request_is_worth_the_chat_that_it_may_open(shop: Shop) -> None:
    """0.3 x (0.04 x 0.3 x 200 - 0.05 x 0.1 x 200 - 0.6) - 0.2 = 0.3 x 0.8 - 0.2 = 0.04."""
    request = {
        "channel": "friend_request", "acceptance": Decimal("0.300000"), "response": Decimal("0.012000"),
        "offer": "none",
    }  # fmt: skip
    third = facts_of(shop, "third")
    assert said(changed(third, **request, score=Decimal("0.04")))[2:5] == [
        "A friend request costs 0.2 and 30 % accept it; it adds what the chat adds that it opens: 1.2 % in all; "
        "baseline 5 %.",
        "Offer: Returning customer's offer (10 % off); expected order 200.00 GBP; a contact costs 0.6.",
        "Score: 1.2 % x (40 % - 10 %) x 200.00 - 30 % x (5 % x 10 % x 200.00 + 0.6) - 0.2 = 0.04 GBP.",
    ]
    assert said(changed(third, **request, score=Decimal("0.04")), "zh")[2:5] == [
        "每次加好友成本 0.2，预期 30% 通过；其价值来自通过后的好友私聊：总响应率 1.2%，自然购买率 5%。",
        "权益：复购礼遇（优惠 10%）；预期订单 200.00 GBP；每次联系成本 0.6。",
        "得分：1.2% × (40% - 10%) × 200.00 - 30% × (5% × 10% × 200.00 + 0.6) - 0.2 = 0.04 GBP。",
    ]
    # 0.3 x (0.04 x 0.3 x p - 0.05 x 0.1 x p - 0.6) - 0.2 = 0 from p = 0.38 / 0.0021 on
    below = changed(third, **request, score=Decimal("-0.20"), reason="below_value", order_value=Decimal(50))
    assert "The chat would cost more than it brings and would not be made. Score: -0.20 GBP." in said(below)
    assert "后续私聊的成本高于预期收益，不会进行。得分：-0.20 GBP。" in said(below, "zh")
    assert said(below)[-1] == "From an expected order of 180.96 GBP on it would be worth it, all else as tonight."


def test_who_is_below_value_and_tested(shop: Shop) -> None:
    tested = changed(facts_of(shop, "third"), is_test=True, score=Decimal("-0.25"))
    assert said(tested)[5:7] == [
        "That is below 0, the least that a contact must bring. 10 % of such people, drawn by chance each quarter, are "
        "contacted all the same, behind everyone else, to see whether the expectation is right.",
        "Rank 3 of 4 who may be contacted.",
    ]
    assert said(tested, "zh")[5] == (
        "低于联系的最低收益 0。此类人群每季度随机抽取 10% 排在最后仍予联系，以检验预期是否准确。"
    )


def test_cancelled_slots_and_contacts_with_their_results(shop: Shop) -> None:
    facts = facts_of(shop, "third")
    slot = facts.recall.slots[0] | {"issued_on": date(2024, 2, 20)}
    slots = [
        slot | {"schedule_id": "s1", "planned_date": date(2024, 3, 8), "status": "cancelled", "reason_en": "Opted out",
                "reason_zh": "已退订"},
        slot | {"schedule_id": "s2", "planned_date": date(2024, 3, 5), "sent_on": date(2024, 3, 6),
                "status": "returned", "result": "no_answer"},
        slot | {"schedule_id": "s3", "planned_date": date(2024, 2, 20), "status": "expired"},
    ]  # fmt: skip
    past = changed(facts, slots, reason="recently_contacted", last_contact_date=date(2024, 3, 6))
    assert said(past)[5:] == [
        "Rank 3 of 4 who may be contacted.",
        "Last contacted on 2024-03-06 by Chat with a friend; Second order waits 21 days for the next attempt.",
        "The slot on 2024-03-08 by Chat with a friend was cancelled: Opted out.",
        "2024-03-06, Chat with a friend, Second order, attempt 1: No answer.",
        "2024-02-20, Chat with a friend, Second order, attempt 1: nothing was heard.",
        "Possible again from 2024-03-27 on.",
    ]
    assert said(past, "zh")[7:10] == [
        "2024-03-08 的好友私聊已取消：已退订。",
        "2024-03-06，好友私聊，二单转化，第 1 次：无人应答。",
        "2024-02-20，好友私聊，二单转化，第 1 次：无反馈。",
    ]


def test_recall_waits_after_its_own_last_contact(shop: Shop) -> None:
    facts = facts_of(shop, "third")
    slot = facts.recall.slots[0] | {"status": "expired"}
    own = slot | {"planned_date": date(2024, 2, 26)}
    invited = slot | {"schedule_id": "i1", "purpose": "invitation", "playbook": "interest"}
    invited["planned_date"] = date(2024, 3, 8)
    known = {"reason": "recently_contacted", "last_contact_date": date(2024, 3, 8)}
    after_own = said(changed(facts, [invited, own], **known))
    assert after_own[6] == (
        "Last contacted on 2024-02-26 by Chat with a friend; Second order waits 21 days for the next attempt."
    )
    assert after_own[-1] == "Possible again from 2024-03-18 on."
    unknown = changed(facts, [invited], **known)
    assert said(unknown)[6] == (
        "Recall had its contact before that of 2024-03-08, which was for another purpose; Second order waits 21 days "
        "for the next attempt."
    )
    assert said(unknown, "zh")[6] == "召回联系早于 2024-03-08（当日为其他目的）；“二单转化”两次尝试之间间隔 21 天。"


def test_other_purposes_take_places_too(shop: Shop) -> None:
    full = changed(facts_of(shop, "fourth"), reason="account_quota")
    full = replace(full, recall=replace(full.recall, others=4))
    assert "Contacts for purposes that come before recall take part of them: 4." in said(full)
    assert "其中 4 个名额用于优先于召回的其他目的。" in said(full, "zh")


def test_a_measured_response_says_what_it_was_measured_on(shop: Shop) -> None:
    """900 x 100 / 1000 = 90 pairs; (600 x 2 % + 300 x 5 %) / 900 = 3 %."""
    lift = [
        {"value_tier": "all", "compared": 600, "ghosts": 60, "rate_difference": Decimal("0.02"),
         "response_percent": Decimal(100)},
        {"value_tier": "all", "compared": 300, "ghosts": 40, "rate_difference": Decimal("0.05"),
         "response_percent": Decimal(100)},
    ]  # fmt: skip
    facts = changed(facts_of(shop, "third"), lift=lift, score_source="measured")
    assert said(facts)[1:3] == [
        "Measured for all tiers: 900 contacted against 100 held out (90 pairs, 2 periods) bought +3.00 percentage "
        "points more often.",
        "That is drawn towards the prior of 4 %, which weighs as much as 200 pairs.",
    ]
    assert (
        said(facts, "zh")[1]
        == "实测（全部层级）：联系 900 人，对照 100 人（折合 90 对，2 个周期），购买率相差 +3.00 个百分点。"
    )
    # (600 x 100 + 300 x 40) / 900 = 80
    lift[1]["response_percent"] = Decimal(40)
    facts = changed(facts, lift=lift)
    assert said(facts)[2] == (
        "Their channels reach 80 % of a chat's response on average; a chat's is reckoned from that."
    )
    assert said(facts, "zh")[2] == "所用渠道平均只有好友私聊响应率的 80%，据此折算为私聊的响应率。"


def test_a_second_user_id_and_no_handle(shop: Shop) -> None:
    facts = facts_of(shop, "third")
    other = replace(facts, customer=facts.customer | {"user_id": "another"})
    assert said(other)[0] == "The person has several user ids; third speaks for all of them."
    for user in BOUGHT:
        shown, found = explain.explain(engine_of(shop.settings), release.current(shop.settings), user)
        for text in (explain.as_text(shown, found, "en"), explain.as_json(shown, found, "zh")):
            assert PHONE not in text
            assert not re.search(r"\d{11}", text)
