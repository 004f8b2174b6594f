"""Shops with any policy of contacts and any people, and what happens to them between two nights; seeded, not shrunk."""

import random
from datetime import date, timedelta
from decimal import Decimal

from support.plain.slots import ContactNight, Row
from support.random_contact_policy import STAGES, TIERS, any_parameters, any_policy, anything_measured
from support.random_invitations import RandomInvitations

RESULTS = ("reached", "no_answer", "not_sent", None) * 4 + ("bought", "refused", "do_not_contact")
# Into a new quarter, leap day, a weekend, the middle of a month
FIRST_NIGHTS = ("2024-03-20", "2024-02-26", "2024-06-28", "2025-12-30", "2024-05-15")
NOON = "12:00:00"


class ContactShop:
    """The shop of one seed: `night` is what its next night starts from."""

    def __init__(self, seed: int, horizon: int, people: int | None = None, **parameters: int) -> None:
        self.seed, self.draw, self.groups = seed, random.Random(seed), RandomInvitations(seed)
        self.as_of = date.fromisoformat(self.draw.choice(FIRST_NIGHTS))
        self.stages = self.draw.choice((STAGES, STAGES[3:6], ("churned",)))  # who competes for the same room
        self.parameters = {"contact_horizon_days": horizon, **any_parameters(self.draw, horizon), **parameters}
        self.policy = any_policy(self.draw) | self.groups.policy()
        self.tables: dict[str, list[Row]] = {
            name: [] for name in ("persons", "customers", "int_customer_totals", "customer_value", "int_handles")
        } | {
            "int_tags_of_order_times": [],
            "int_suppressed_users": [],
            "int_measured_response": anything_measured(self.draw),
        }
        self.feeds: dict[str, list[Row]] = {
            name: [] for name in ("users", "orders", "contacts", "operators", "accounts", "friends")
        }
        self.ledger: list[Row] = []
        self.members: list[Row] = []
        self.arrived = 0
        self._senders()
        self.arrive(self.draw.choice((0, 1, 10, 20, 30, 40)) if people is None else people)

    @property
    def night(self) -> ContactNight:
        persons: dict[str, Row] = {}
        for row in sorted(self.tables["customers"], key=lambda row: row["user_id"]):
            known = {name: row[name] for name in ("person_id", "user_id")}
            persons.setdefault(row["person_id"], known | {"value_tier": row["value_tier"] or "none"})
        groups = {"group_memberships": self.groups.memberships, "int_group_persons": list(persons.values())}
        tables = self.policy | self.tables | groups
        return ContactNight(self.as_of, self.parameters, tables, self.feeds, self.ledger, self.members)

    def hand_out(self, events: list[Row], run: str) -> None:
        """The night is published: its events are in the ledger, in an order that no engine chose."""
        ordered = sorted(events, key=lambda row: (row["event"], row["schedule_id"] or ""))
        self.ledger += [{**row, "event_as_of_date": self.as_of, "run": run} for row in ordered]

    def morning(self, days: int = 1) -> None:
        """The next night: slots are worked off, denied or forgotten; people buy, object, become friends, are one."""
        draw, before = self.draw, self.as_of
        self.as_of += timedelta(days=days)
        known = {row["contact_id"] for row in self.feeds["contacts"]}
        for row in [row for row in self.ledger if row["event"] == "issued" and not row["is_ghost"]]:
            early = draw.random() < 0.2  # a day before it was planned
            due = row["planned_date"] - timedelta(days=early)
            if row["schedule_id"] not in known and before < due <= self.as_of and draw.random() < 0.7:
                self._contact(row["schedule_id"], row["user_id"], due, row["purpose"], draw.choice(RESULTS))
                known.add(row["schedule_id"])
        for row in self.tables["customers"]:
            chance = draw.random()
            if chance < 0.05:
                self._buy(row)
            elif chance < 0.08:
                self.feeds["orders"].append(self._order(row["user_id"], self.as_of + timedelta(days=2)))
            elif chance < 0.13 and row["last_purchase_date"]:
                row["stage"] = draw.choice(STAGES[1:-1])
            elif chance < 0.15:
                purpose = draw.choice(("recall", "care", None))
                self._contact(f"feed{len(self.feeds['contacts'])}", row["user_id"], self.as_of, purpose, "reached")
            elif chance < 0.16:
                self._suppress(row["user_id"])
        ahead = [row for row in self.ledger if row["event"] == "issued" and row["planned_date"] > self.as_of]
        for slot in ahead:
            if draw.random() < 0.4:
                self._disturb(slot, draw.choice(ahead))
        for row in self.feeds["friends"]:
            if row["accepted_at"] is None and draw.random() < 0.3:
                row["accepted_at"] = f"{self.as_of} {NOON}"
            elif draw.random() < 0.05:
                row["removed_at"] = f"{self.as_of} {NOON}"
        self.groups.morning(self.as_of)
        if draw.random() < 0.5:
            self.policy = any_policy(self.draw) | self.groups.policy()
            self.parameters |= any_parameters(draw, self.parameters["contact_horizon_days"])
        self.arrive(draw.choice((0, 0, 1, 3)))

    def arrive(self, people: int) -> None:
        """So many people more, each of one row or two."""
        draw = self.draw
        for _ in range(people):
            self.arrived += 1
            person = f"{self.seed}p{self.arrived:04d}"
            for number in range(draw.choice((1, 1, 1, 1, 2))):
                self._user(person if number == 0 else f"{person}b", person)
            self.groups.meet(person, self.as_of)

    def _user(self, user: str, person: str) -> None:
        draw = self.draw
        stage = draw.choice(self.stages)
        has_bought = stage not in ("lead", "cold_lead")
        ago = draw.choice((1, 2, 5, 20, 60, 200))
        last = self.as_of - timedelta(days=ago) if has_bought else None
        purchases = draw.randint(1, 4) if has_bought else 0
        money = Decimal(draw.choice((0, 1, 999, 5000, 12345, 20000, 20000))) / 100 * purchases
        tier = draw.choice(TIERS) if has_bought else None
        phone, chat = draw.random() < 0.8, draw.random() < 0.5
        is_staff = draw.random() < 0.03
        registered = draw.choice((None, self.as_of - timedelta(days=draw.choice((0, 1, 10, 400)))))
        self.tables["persons"].append({"as_of_date": self.as_of, "user_id": user, "person_id": person})
        if not is_staff:
            self.tables["customers"].append(
                {
                    "user_id": user, "person_id": person, "stage": stage, "value_tier": tier,
                    "last_purchase_date": last, "registered_date": registered, "lifetime_monetary": money,
                    "has_phone": phone, "has_wecom_id": chat,
                }
            )  # fmt: skip
            if has_bought:
                self.tables["int_customer_totals"].append(
                    {
                        "user_id": user, "last_purchase_date": last, "lifetime_monetary": money,
                        "lifetime_purchases": purchases,
                    }
                )  # fmt: skip
                if draw.random() < 0.5:
                    spend = Decimal(draw.choice((0, 2500, 19999, 19999))) / 100
                    self.tables["customer_value"].append({"user_id": user, "expected_spend_per_purchase": spend})
        if draw.random() < 0.5:
            hour = str(draw.choice((0, 8, 9, 12, 18, 20, 23)))
            self.tables["int_tags_of_order_times"].append(
                {"user_id": user, "category": "preferred_hour", "value": hour}
            )
        if phone and draw.random() < 0.1:
            handle = draw.choice(("crowd1", "crowd2"))
            self.tables["int_handles"].append({"user_id": user, "handle_hash": handle, "is_crowded": True})
        self.feeds["users"].append(
            {
                "user_id": user, "registered_at": registered, "is_staff": is_staff or None,
                "do_not_contact": draw.choice((None,) * 20 + (True, False)),
                "deleted_at": self.as_of + timedelta(days=3) if draw.random() < 0.02 else None,
            }
        )  # fmt: skip
        for account in self.account_ids:
            if draw.random() < 0.25:
                self._befriend(account, user)
        if draw.random() < 0.03:
            self._suppress(user)
        if draw.random() < 0.02:
            self.feeds["orders"].append(self._order(user, self.as_of + timedelta(days=1)))
        for _ in range(draw.choice((0,) * 6 + (1, 2, 4))):
            day = self.as_of - timedelta(days=draw.choice((0, 1, 2, 6, 7, 8, 20, 21, 40, 89, 90, 91, 200)))
            purpose, result = draw.choice(("recall", "care", None)), draw.choice(RESULTS)
            self._contact(f"feed{len(self.feeds['contacts'])}", user, day, purpose, result)

    def _befriend(self, account: str, user: str) -> None:
        draw = self.draw
        asked = draw.choice((None, self.as_of - timedelta(days=draw.choice((0, 5, 29, 30, 31, 100)))))
        day = asked or self.as_of - timedelta(days=50)
        self.feeds["friends"].append(
            {
                "account_id": account, "user_id": user, "requested_at": asked and f"{asked} {NOON}",
                "accepted_at": draw.choice((None, f"{day} {NOON}", f"{day} {NOON}", f"{day} 13:00:00")),
                "removed_at": draw.choice((None,) * 9 + (f"{self.as_of} {NOON}",)),
            }
        )  # fmt: skip

    def _buy(self, row: Row) -> None:
        row["last_purchase_date"], row["stage"] = self.as_of, self.draw.choice(("new", "repeat"))
        row["value_tier"] = row["value_tier"] or "base"
        totals = {total["user_id"]: total for total in self.tables["int_customer_totals"]}
        if row["user_id"] in totals:
            totals[row["user_id"]]["last_purchase_date"] = self.as_of
        else:
            self.tables["int_customer_totals"].append(
                {
                    "user_id": row["user_id"], "last_purchase_date": self.as_of,
                    "lifetime_monetary": row["lifetime_monetary"], "lifetime_purchases": 1,
                }
            )  # fmt: skip

    def _disturb(self, slot: Row, other: Row) -> None:
        """Something that takes a slot back which is handed out for a day to come."""
        happens = self.draw.choice(("buys", "objects", "goes", "unfriends", "closes", "is_another", "is_met", "moves"))
        user = slot["user_id"]
        if slot["purpose"] == "invitation" and self.draw.random() < 0.6:
            self.groups.settle(slot["person_id"], slot["playbook"])
        elif happens == "buys":
            for row in self.tables["customers"]:
                if row["user_id"] == user:
                    self._buy(row)
        elif happens == "objects":
            self._suppress(user)
        elif happens == "goes":
            for table in ("persons", "customers"):
                self.tables[table] = [row for row in self.tables[table] if row["user_id"] != user]
        elif happens == "unfriends":
            for row in self.feeds["friends"]:
                if row["user_id"] == user:
                    row["removed_at"] = f"{self.as_of} {NOON}"
        elif happens == "closes":
            for row in self.feeds["accounts"]:
                if row["account_id"] == slot["account_id"]:
                    row["active"] = False
        elif happens == "is_met":
            self._contact(f"feed{len(self.feeds['contacts'])}", user, self.as_of, "care", "reached")
        elif happens == "moves":
            for row in self.tables["customers"]:
                if row["person_id"] == slot["person_id"]:
                    row["has_phone"] = row["has_wecom_id"] = False
        else:
            self._merge(slot["person_id"], other["person_id"])

    def _merge(self, one: str, other: str) -> None:
        kept, gone = sorted((one, other))
        for table in ("persons", "customers"):
            for row in self.tables[table]:
                if row["person_id"] == gone:
                    row["person_id"] = kept
        self.groups.merge(kept, gone)

    def _order(self, user: str, day: date) -> Row:
        number = len(self.feeds["orders"])
        return {"order_id": f"o{number}", "user_id": user, "ordered_at": day, "amount": 10, "status": "completed"}

    def _suppress(self, user: str) -> None:
        kind = self.draw.choice(("blacklist", "opt_out", "complaint", "erasure"))
        self.tables["int_suppressed_users"].append({"user_id": user, "kind": kind})

    def _contact(self, contact: str, user: str, day: date, purpose: str | None, result: str | None) -> None:
        self.feeds["contacts"].append(
            {
                "contact_id": contact, "user_id": user, "contacted_at": f"{day} {NOON}", "channel": "phone",
                "purpose": purpose, "result": result,
            }
        )  # fmt: skip

    def _senders(self) -> None:
        draw = self.draw
        for number in range(draw.choice((0, 1, 2, 3))):
            days_off = draw.choice((None, "saturday,sunday", "mon", "6, 7", "Friday"))
            active = draw.choice((None, True, True, False))
            self.feeds["operators"].append({"operator_id": f"op{number}", "active": active, "days_off": days_off})
        for number in range(draw.choice((0, 1, 2, 4))):
            self.feeds["accounts"].append(
                {
                    "account_id": f"a{number}", "operator_id": draw.choice((None, "op0", "op1", "op2", "unknown")),
                    "active": draw.choice((None, True, True, False)),
                    "daily_contact_limit": draw.choice((None, -1, 0, 1, 1, 2, 5)),
                    "daily_add_limit": draw.choice((None, -1, 0, 1, 2)),
                }
            )  # fmt: skip
        known = [row["account_id"] for row in self.feeds["accounts"]]
        self.account_ids = [*known, "of_friends"] if draw.random() < 0.3 else known
