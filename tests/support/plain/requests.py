"""Who wants to meet a person and can: by which channel, from when on; everybody who is to be invited into a group."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from support.plain.slots import (
    EPOCH,
    ContactNight,
    Row,
    Slot,
    accounts_of_day,
    cancellations,
    contacts_of_persons,
    day_of,
    free_from,
    friends_of,
    has_handle,
    landed,
    plan_days,
    sending_accounts,
    slots_of,
    unlisted,
)


@dataclass
class Request:
    """A person whom one purpose wants to meet. place: the day's date and whether the slot is withheld.

    deferred: what had no room.
    """

    person: str
    user: str
    playbook: str
    tier: str
    open_slot: Slot | None = None
    channel: str | None = None
    account: str | None = None
    ready: date = EPOCH
    attempt: int = 1
    held: tuple[bool, bool] = (False, False)
    place: tuple[date, bool] | None = None
    pool_place: int = 0
    deferred: set[str] = field(default_factory=set)


@dataclass
class Invitation(Request):
    """A person who is to be invited into a group; playbook is the kind of group, open_slot a slot of any purpose."""

    waits_since: date = EPOCH

    purpose = "invitation"


@dataclass
class Senders:
    """Accounts that send on some day of the plan, and whether one of them may ask for friends."""

    accounts: set[str]
    may_ask: bool


def senders_of(night: ContactNight) -> Senders:
    adds = [adds for day in plan_days(night) for _, adds in accounts_of_day(night, day).values()]
    return Senders(sending_accounts(night), any(number > 0 for number in adds))


def route_of(night: ContactNight, person: str, wanted: list[str], senders: Senders) -> tuple[str | None, str | None]:
    """The first wanted channel in which the person can be met, and the account where it needs a friend's."""
    channels = {row["channel"]: row for row in night.tables["contact_channels"]}
    friends = [(when, account) for account, when in friends_of(night, person).items() if account in senders.accounts]
    newest = max((when for when, _ in friends), default=None)
    friend = min((account for when, account in friends if when == newest), default=None)
    for channel in wanted:
        needs = channels[channel]["needs"]
        is_reached = {
            "friend": friend is not None,
            "phone": has_handle(night, person, needs),
            "chat_id_or_phone": has_handle(night, person, needs) and senders.may_ask and not _is_asked(night, person),
        }[needs]  # fmt: skip
        if is_reached and channels[channel]["daily_quota"] > 0:
            return channel, friend if needs == "friend" else None
    return None, None


def staying_slots(night: ContactNight) -> dict[str, Slot]:
    """person -> the slot ahead that stays, whatever it is for."""
    taken_back = cancellations(night)
    return {
        slot.person: slot
        for slot in slots_of(night)
        if slot.schedule_id in taken_back and not taken_back[slot.schedule_id]
    }


def invitations_of(night: ContactNight) -> list[Invitation]:
    """Everybody who is planned for a group and can be met, each for the first kind of group that plans the person."""
    order = {row["group_kind"]: row["sort_order"] for row in night.tables["group_kinds"]}
    of_invitations = [row for row in night.tables["purpose_channels"] if row["purpose"] == "invitation"]
    wanted = [row["channel"] for row in sorted(of_invitations, key=lambda row: row["preference"])]
    off, staying, senders = unlisted(night), staying_slots(night), senders_of(night)
    contacts = contacts_of_persons(night, slots_of(night))
    known = {row["person_id"]: row for row in night.tables["int_group_persons"]}
    planned: dict[str, Row] = {}
    for row in sorted(night.tables["group_memberships"], key=lambda row: order[row["group_kind"]]):
        if row["status"] == "planned":
            planned.setdefault(row["person_id"], row)
    found = []
    for person, row in planned.items():
        channel, account = route_of(night, person, wanted, senders)
        if person in known and person not in off and channel:
            found.append(
                Invitation(
                    person, known[person]["user_id"], row["group_kind"], known[person]["value_tier"],
                    staying.get(person), channel, account,
                    max(night.as_of + timedelta(days=1), free_from(night, contacts.get(person, []))),
                    row["invitations"] + 1, waits_since=row["planned_on"],
                )
            )  # fmt: skip
    return found


def _is_asked(night: ContactNight, person: str) -> bool:
    return any(
        row["accepted_at"] or row["removed_at"]
        or (row["requested_at"] and (night.as_of - day_of(row["requested_at"])).days < night.friend_request_wait_days)
        for row in landed(night, "friends")
        if night.person_of.get(row["user_id"]) == person
    )  # fmt: skip
