"""A small shop with a person for each reason to contact somebody or not, and what is said of them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from muster import explain, release
from muster.engines import engine_of
from muster.explain import recall
from muster.explain.facts import Facts

from support.shops import Shop

DAY = "2024-03-10"
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
ENDS = (
    "An entry of the suppressions feed ends with its until; an answer to a contact does not end.",
    "抑制名单的记录在其截止日（until）后失效；联系时的答复不会失效。",
)


def run_night(folder: Path) -> None:
    """Land the shop's files in folder and run its night."""
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
