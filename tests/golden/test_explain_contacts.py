"""`muster explain` of contacts: every decision in exact sentences, and none that says something else than the list."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from muster import explain, release
from muster.engines import engine_of
from muster.explain import recall, recall_outcomes
from muster.explain.facts import RECALL_POLICY
from support.explained_contacts import BOUGHT, ENDS, HELD, PHONE, changed, facts_of, said
from support.older import without_tables
from support.shops import Shop

RECALL_TABLES = {
    "recall_candidates", "contact_schedule", "recall_outcomes", "recall_lift", "experiment_results", "holdout_members",
    *RECALL_POLICY,
}  # fmt: skip
CANCELS = "A purchase, an objection, a contact by somebody else or the loss of the handle cancels it the same night."
SECOND_ORDER = [
    "Playbook: Second order, because the stage is New; value tier: Middle.",
    "The prior of Second order: 4 % buy because of a contact, 5 % would have bought anyway; no lift has been measured "
    "yet.",
    "By Chat with a friend, 100 % of the response is expected: 4 %; baseline 5 %.",
    "Offer: Returning customer's offer (10 % off); expected order 200.00 GBP; a contact costs 0.6.",
    "Score: 4 % x (40 % - 10 %) x 200.00 - 5 % x 10 % x 200.00 - 0.6 = 0.80 GBP.",
]


def test_a_slot_and_the_score_as_a_sum(contact_shop: Shop) -> None:
    """0.04 x 0.3 x 200 - 0.05 x 0.1 x 200 - 0.6 = 2.4 - 1 - 0.6."""
    third = facts_of(contact_shop, "third")
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
def test_why_and_what_would_change_it(contact_shop: Shop, user: str) -> None:
    decision, english, chinese = OUTCOMES[user]
    facts = facts_of(contact_shop, user)
    assert recall.explain(facts).value == decision
    assert said(facts)[-len(english) :] == english
    assert said(facts, "zh")[-len(chinese) :] == chinese


def test_every_reason_has_its_sentences(contact_shop: Shop) -> None:
    with engine_of(contact_shop.settings).reading_release(release.current(contact_shop.settings)) as connection:
        found = connection.execute("select reason_code from policy.contact_reasons").fetchall()
    reasons = {reason for (reason,) in found}
    of_slots = {"denied", "not_friend", "joined", "no_longer_planned"}
    assert reasons - recall_outcomes.OUTCOMES.keys() == of_slots


def test_a_release_from_before_contacts_says_so(contact_shop: Shop, tmp_path: Path) -> None:
    older = without_tables(contact_shop, tmp_path, RECALL_TABLES)
    facts, decisions = explain.explain(engine_of(contact_shop.settings), older, "third")
    (contact,) = (decision for decision in decisions if decision.name == "contact")
    assert contact.value is None
    assert contact.lines("en")[1:] == [
        "Contact: not known",
        "  This release was built before contacts were planned, and says nothing of them.",
        "  From: manifest.json",
    ]
    assert said(facts, "zh") == ["此版本生成时尚无联系计划，没有相关信息。"]


def test_a_second_user_id_and_no_handle(contact_shop: Shop) -> None:
    facts = facts_of(contact_shop, "third")
    other = replace(facts, customer=facts.customer | {"user_id": "another"})
    assert said(other)[0] == "The person has several user ids; third speaks for all of them."
    for user in BOUGHT:
        shown, found = explain.explain(engine_of(contact_shop.settings), release.current(contact_shop.settings), user)
        for text in (explain.as_text(shown, found, "en"), explain.as_json(shown, found, "zh")):
            assert PHONE not in text
            assert not re.search(r"\d{11}", text)
