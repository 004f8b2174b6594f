"""`muster explain` of contacts: sentences for what the shop's people would be told if the night had found otherwise."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from support.explained_contacts import ENDS, HELD, changed, facts_of, said
from support.shops import Shop

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
def test_who_is_on_no_list_is_told_why(contact_shop: Shop, reason: str) -> None:
    english, chinese = UNLISTED[reason]
    facts = changed(facts_of(contact_shop, "fourth"), reason=reason)
    assert f"{english}: on no list, whatever the channel." in said(facts)
    assert f"{chinese}：不进入任何名单，不论渠道。" in said(facts, "zh")
    assert (ENDS[0] in said(facts)) == (reason in ("blacklist", "opt_out", "erasure"))


def test_who_was_held_out_was_not_contacted(contact_shop: Shop) -> None:
    known = {"last_contact_date": date(2024, 3, 1), "next_contact_date": date(2024, 5, 1)}
    recently = changed(facts_of(contact_shop, HELD), [], reason="recently_contacted", **known)
    assert said(recently)[-2].startswith("On 2024-03-01 a slot was withheld, because the person was held out, or ")
    assert said(recently, "zh")[-2].startswith("2024-03-01 有名额因对照组被扣留，或")
    capped = changed(facts_of(contact_shop, HELD), [], reason="person_cap", **known)
    assert said(capped)[-3] == (
        "The person is held out in 2024Q1: a slot that was withheld counts like a contact that was made."
    )
    assert said(capped, "zh")[-3] == "此人属于 2024Q1 的对照组：被扣留的名额视同一次联系。"


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
def test_reasons_that_this_shop_does_not_have(contact_shop: Shop, reason: str) -> None:
    values, english, chinese = CHANGED[reason]
    facts = changed(facts_of(contact_shop, "fourth"), reason=reason, **values)
    assert said(facts)[-len(english) :] == english
    assert said(facts, "zh")[-len(chinese) :] == chinese


def test_other_purposes_come_first_and_are_no_playbook(contact_shop: Shop) -> None:
    """An invitation that lies ahead puts recall off; one that is over stands among the last contacts."""
    third = facts_of(contact_shop, "third")
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


def test_a_friend_request_is_worth_the_chat_that_it_may_open(contact_shop: Shop) -> None:
    """0.3 x (0.04 x 0.3 x 200 - 0.05 x 0.1 x 200 - 0.6) - 0.2 = 0.3 x 0.8 - 0.2 = 0.04."""
    request = {
        "channel": "friend_request", "acceptance": Decimal("0.300000"), "response": Decimal("0.012000"),
        "offer": "none",
    }  # fmt: skip
    third = facts_of(contact_shop, "third")
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


def test_who_is_below_value_and_tested(contact_shop: Shop) -> None:
    tested = changed(facts_of(contact_shop, "third"), is_test=True, score=Decimal("-0.25"))
    assert said(tested)[5:7] == [
        "That is below 0, the least that a contact must bring. 10 % of such people, drawn by chance each quarter, are "
        "contacted all the same, behind everyone else, to see whether the expectation is right.",
        "Rank 3 of 4 who may be contacted.",
    ]
    assert said(tested, "zh")[5] == (
        "低于联系的最低收益 0。此类人群每季度随机抽取 10% 排在最后仍予联系，以检验预期是否准确。"
    )


def test_cancelled_slots_and_contacts_with_their_results(contact_shop: Shop) -> None:
    facts = facts_of(contact_shop, "third")
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


def test_recall_waits_after_its_own_last_contact(contact_shop: Shop) -> None:
    facts = facts_of(contact_shop, "third")
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


def test_other_purposes_take_places_too(contact_shop: Shop) -> None:
    full = changed(facts_of(contact_shop, "fourth"), reason="account_quota")
    full = replace(full, recall=replace(full.recall, others=4))
    assert "Contacts for purposes that come before recall take part of them: 4." in said(full)
    assert "其中 4 个名额用于优先于召回的其他目的。" in said(full, "zh")


def test_a_measured_response_says_what_it_was_measured_on(contact_shop: Shop) -> None:
    """900 x 100 / 1000 = 90 pairs; (600 x 2 % + 300 x 5 %) / 900 = 3 %."""
    lift = [
        {"value_tier": "all", "compared": 600, "ghosts": 60, "rate_difference": Decimal("0.02"),
         "response_percent": Decimal(100)},
        {"value_tier": "all", "compared": 300, "ghosts": 40, "rate_difference": Decimal("0.05"),
         "response_percent": Decimal(100)},
    ]  # fmt: skip
    facts = changed(facts_of(contact_shop, "third"), lift=lift, score_source="measured")
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
