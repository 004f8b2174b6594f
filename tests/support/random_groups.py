"""Small shops side by side with any policy of groups and any people; seeded, not shrunk.

A shop is its own country, so that its people share a group with nobody else's; what is counted over all of them
(accounts, operators, the nightly budget, names) they share. What happens between two nights: group_life.py.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain

from support.compiled import Row

STATE = ("cohort_members", "group_registry", "group_memberships", "group_hands")
MARTS = ("groups", "group_assignments", "group_moves", "entry_routes", "operator_load", "staffing_plan")
FEEDS = (
    "users", "orders", "group_members", "community_events", "suppressions", "contacts", "operators", "accounts",
    "friends",
)  # fmt: skip
# A quarter's end, leap day, the year's end, the middle of a month
FIRST_NIGHTS = ("2024-03-29", "2024-02-27", "2024-12-30", "2024-05-15")
# the most that a group holds -> the least and the target
SIZES = {3: ((1, 2), (2, 2), (3, 3)), 7: ((3, 4), (3, 4), (4, 4), (2, 3), (5, 6)), 14: ((5, 8), (6, 8), (3, 13))}
KINDS = ("interest", "seeding", "superfan", "vip")
STAGES = ("lead", "new", "one_time", "repeat", "loyal", "at_risk", "churned", "cold_lead")
TIERS = ("base", "middle", "high", "vip")
BANDS = {"none": ("core", 1), "base": ("core", 1), "middle": ("core", 1), "high": ("top", 2), "vip": ("top", 2)}
CHANNELS = (None, "store", "live", "referral")
BIRTHS = (None, date(1985, 5, 5), date(1992, 1, 1), date(1999, 12, 31))
LADDERS = (
    (("city", True, True), ("city", True, False), ("city", False, False), ("province", False, False),
     ("country", False, False)),
    (("city", True, True), ("country", False, True), ("country", False, False)),
    (("province", True, False),),
    (("city", False, True), ("none", False, False)),
    (("none", True, True), ("none", False, False)),
    (("country", False, True), ("country", False, False)),
)  # fmt: skip
PATTERNS = (
    "{brand}·{city}·{channel}·{cohort}·{tier}·{seq}",
    "{city}·{seq}",
    "{brand} of the friends of {city} and of {channel} and of {cohort} and {tier} {seq}",
)
NOON = "12:00:00"
SLOT = ("schedule_id", "person_id", "user_id", "planned_date", "purpose", "playbook")


@dataclass
class GroupNight:
    """What a night of groups starts from: rows under the names of the models, feeds, policy tables and state."""

    as_of: date
    parameters: Mapping[str, int]
    tables: Mapping[str, list[Row]]
    feeds: Mapping[str, list[Row]]
    ledger: list[Row]
    state: Mapping[str, list[Row]]

    def __getattr__(self, name: str) -> int:
        return self.parameters[name]

    @property
    def has_members_feed(self) -> bool:
        return bool(self.feeds["group_members"]) or any(
            row["event_type"] in ("join", "leave") for row in self.feeds["community_events"]
        )

    @property
    def has_senders(self) -> bool:
        return bool(self.feeds["accounts"] or self.feeds["friends"])


class GroupShops:
    """The shops of one seed: `night` is what their next night starts from."""

    def __init__(self, seed: int, most: int, shops: int, people: int | None = None) -> None:
        self.seed, self.draw = seed, random.Random(seed)
        self.as_of = date.fromisoformat(self.draw.choice(FIRST_NIGHTS))
        # how a shop hears of who is inside, and whether the id there is Muster's or one of the platform's own
        self.told_by = self.draw.choice(((), ("group_members",), ("community_events",), FEEDS[2:4]))
        self.has_own_ids = "group_members" in self.told_by and self.draw.random() < 0.5
        self.has_accounts = self.draw.random() < 0.6
        self.is_plain = self.draw.random() < 0.3  # all of one cohort and city: large strata
        self.parameters = self._parameters(most)
        self.policy = self._policy()
        self.users: dict[str, Row] = {}  # user_id -> all that is known of the user
        self.person_of: dict[str, str] = {}
        self.feeds: dict[str, list[Row]] = {name: [] for name in FEEDS}
        self.ledger: list[Row] = []
        self.state: dict[str, list[Row]] = {name: [] for name in ("persons", *STATE)}
        self.members: dict[tuple[str, str], Row] = {}  # (the feed's group_id, user_id) -> row of group_members
        self.feed_ids: dict[str, str] = {}  # Muster's group_id -> the feed's
        self.numbers: dict[str, int] = {}
        self._senders()
        if self.told_by:
            self.join("Lobby", "nobody", self.as_of)
        for shop in range(shops):
            count = self.draw.choice((0, 3, 12, 25, 40)) if people is None else people
            self.arrive(shop, count)
            if "group_members" in self.told_by and self.draw.random() < 0.5:
                self._adopted_groups(shop)
        self.shops = shops

    @property
    def night(self) -> GroupNight:
        feeds = self.feeds | {"users": [_user_row(row) for row in self.users.values()]}
        feeds["group_members"] = list(self.members.values()) if "group_members" in self.told_by else []
        living = [row for row in self.users.values() if not self._is_gone(row)]
        persons = [
            {"as_of_date": self.as_of, "user_id": row["user_id"], "person_id": self.person_of[row["user_id"]]}
            for row in living
        ]
        customers = [self._customer_row(row) for row in living if not row["is_staff"]]
        totals = [
            {
                "user_id": row["user_id"], "first_purchase_date": row["first_purchase_date"],
                "last_purchase_date": row["last_purchase_date"], "lifetime_purchases": row["lifetime_purchases"],
                "lifetime_monetary": row["lifetime_monetary"],
            }
            for row in customers
            if row["lifetime_purchases"]
        ]  # fmt: skip
        # of all contacts, groups ask for the invitations ahead alone: who gets which day is not their business
        standing_in = {
            "persons": persons, "customers": customers, "int_customer_totals": totals,
            "contact_schedule": [{**slot, "status": "planned"} for slot in self.open_slots.values()],
        }  # fmt: skip
        return GroupNight(
            self.as_of, self.parameters, self.policy | standing_in, feeds, list(self.ledger), dict(self.state)
        )

    @property
    def open_slots(self) -> dict[tuple[str, str], Row]:
        """(user, kind) -> slot that is handed out, not taken back, and lies ahead."""
        cancelled = {row["schedule_id"] for row in self.ledger if row["event"] == "cancelled"}
        return {
            (row["user_id"], row["playbook"]): {name: row[name] for name in SLOT}
            for row in self.ledger
            if row["event"] == "issued" and row["schedule_id"] not in cancelled and row["planned_date"] > self.as_of
        }

    def number(self, what: str) -> int:
        self.numbers[what] = self.numbers.get(what, 0) + 1
        return self.numbers[what]

    def arrive(self, shop: int, people: int) -> None:
        """So many people more in a shop, each of one row or two."""
        for _ in range(people):
            name = f"{shop:02d}u{self.number(f'user{shop}'):03d}"
            for row in range(self.draw.choice((1, 1, 1, 1, 1, 2))):
                self._user(shop, name if row == 0 else f"{name}b", name)

    def join(self, group_id: str, user: str, day: date, name: str | None = None, operator: str | None = None) -> None:
        """The feeds say that the user came into the group, by the feed's id."""
        row = self.members.setdefault((group_id, user), {"group_id": group_id, "user_id": user, "role": "member"})
        row |= {"joined_at": f"{day} {NOON}", "left_at": None, "group_name": name, "operator_id": operator}
        self._happens(user, "join", day, group_id)

    def leave(self, group_id: str, user: str, day: date) -> None:
        if (group_id, user) in self.members:
            self.members[group_id, user]["left_at"] = f"{day} {NOON}"
        self._happens(user, "leave", day, group_id)

    def misbehave(self, user: str, day: date) -> None:
        self._happens(user, "violation", day, None)

    def suppress(self, user: str, kind: str) -> None:
        self.feeds["suppressions"].append({"user_id": user, "kind": kind, "since": self.as_of})

    def operator(self) -> str | None:
        known = [row["operator_id"] for row in self.feeds["operators"]]
        return self.draw.choice((None, "unknown", *known))

    def _happens(self, user: str, what: str, day: date, group_id: str | None) -> None:
        # members that a feed of rows tells of need no events; violations are events alone
        if "community_events" in self.told_by or what == "violation":
            time = NOON if what == "join" else "13:00:00"
            self.feeds["community_events"].append(
                {
                    "event_id": f"e{self.number('event')}", "user_id": user, "event_type": what,
                    "occurred_at": f"{day} {time}", "group_id": group_id,
                }
            )  # fmt: skip

    def _is_gone(self, row: Row) -> bool:
        return row["deleted_on"] is not None and row["deleted_on"] <= self.as_of

    def _user(self, shop: int, user: str, person: str) -> None:
        draw = self.draw
        city, province = draw.choice(((None, None), (None, "p"), ("a", "p"), ("a", "p"), ("b", "p"), ("c", "q")))
        stage = draw.choice(STAGES)
        has_bought = stage not in ("lead", "cold_lead")
        first = self.as_of - timedelta(days=draw.choice((0, 20, 20, 120))) if has_bought else None
        if self.is_plain:
            city, province = "a", "p"
        long_name = " of the very long name" if shop % 5 == 0 else ""
        self.users[user] = {
            "user_id": user, "shop": shop, "stage": stage, "tier": draw.choice(TIERS) if has_bought else None,
            "city": city and f"{shop:02d}{city}{long_name}", "province": province and f"{shop:02d}{province}",
            "country": draw.choice((f"{shop:02d}",) * 9 + (None,)), "channel": draw.choice(CHANNELS),
            "birth_date": BIRTHS[1] if self.is_plain else draw.choice(BIRTHS),
            "milestone_date": self._milestone() if draw.random() < 0.6 and not self.is_plain else None,
            "milestone_status": draw.choice((None, "expected", "expected", "confirmed", "confirmed", "ended")),
            "registered": self.as_of - timedelta(days=draw.choice((0, 10, 400))),
            "first_purchase_date": first, "money": draw.choice((1, 1, 50, 999)) if has_bought else 0,
            "is_staff": draw.random() < 0.02, "do_not_contact": draw.random() < 0.02, "deleted_on": None,
            "has_phone": draw.random() < 0.8, "updated": self.as_of,
        }  # fmt: skip
        self.person_of[user] = person
        if self.has_accounts and draw.random() < 0.6:
            account = draw.choice([row["account_id"] for row in self.feeds["accounts"]])
            at = f"{self.as_of} {NOON}"
            self.feeds["friends"].append(
                {"account_id": account, "user_id": user, "requested_at": at, "accepted_at": at}
            )
        if draw.random() < 0.03:
            self.suppress(user, draw.choice(("blacklist", "opt_out", "complaint", "erasure", "whitelist")))
        if draw.random() < 0.03:
            self.misbehave(user, self.as_of)

    def _milestone(self) -> date:
        """In one of two quarters that meet shortly before or after tonight."""
        quarter = date(self.as_of.year, 3 * ((self.as_of.month - 1) // 3) + 1, 1)
        return quarter + timedelta(days=self.draw.choice((-20, -1, 0, 1, 30, 30)))

    def _adopted_groups(self, shop: int) -> None:
        """Groups that were there before: of any size, some with people who are in two or whom nobody knows."""
        draw = self.draw
        users = [user for user, row in self.users.items() if row["shop"] == shop]
        most = self.parameters["group_most_size"]
        for number in range(draw.choice((1, 1, 2, 3))):
            name = draw.choice((None, f"Parents {shop} {number}", "VIP circle", "种草", "Parents"))
            inside = draw.sample(users, min(len(users), draw.choice((1, most - 1, most, most + 2))))
            operator = self.operator()
            for user in (*inside, f"{shop:02d}nobody"):
                self.join(f"F{shop:02d}{number}", user, self.as_of - timedelta(days=5), name, operator)
                self.members[f"F{shop:02d}{number}", user]["role"] = draw.choice(("member", "member", "koc", "lead"))

    def _customer_row(self, row: Row) -> Row:
        purchases = 0 if row["first_purchase_date"] is None else 2
        return {
            "as_of_date": self.as_of, "user_id": row["user_id"], "person_id": self.person_of[row["user_id"]],
            "registered_date": row["registered"], "first_seen_date": row["registered"],
            **{name: row[name] for name in ("channel", "city", "province", "country", "birth_date")},
            **{name: row[name] for name in ("milestone_date", "milestone_status", "stage", "do_not_contact")},
            "value_tier": row["tier"], "first_purchase_date": row["first_purchase_date"],
            "last_purchase_date": row["first_purchase_date"], "lifetime_purchases": purchases,
            "lifetime_monetary": row["money"], "has_phone": row["has_phone"], "has_wecom_id": False,
        }  # fmt: skip

    def _senders(self) -> None:
        draw = self.draw
        for number in range(draw.choice((0, 1, 3, 12))):
            self.feeds["operators"].append(self._operator_row(number))
        for number in range(draw.choice((1, 2, 4)) if self.has_accounts else 0):
            self.feeds["accounts"].append(
                {
                    "account_id": f"a{number}", "operator_id": draw.choice((None, "op00", "unknown")), "active": True,
                    "daily_contact_limit": draw.choice((None, 0, 5, 100)),
                    "daily_add_limit": draw.choice((None, 0, 1, 20)),
                }
            )  # fmt: skip

    def _operator_row(self, number: int) -> Row:
        draw = self.draw
        return {
            "operator_id": f"op{number:02d}", "active": draw.choice((None, True, True, False)),
            "max_groups": draw.choice((None, None, 0, 1, 3)), "max_people": draw.choice((None, None, 0, 6, 30)),
        }  # fmt: skip

    def come_or_go(self) -> None:
        """One operator more, or another's limits and working changed."""
        operators = self.feeds["operators"]
        if not operators or self.draw.random() < 0.3:
            operators.append(self._operator_row(len(operators)))
        else:
            number = self.draw.randrange(len(operators))
            operators[number] = self._operator_row(number)

    def _parameters(self, most: int) -> dict[str, object]:
        draw = self.draw
        least, target = draw.choice(SIZES[most])
        fill = draw.choice((3, 5, 28))
        return {
            "group_least_size": least, "group_target_size": target, "group_most_size": most, "group_fill_days": fill,
            "group_warn_days": draw.choice((1, 2, fill)), "group_opening_sigmas": draw.choice((0, 0, 1, 2)),
            "group_acceptance_percent": draw.choice((100, 100, 60, 30)),
            "group_acceptance_prior": draw.choice((1, 100)),
            "group_answer_days": draw.choice((1, 2, 7)), "group_ask_again_days": draw.choice((1, 3, 90)),
            "group_assume_joined": draw.choice((0, 1, 1)), "group_merges_are_executed": draw.choice((0, 1)),
            "group_tier_moves_percent": draw.choice((0, 0.1, 5, 30, 100)),
            "group_stay_days": draw.choice((0, 0, 2, 90)),
            "group_violations_at_most": draw.choice((0, 0, 2)), "group_violation_days": draw.choice((2, 365)),
            "group_adopted_share_percent": draw.choice((51, 80, 100)), "operator_most_groups": draw.choice((1, 4, 50)),
            "operator_most_people": draw.choice((5, 20, 10000)), "operator_target_percent": draw.choice((50, 90, 100)),
            "operator_hands_at_most": draw.choice((0, 1, 2)), "operator_hands_days": draw.choice((2, 90)),
        }  # fmt: skip

    def _policy(self) -> dict[str, list[Row]]:
        draw = self.draw
        are_open = {kind: kind == KINDS[0] or draw.random() < 0.3 for kind in KINDS}
        places = draw.sample(range(3), 3)
        sources = draw.sample(("milestone", "age_band", "first_purchase"), draw.choice((1, 3, 3, 3)))
        pairs = [("lead", "none"), *((stage, tier) for stage in STAGES[1:-2] for tier in TIERS)]
        share = draw.choice((1, 1, 0.8))
        ladders = {kind: draw.choice((LADDERS[0], LADDERS[0], *LADDERS)) for kind in KINDS}
        return {
            "group_kinds": [
                {
                    "group_kind": kind, "sort_order": place, "is_open": are_open[kind], "brand": "Muster",
                    "name_pattern": (kind[0] if place else "") + draw.choice(PATTERNS), "label_en": kind,
                    "label_zh": "群",
                }
                for place, kind in zip((0, *(1 + place for place in places)), KINDS, strict=True)
            ],
            "group_eligibility": [
                {"group_kind": kind, "stage": stage, "value_tier": tier}
                for kind in KINDS
                for stage, tier in pairs
                if draw.random() < share
            ],
            "group_ladder": list(
                chain.from_iterable(
                    [
                        {
                            "group_kind": kind, "rung": rung, "place": place, "by_channel": by_channel,
                            "by_tier": by_tier, "label_en": place, "label_zh": "级",
                        }
                        for rung, (place, by_channel, by_tier) in enumerate(rungs, 1)
                    ]
                    for kind, rungs in ladders.items()
                )
            ),
            "cohort_sources": [
                {
                    "cohort_source": source, "priority": priority, "prefix": source[0].upper(), "label_en": source,
                    "label_zh": "群",
                }
                for priority, source in enumerate(sources, 1)
            ],
        }  # fmt: skip


def _user_row(row: Row) -> Row:
    """As the lake keeps it; handles are hashes there."""
    names = ("user_id", "channel", "city", "province", "country", "birth_date", "milestone_date", "milestone_status")
    return {
        **{name: row[name] for name in names},
        "registered_at": row["registered"], "is_staff": row["is_staff"] or None,
        "do_not_contact": row["do_not_contact"] or None, "deleted_at": row["deleted_on"],
        "phone_hash": row["user_id"] if row["has_phone"] else None, "updated_at": row["updated"],
    }  # fmt: skip
