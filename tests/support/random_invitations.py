"""Whom groups plan for, in any shop of contacts: where its invitations come from. Seeded, not shrunk."""

import random
from datetime import date, timedelta

from support.plain.slots import Row

KINDS = ("interest", "seeding", "vip")
PURPOSES = ("onboarding", "care", "reward", "invitation", "recall")
CHANNELS = ("wecom", "friend_request", "phone", "sms")
STATUSES = ("planned",) * 4 + ("invited", "joined", "declined", "left")


class RandomInvitations:
    """The memberships of one seed's shop, whoever decides on them."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(f"groups of {seed}")
        self.share = self.draw.choice((0, 0.2, 0.5, 0.9))  # of people with whom there is something
        self.memberships: list[Row] = []

    def policy(self) -> dict[str, list[Row]]:
        draw = self.draw
        kinds, purposes = draw.sample(KINDS, len(KINDS)), draw.sample(PURPOSES, len(PURPOSES))
        channels = draw.sample(CHANNELS, draw.randint(1, len(CHANNELS)))
        return {
            "group_kinds": [{"group_kind": kind, "sort_order": number} for number, kind in enumerate(kinds, 1)],
            "purposes": [{"purpose": purpose, "priority": number} for number, purpose in enumerate(purposes, 1)],
            "purpose_channels": [
                {"purpose": "invitation", "channel": channel, "preference": number}
                for number, channel in enumerate(channels, 1)
            ],
        }

    def meet(self, person: str, as_of: date) -> None:
        """What groups have to do with somebody who is new to the shop."""
        if self.draw.random() < self.share:
            for kind in self.draw.sample(KINDS, self.draw.choice((1, 1, 2, 3))):
                row = {"person_id": person, "group_kind": kind, "invitations": self.draw.choice((0, 0, 1, 4))}
                self.memberships.append(row | self._standing(as_of))

    def morning(self, as_of: date) -> None:
        for row in self.memberships:
            if self.draw.random() < 0.1:
                row.update(self._standing(as_of))

    def settle(self, person: str, kind: str) -> None:
        """Somebody who has an invitation ahead comes in without it, or is given up."""
        for row in self.memberships:
            if (row["person_id"], row["group_kind"]) == (person, kind):
                row["status"] = self.draw.choice(("joined", "declined"))

    def merge(self, kept: str, gone: str) -> None:
        taken = {row["group_kind"] for row in self.memberships if row["person_id"] == kept}
        self.memberships = [
            row for row in self.memberships if row["person_id"] != gone or row["group_kind"] not in taken
        ]
        for row in self.memberships:
            if row["person_id"] == gone:
                row["person_id"] = kept

    def _standing(self, as_of: date) -> Row:
        planned_on = as_of - timedelta(days=self.draw.choice((0, 0, 1, 1, 9)))
        return {"group_id": "g", "status": self.draw.choice(STATUSES), "planned_on": planned_on}
