"""What a night of contacts starts from, and what becomes of slots that were handed out before it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

Row = dict[str, object]
EPOCH = date(1970, 1, 1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DENIED, OBJECTIONS, ENDS = {"not_sent"}, {"do_not_contact"}, {"bought", "refused", "do_not_contact"}


def quarter(day: date) -> str:
    return f"{day.year}Q{(day.month + 2) // 3}"


@dataclass
class ContactNight:
    """What a night of contacts starts from, as rows under the names of the models, feeds and policy tables."""

    as_of: date
    parameters: Mapping[str, int]
    tables: Mapping[str, list[Row]]  # models and policy tables
    feeds: Mapping[str, list[Row]]
    ledger: list[Row]
    members: list[Row]

    def __getattr__(self, name: str) -> int:
        return self.parameters[name]

    @property
    def person_of(self) -> dict[str, str]:
        return {row["user_id"]: row["person_id"] for row in self.tables["persons"]}


@dataclass
class Slot:
    """A slot that was handed out before tonight."""

    schedule_id: str
    person: str
    row: Row
    issued_on: date
    contact: Row | None
    cancelled: str | None
    is_denied: bool

    @property
    def counts(self) -> bool:
        return self.cancelled is None and not self.is_denied

    def is_open(self, night: ContactNight) -> bool:
        return self.counts and self.contact is None and self.row["planned_date"] > night.as_of


def slots_of(night: ContactNight) -> list[Slot]:
    contacts = {row["contact_id"]: row for row in night.feeds["contacts"]}
    events: dict[tuple[str, str], Row] = {}
    for row in sorted(night.ledger, key=lambda row: (row["event_as_of_date"], row["run"])):
        if row["event"] != "closed":
            events.setdefault((row["event"], row["schedule_id"]), row)
    slots = []
    for (event, schedule_id), row in events.items():
        if event == "issued":
            cancelled = events.get(("cancelled", schedule_id))
            contact = contacts.get(schedule_id)
            slots.append(
                Slot(
                    schedule_id, night.person_of.get(row["user_id"], row["person_id"]), row, row["event_as_of_date"],
                    contact, cancelled["reason_code"] if cancelled else None,
                    contact is not None and contact["result"] in DENIED,
                )
            )  # fmt: skip
    return slots


def contacts_of_persons(night: ContactNight, slots: list[Slot]) -> dict[str, list[tuple[date, str, str | None, bool]]]:
    """person -> (day, purpose, playbook, ended) of every contact that counts, ghosts like others."""
    found: dict[str, list] = {}
    for slot in slots:
        day = day_of(slot.contact["contacted_at"]) if slot.contact else slot.row["planned_date"]
        if slot.counts and (slot.contact or day <= night.as_of):
            ended = slot.contact is not None and slot.contact["result"] in ENDS
            found.setdefault(slot.person, []).append((day, slot.row["purpose"], slot.row["playbook"], ended))
    issued = {slot.schedule_id: slot for slot in slots}
    for row in night.feeds["contacts"]:
        slot = issued.get(row["contact_id"])
        was_planned = slot is not None and slot.counts  # counted above
        if not was_planned and row["result"] not in DENIED and row["user_id"] in night.person_of:
            person, playbook = night.person_of[row["user_id"]], slot.row["playbook"] if slot else None
            day = day_of(row["contacted_at"])
            found.setdefault(person, []).append((day, row["purpose"], playbook, row["result"] in ENDS))
    return found


def unlisted(night: ContactNight) -> dict[str, str]:
    reasons: dict[str, set[str]] = {}

    def add(user: str, reason: str) -> None:
        if user in night.person_of:
            reasons.setdefault(night.person_of[user], set()).add(reason)

    for row in night.feeds["users"]:
        for column, reason in (("do_not_contact", "do_not_contact"), ("is_staff", "staff"), ("deleted_at", "deleted")):
            if row.get(column):
                add(row["user_id"], reason)
    for row in night.tables["int_suppressed_users"]:
        add(row["user_id"], row["kind"])
    for row in night.feeds["contacts"]:
        if row["result"] in OBJECTIONS:
            add(row["user_id"], "opt_out")
    return {person: min(found) for person, found in reasons.items()}


def later_purchases(night: ContactNight) -> dict[str, date]:
    found: dict[str, date] = {}
    for row in night.feeds["orders"]:
        if day_of(row["ordered_at"]) > night.as_of and row["user_id"] in night.person_of:
            person = night.person_of[row["user_id"]]
            found[person] = max(found.get(person, EPOCH), day_of(row["ordered_at"]))
    return found


def operators_at_work(night: ContactNight, day: date) -> list[str]:
    working = []
    for row in night.feeds["operators"]:
        off = {text.strip().lower() for text in (row["days_off"] or "").split(",")}
        name = WEEKDAYS[day.weekday()]
        if row["active"] is not False and not off & {name, name[:3], str(day.weekday() + 1)}:
            working.append(row["operator_id"])
    return sorted(working)


def account_rows(night: ContactNight) -> dict[str, Row]:
    known = {row["account_id"]: row for row in night.feeds["accounts"]}
    blank = {"operator_id": None, "active": None, "daily_contact_limit": None, "daily_add_limit": None}
    return {row["account_id"]: {"account_id": row["account_id"], **blank} for row in landed(night, "friends")} | known


def accounts_of_day(night: ContactNight, day: date) -> dict[str, tuple[int, int]]:
    """account -> chats and friend requests that it may send on the day."""
    operators = {row["operator_id"] for row in night.feeds["operators"]}
    found = {}
    for name, row in account_rows(night).items():
        if row["active"] is False:
            continue
        if row["operator_id"] in operators and row["operator_id"] not in operators_at_work(night, day):
            continue
        chats, adds = row["daily_contact_limit"], row["daily_add_limit"]
        chats = night.account_contacts_a_day if chats is None else max(chats, 0)
        adds = night.account_adds_a_day if adds is None else min(max(adds, 0), 500)
        found[name] = (chats, adds)
    return found


def plan_days(night: ContactNight) -> list[date]:
    return [night.as_of + timedelta(days=n) for n in range(1, night.contact_horizon_days + 1)]


def open_days(night: ContactNight) -> list[date]:
    closed = max((row["planned_date"] for row in night.ledger if row["event"] == "closed"), default=EPOCH)
    return [day for day in plan_days(night) if day > closed]


def sending_accounts(night: ContactNight) -> set[str]:
    return set().union(*(accounts_of_day(night, day).keys() for day in plan_days(night)))


def friends_of(night: ContactNight, person: str) -> dict[str, object]:
    """account -> when the person, by any row, last accepted."""
    found: dict[str, object] = {}
    for row in landed(night, "friends"):
        if night.person_of.get(row["user_id"]) == person and row["accepted_at"] and not row["removed_at"]:
            found[row["account_id"]] = max(found.get(row["account_id"], row["accepted_at"]), row["accepted_at"])
    return found


def cancellations(night: ContactNight) -> dict[str, str | None]:
    """schedule_id of every slot ahead -> why it is taken back tonight, None where it stays."""
    off, later, found = unlisted(night), later_purchases(night), {}
    bought: dict[str, date] = dict(later)
    for row in night.tables["int_customer_totals"]:
        if row["last_purchase_date"] and row["user_id"] in night.person_of:
            person = night.person_of[row["user_id"]]
            bought[person] = max(bought.get(person, EPOCH), row["last_purchase_date"])
    seen: Counter[str] = Counter()
    slots = slots_of(night)
    contacts, channels = contacts_of_persons(night, slots), {r["channel"]: r for r in night.tables["contact_channels"]}
    statuses = {(row["person_id"], row["group_kind"]): row["status"] for row in night.tables["group_memberships"]}
    ahead = [slot for slot in slots if slot.is_open(night)]
    for slot in sorted(ahead, key=lambda slot: (slot.row["planned_date"], slot.schedule_id)):
        person, account = slot.person, slot.row["account_id"]
        seen[person] += 1
        reason = None
        if person in off:
            reason = off[person]
        elif slot.issued_on > night.as_of:
            pass  # a night that runs again for an earlier day knows less
        elif person not in night.person_of.values():
            reason = "deleted"
        elif seen[person] > 1:
            reason = "duplicate_person"
        elif slot.row["purpose"] == "invitation" and statuses.get((person, slot.row["playbook"])) != "planned":
            is_inside = statuses.get((person, slot.row["playbook"])) == "joined"
            reason = "joined" if is_inside else "no_longer_planned"
        elif slot.row["purpose"] == "recall" and bought.get(person, EPOCH) > (slot.row["last_purchase_date"] or EPOCH):
            reason = "bought"
        elif slot.row["planned_date"] < free_from(night, contacts.get(person, [])):
            reason = "person_cap"
        elif account and account not in sending_accounts(night):
            reason = "no_handle"
        elif slot.row["channel"] == "wecom":
            reason = None if account in friends_of(night, person) else "not_friend"
        elif not has_handle(night, person, channels[slot.row["channel"]]["needs"]):
            reason = "no_handle"
        found[slot.schedule_id] = reason
    return found


def free_from(night: ContactNight, contacts: list[tuple]) -> date:
    """The first day on which the limits of a person with these contacts allow another."""
    days = sorted((day for day, *_ in contacts), reverse=True)
    first = EPOCH
    if days:
        first = days[0] + timedelta(days=night.person_gap_days)
    if len(days) >= night.person_contacts_at_most:
        first = max(first, days[night.person_contacts_at_most - 1] + timedelta(days=night.person_window_days))
    return first


def has_handle(night: ContactNight, person: str, needs: str) -> bool:
    """Whether a row of the person has a phone, or a chat id where that is enough."""
    rows = [row for row in night.tables["customers"] if row["person_id"] == person]
    return any(row["has_phone"] or (needs != "phone" and row["has_wecom_id"]) for row in rows)


def landed(night: ContactNight, feed: str) -> list[Row]:
    return [
        row for row in night.feeds[feed] if row["requested_at"] is None or day_of(row["requested_at"]) <= night.as_of
    ]


def day_of(value: object) -> date:
    return date.fromisoformat(str(value)[:10])
