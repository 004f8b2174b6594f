"""Shops whose nights every engine runs: the golden cases, the sample, one with every feed, and nights run again."""

import csv
import os
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from muster.release import releases
from muster.settings import SAMPLE_LANDING
from muster.simulate import World, run_nights

from support import cases
from support.cases import Case, OpenShop
from support.shops import CUSTOMER_MODELS

COLD_START = cases.CASES.parent / "cold_start_shop"
SAMPLE_DAY, DAY = "2011-12-09", "2024-04-01"
AGAIN = "again"
SMALL_GROUPS = {
    "group_least_size": 5, "group_target_size": 8, "group_most_size": 12, "group_acceptance_percent": 80,
    "group_opening_sigmas": 0, "group_merges_are_executed": 1, "operator_most_groups": 9,
}  # fmt: skip
"""Policy under which a few hundred people fill groups."""
PHONE, OTHER_PHONE = "+441632960001", "+441632960002"

# What arrives after the last of the three nights: a day's orders come late, an amount is corrected, one customer has
# been gone since the second night, and the phone numbers make three people one.
LATE_USERS = [
    {"user_id": "punctual_a", "phone": PHONE},
    {"user_id": "punctual_b", "phone": PHONE},
    {"user_id": "latecomer", "registered_at": "2026-03-31", "phone": PHONE},
    {"user_id": "fresh", "deleted_at": "2026-03-31"},
]
LATE_ORDERS = [
    {"order_id": "quiet-2", "user_id": "quiet", "ordered_at": "2026-03-20", "amount": "20"},
    {"order_id": "nearly-2", "user_id": "nearly", "ordered_at": "2026-03-21", "amount": "95.50"},
    {"order_id": "latecomer-1", "user_id": "latecomer", "ordered_at": "2026-03-31", "amount": "0.005"},
]


def three_nights_and_two_again(folder: Path, open_shop: OpenShop) -> Case:
    """The case of that name; then rows come late, and its second and third night are run again.

    Not on Spark, which carries state in the release's folder as DuckDB does, and takes long.
    """
    case = cases.run_case("three_nights", folder, open_shop, models=CUSTOMER_MODELS)
    if case.shop.settings.target == "spark":
        return case
    case.shop.csv("users/2.csv", LATE_USERS)
    case.shop.csv("orders/3.csv", LATE_ORDERS)
    for night in list(case.releases)[1:]:
        case.releases[f"{night} {AGAIN}"] = case.shop.models(night, *CUSTOMER_MODELS, allow_stale=None)
    return case


def sample(folder: Path, open_shop: OpenShop) -> Case:
    shop = open_shop(SAMPLE_LANDING, folder / "home")
    return Case(SAMPLE_LANDING, shop, {SAMPLE_DAY: shop.night(SAMPLE_DAY)})


def cold_start(folder: Path, open_shop: OpenShop) -> Case:
    shutil.copytree(COLD_START / "landing", folder / "landing")
    shop = open_shop(folder / "landing", folder / "home")
    return Case(COLD_START, shop, {"2026-03-31": shop.night("2026-03-31", allow_stale=None)})


def every_feed(folder: Path, open_shop: OpenShop) -> Case:
    """One night over all feeds, with whatever engines may take differently: letters, blanks, halves of a cent."""
    shop = open_shop(folder / "landing", folder / "home").mapping(
        {"business_timezone": "Asia/Shanghai", "currency": "CNY", "phone_region": "GB"}
    )
    for feed, rows in _every_feed().items():
        shop.csv(f"{feed}/1.csv", rows)
    return Case(folder, shop, {DAY: shop.night(DAY)})


def community(folder: Path, open_shop: OpenShop) -> Case:
    """Two nights of a simulated shop with every feed and groups of a few people; the second knows what came of what the
    first one handed out.
    """
    with World(folder / "landing", users=400, seed=3, first_night=date(2026, 3, 29)) as world:
        world.write_history()
        shop = open_shop(folder / "landing", folder / "home").with_policy(folder / "dbt_project", SMALL_GROUPS)
        with shop.at_work():
            nights = [f"{day}" for day in run_nights(world, shop.settings, 2)]
    return Case(folder, shop, dict(zip(nights, releases(shop.settings), strict=True)))


WHOLE: dict[str, Callable[[Path, OpenShop], Case]] = {
    "cold_start": cold_start,
    "every_feed": every_feed,
    "sample": sample,
    "community": community,
}
"""Nights with every step, lists and reports."""
HISTORIES = {
    **{name: partial(cases.run_case, name, models=CUSTOMER_MODELS) for name in cases.NAMES},
    "three_nights": three_nights_and_two_again,
    **WHOLE,
}
"""The golden cases too, which are about the customer models alone."""


ON_SPARK = tuple(HISTORIES) if os.environ.get("MUSTER_TEST_SPARK") == "all" else (
    "community", "every_feed", "leap_day", "three_nights",
)  # fmt: skip
"""Its nights take minutes; MUSTER_TEST_SPARK=all for the others too, whose models these have rows for."""


def expected_tags() -> list[tuple]:
    """Rows of customer_tags that the cold-start shop must have."""
    with (COLD_START / "expected" / "customer_tags.csv").open(encoding="utf-8", newline="") as stream:
        return sorted(tuple(row) for row in list(csv.reader(stream))[1:])


def _every_feed() -> dict[str, list[dict]]:
    ids = ["a", "A", "á", "Z", "z", "王", "ß", "a b", "a-b", "007", "7", "😀", "it's", 'say "so"', "back\\slash", "%_"]
    users = [
        {
            "user_id": user, "registered_at": f"2024-0{1 + n % 3}-0{1 + n % 9} 23:59:59", "nickname": f" {user}\u00a0",
            "channel": ["app", "App", "Éclair", "eclair", "门店", ""][n % 6], "entry_code": f"q{n % 3}",
            "store_id": "01",
            "city": ["Leeds", "İzmir", "STRASSE", "straße", ""][n % 5], "province": ["", "江苏"][n % 2],
            "gender": ["女", "M", "FEMALE", "x", ""][n % 5], "birth_date": f"{1950 + 3 * n}-02-28",
            "milestone_date": "2024-05-01", "milestone_status": ["expected", "ended", ""][n % 3],
            "occupation": ["Nurse", " nurse ", "教师"][n % 3],
            "interests": ["瑜伽、读书，瑜伽 ", "yoga;Tea", "", ",;|"][n % 4],
            "phone": PHONE if n in (2, 3) else OTHER_PHONE if n in (3, 5) else "", "referrer_user_id": ids[n - 1],
            "is_staff": "yes" if n == 9 else "", "do_not_contact": "yes" if n == 4 else "",
            "deleted_at": "2024-03-31" if n == 8 else "", "updated_at": "2024-03-05 10:00",
        }
        for n, user in enumerate(ids)
    ]  # fmt: skip
    amounts = ["19.995", "0.005", "1.005", "-3.005", "1234.5678", "0", "10", "99999.9999", "2.675"]
    lines = [
        {
            "order_id": f"{user}-{k}", "user_id": user if (n + k) % 11 else "",
            "ordered_at": f"{date(2024, 4, 1) - timedelta(days=(37 * n + 23 * k * k) % 400)} 0{k}:30",
            "sku": ["cup", "Cup", "pot", "", "茶"][(n + k) % 5], "product_name": ["Cup ", "cup", "茶杯"][k % 3],
            "category": ["A", "b", ""][n % 3], "quantity": ["1", "0.3333", "3"][k % 3],
            "line_amount": amounts[(n + k) % 9], "list_price": amounts[(n + 2 * k) % 9].lstrip("-"),
            "unit_cost": ["1.0005", "", "2"][n % 3], "coupon": ["", "SPRING"][k % 2],
            "status": ["completed", "completed", "completed", "cancelled", "refund"][(2 * n + k) % 5],
            "refund_of_order_id": f"{user}-{k - 1}" if (2 * n + k) % 5 == 4 else "",
        }
        for n, user in enumerate(ids) for k in range(1 + n % 7)
    ]  # fmt: skip
    lines += [
        lines[0] | {"user_id": "b", "sku": "second"},  # an order of two users
        lines[1] | {"ordered_at": "some day"},  # quarantined
        lines[2] | {"order_id": "nul\0", "sku": "nul\0sku", "product_name": "cr\rlf\n"},
        lines[3] | {"order_id": "today", "ordered_at": f"{DAY} 23:59:59.999999"},
        lines[3] | {"order_id": "tomorrow", "ordered_at": "2024-04-02 00:00:00"},
    ]
    events = [
        "active_minutes", "join", "message", "share", "help", "content_open", "check_in", "activity_join", "leave",
    ]  # fmt: skip
    return {
        "users": users,
        "order_lines": lines,
        "community_events": [
            {
                "event_id": f"{user}{k}", "user_id": user, "event_type": events[(n + k) % 9], "group_id": f"g{n % 2}",
                "occurred_at": f"2024-03-{10 + k} 08:00", "value": "12.5" if (n + k) % 9 == 0 else "",
            }
            for n, user in enumerate(ids) for k in range(n % 8)
        ],
        "group_members": [
            {"group_id": f"g{n % 2}", "user_id": user, "role": "lead" if n < 2 else "", "joined_at": "2024-03-01",
             "left_at": "2024-03-20" if n == 5 else "", "group_name": "茶友 Group", "operator_id": "o1"}
            for n, user in enumerate(ids)
        ],
        "contacts": [
            {"contact_id": "1", "user_id": "a", "contacted_at": "2024-03-09", "channel": "call", "cost": "0.335"}
        ],
        "operators": [{"operator_id": "o1", "name": "Ö", "active": "yes", "max_groups": "3", "days_off": "6,7"}],
        "accounts": [{"account_id": "x", "operator_id": "o1", "active": "yes", "daily_add_limit": "20"}],
        "friends": [{"account_id": "x", "user_id": "A", "requested_at": "2024-03-01", "accepted_at": "2024-03-02"}],
        "suppressions": [
            {"user_id": "Z", "phone": "", "kind": "opt_out", "since": "2024-03-01"},
            {"user_id": "", "phone": PHONE, "kind": "complaint", "since": "2024-03-01"},
        ],
        "surveys": [
            {"user_id": user, "question": question, "answer": answer, "answered_at": "2024-03-05 10:00"}
            for user, question, answer in [
                ("a", "purchase_plan", "this_month"), ("A", "interested_in", "Green tea"),
                ("王", "interested_in", "綠茶"), ("z", "would_recommend", "Yes"), ("z", "would_help", " yes "),
                ("ß", "interested_in", ""),
            ]
        ],
    }  # fmt: skip
