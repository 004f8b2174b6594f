"""Whom to contact, when and from where, read from the contract in loops: one shop, one night.

The order of rank decides: each in turn takes the first day that has room, a person who is held out takes its place and
no room (ghost contacts). Money is compared by the caller, who hands over the score that the night has rounded.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

Row = dict[str, object]
EPOCH = date(1970, 1, 1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DENIED, OBJECTIONS, ENDS = {"not_sent"}, {"do_not_contact"}, {"bought", "refused", "do_not_contact"}


def quarter(day: date) -> str:
    return f"{day.year}Q{(day.month + 2) // 3}"


def hash_share(salt: str, person: str, period: str) -> Fraction:
    return Fraction(int(hashlib.md5(f"{salt}|{person}|{period}".encode()).hexdigest()[:8], 16), 2**32)


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


@dataclass
class Candidate:
    """A person to whom a playbook applies. place: the day's date and whether the slot is withheld."""

    person: str
    user: str
    playbook: str
    tier: str
    excluded: str | None = None
    open_slot: Slot | None = None
    channel: str | None = None
    account: str | None = None
    score: Fraction | None = None
    ready: date = EPOCH
    attempt: int = 1
    last_contact: date | None = None
    held: tuple[bool, bool] = (False, False)
    is_tested_below_value: bool = False
    place: tuple[date, bool] | None = None
    pool_place: int = 0
    deferred: set[str] = field(default_factory=set)


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
        day = _day(slot.contact["contacted_at"]) if slot.contact else slot.row["planned_date"]
        if slot.counts and (slot.contact or day <= night.as_of):
            ended = slot.contact is not None and slot.contact["result"] in ENDS
            found.setdefault(slot.person, []).append((day, slot.row["purpose"], slot.row["playbook"], ended))
    issued = {slot.schedule_id: slot for slot in slots}
    for row in night.feeds["contacts"]:
        slot = issued.get(row["contact_id"])
        was_planned = slot is not None and slot.counts  # counted above
        if not was_planned and row["result"] not in DENIED and row["user_id"] in night.person_of:
            person, playbook = night.person_of[row["user_id"]], slot.row["playbook"] if slot else None
            day = _day(row["contacted_at"])
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
        if _day(row["ordered_at"]) > night.as_of and row["user_id"] in night.person_of:
            person = night.person_of[row["user_id"]]
            found[person] = max(found.get(person, EPOCH), _day(row["ordered_at"]))
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
    return {row["account_id"]: {"account_id": row["account_id"], **blank} for row in _landed(night, "friends")} | known


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
    for row in _landed(night, "friends"):
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
        elif bought.get(person, EPOCH) > (slot.row["last_purchase_date"] or EPOCH):
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


def response(night: ContactNight, playbook: Row, tier: str, of: str, weigh: str) -> Fraction:
    """Measured figures shrunk to the prior: the whole playbook's first, then the tier's to that."""
    value, weight = Fraction(playbook[f"prior_{of}"]), Fraction(playbook["prior_contacts"])
    for level in ("all", tier):
        for row in night.tables["int_measured_response"]:
            if (row["playbook"], row["value_tier"]) == (playbook["playbook"], level):
                contacted, ghosts = row["contacted"], row["ghosts"]
                if contacted > 0 and ghosts > 0:
                    people = Fraction(contacted * ghosts, contacted + ghosts) if weigh == "pairs" else Fraction(ghosts)
                    measured = Fraction(row["difference" if of == "response" else "baseline"])
                    if of == "response":  # of a chat: a share of it shows as much less of it, with as much less weight
                        share = Fraction(row["response_percent"]) / 100
                        measured, people = measured / share, people * share**2
                    value = (value * weight + measured * people) / (weight + people)
    return value


def acceptance(night: ContactNight, slots: list[Slot]) -> Fraction:
    """Of the plan's friend requests that have waited long enough, the share of those accepted, shrunk to the prior."""
    asked = [
        slot
        for slot in slots
        if slot.row["channel"] == "friend_request" and slot.counts and not slot.row["is_ghost"]
        and (night.as_of - slot.row["planned_date"]).days >= night.friend_request_wait_days
    ]  # fmt: skip
    accepted = sum(
        any(
            row["accepted_at"] and _day(row["accepted_at"]) >= slot.issued_on
            and (night.person_of.get(row["user_id"]), row["account_id"]) == (slot.person, slot.row["account_id"])
            for row in _landed(night, "friends")
        )
        for slot in asked
    )  # fmt: skip
    weight = night.friend_request_prior_requests
    return (Fraction(night.friend_request_accept_percent, 100) * weight + accepted) / (weight + len(asked))


def candidates_of(night: ContactNight) -> list[Candidate]:
    """Everybody to whom a playbook applies, before any room is given away."""
    policy = night.tables
    playbooks = {row["playbook"]: row for row in policy["playbooks"]}
    channels = {row["channel"]: row for row in policy["contact_channels"]}
    stages = {row["stage"]: row for row in policy["playbook_stages"]}
    shares = {(row["playbook"], row["value_tier"]): row["holdout_percent"] for row in policy["holdout_shares"]}
    benefits = {row["offer"]: Fraction(row["discount_percent"]) / 100 for row in policy["benefits"]}
    ladder = {(row["playbook"], row["value_tier"]): row["offer"] for row in policy["benefit_ladder"]}
    spends = {row["user_id"]: row["expected_spend_per_purchase"] for row in policy["customer_value"]}
    totals = {row["user_id"]: row for row in policy["int_customer_totals"]}
    shop_mean = _mean(
        sum((row["lifetime_monetary"] for row in totals.values()), Decimal(0)),
        sum(row["lifetime_purchases"] for row in totals.values()),
    )
    off, later, slots = unlisted(night), later_purchases(night), slots_of(night)
    taken_back = cancellations(night)
    staying = {
        slot.person: slot for slot in slots if slot.schedule_id in taken_back and not taken_back[slot.schedule_id]
    }
    contacts = contacts_of_persons(night, slots)
    sending = sending_accounts(night)
    adding = any(adds > 0 for day in plan_days(night) for _, adds in accounts_of_day(night, day).values())
    duplicates, accepting = _duplicates(night), acceptance(night, slots)
    members = {(row["person_id"], row["period"]): row["is_held_out"] for row in members_of(night)}
    tomorrow = night.as_of + timedelta(days=1)

    rows_of: dict[str, list[Row]] = {}
    for row in policy["customers"]:
        rows_of.setdefault(row["person_id"], []).append(row)
    found = []
    for person, rows in rows_of.items():
        by_value = sorted(rows, key=lambda row: (-row["lifetime_monetary"], row["user_id"]))
        speaker = max(by_value, key=lambda row: row["last_purchase_date"] or EPOCH)
        stage = stages.get(speaker["stage"])
        if stage is None:
            continue
        playbook, tier = playbooks[stage["playbook"]], by_value[0]["value_tier"] or "none"
        one = Candidate(person, speaker["user_id"], playbook["playbook"], tier)
        since = speaker["last_purchase_date"] or EPOCH
        friends = [(when, account) for account, when in friends_of(night, person).items() if account in sending]
        newest = max((when for when, _ in friends), default=None)
        friend = min((account for when, account in friends if when == newest), default=None)
        wanted = sorted(
            (row["preference"], row["channel"])
            for row in policy["playbook_channels"]
            if row["playbook"] == one.playbook
        )
        for _, channel in wanted:
            needs = channels[channel]["needs"]
            is_reached = {
                "friend": friend is not None,
                "phone": has_handle(night, person, needs),
                "chat_id_or_phone": has_handle(night, person, needs) and adding and not _is_asked(night, person),
            }[needs]  # fmt: skip
            if is_reached and channels[channel]["daily_quota"] > 0:
                one.channel, one.account = channel, friend if needs == "friend" else None
                break
        if one.channel:
            spend, total = spends.get(one.user), totals.get(one.user)
            own = _mean(total["lifetime_monetary"], total["lifetime_purchases"]) if total else None
            value = Fraction(next((v for v in (spend, own, shop_mean) if v is not None), 0))
            discount = benefits[ladder.get((one.playbook, tier), "none")]
            talk = channels["wecom" if one.channel == "friend_request" else one.channel]
            expected = response(night, playbook, tier, "response", "pairs")
            expected *= Fraction(talk["response_percent"]) / 100
            baseline = response(night, playbook, tier, "baseline", "ghosts")
            margin = Fraction(night.margin_percent, 100)
            one.score = expected * (margin - discount) * value - baseline * discount * value - Fraction(talk["cost"])
            if one.channel == "friend_request":
                one.score = accepting * max(one.score, 0) - Fraction(channels[one.channel]["cost"])
        made = contacts.get(person, [])
        attempts = [
            row for row in made if row[1] == "recall" and (row[2] or one.playbook) == one.playbook and row[0] > since
        ]
        recalls = [row[0] for row in made if row[1] == "recall"]
        one.last_contact = max((row[0] for row in made), default=None)
        starts = speaker["last_purchase_date"] or speaker["registered_date"] or EPOCH
        one.ready = max(tomorrow, starts + timedelta(days=stage["wait_days"]), free_from(night, made))
        one.attempt = len(attempts) + 1
        one.open_slot = staying.get(person)
        periods = sorted({quarter(day) for day in plan_days(night)} | {quarter(night.as_of)})
        is_drawn = shares[one.playbook, tier] > 0
        share = hash_share("below_value", person, quarter(night.as_of))
        one.is_tested_below_value = is_drawn and share * 100 < night.below_value_test_percent
        one.held = (
            is_drawn and members.get((person, quarter(night.as_of)), False),
            is_drawn and any(held for (who, period), held in members.items() if who == person and period > periods[0]),
        )
        if person in off:
            one.excluded = off[person]
        elif person in later:
            one.excluded = "bought"
        elif one.open_slot:
            pass
        elif any(row[3] for row in attempts) or len(attempts) >= playbook["max_attempts"]:
            one.excluded = "max_attempts"
        elif recalls and (tomorrow - max(recalls)).days < playbook["retry_after_days"]:
            one.excluded = "recently_contacted"
        elif person in duplicates:
            one.excluded = "duplicate_person"
        elif one.channel is None:
            one.excluded = "no_handle"
        found.append(one)
    return found


def members_of(night: ContactNight) -> list[Row]:
    """The control groups after tonight: kept from earlier nights, or drawn for the quarters that the plan reaches."""
    policy = night.tables
    oldest = quarter(night.as_of - timedelta(days=100))
    found = {(row["person_id"], row["period"]): row for row in night.members if row["period"] >= oldest}
    stages = {row["stage"]: row["playbook"] for row in policy["playbook_stages"]}
    shares = {(row["playbook"], row["value_tier"]): row["holdout_percent"] for row in policy["holdout_shares"]}
    rows_of: dict[str, list[Row]] = {}
    for row in policy["customers"]:
        rows_of.setdefault(row["person_id"], []).append(row)
    for person, rows in rows_of.items():
        by_value = sorted(rows, key=lambda row: (-row["lifetime_monetary"], row["user_id"]))
        playbook = stages.get(max(by_value, key=lambda row: row["last_purchase_date"] or EPOCH)["stage"])
        tier = by_value[0]["value_tier"] or "none"
        percent = shares.get((playbook, tier), 0)
        if percent == 0:
            continue
        for period in {quarter(day) for day in plan_days(night)}:
            if (person, period) not in found:
                held = hash_share("holdout", person, period) * 100 < percent
                found[person, period] = {
                    "person_id": person, "period": period, "playbook": playbook, "value_tier": tier,
                    "holdout_percent": percent, "is_held_out": held, "drawn_on": night.as_of,
                }  # fmt: skip
    return list(found.values())


def allocate(night: ContactNight, candidates: list[Candidate], scores: Mapping[str, Decimal]) -> None:
    """Serial dictatorship over those who may be contacted: fills place and deferred. scores: person -> as rounded."""
    channels = {row["channel"]: row for row in night.tables["contact_channels"]}
    days, horizon = open_days(night), plan_days(night)[-1]
    room = {day: accounts_of_day(night, day) for day in days}
    in_pool: Counter[tuple] = Counter()
    in_channel: Counter[tuple] = Counter()
    waiting = [one for one in candidates if one.excluded is None and one.open_slot is None]
    for one in sorted(waiting, key=lambda one: (-scores[one.person], one.person)):
        channel = channels[one.channel]
        for day in days:
            if day < one.ready:
                continue
            size = {
                "friend": room[day].get(one.account, (0, 0))[0],
                "chat_id_or_phone": sum(adds for _, adds in room[day].values()),
                "phone": channel["daily_quota"],
            }[channel["needs"]]
            if in_pool[one.channel, one.account, day] >= size:
                one.deferred.add("channel_quota" if channel["needs"] == "phone" else "account_quota")
            elif in_channel[one.channel, day] >= channel["daily_quota"]:
                one.deferred.add("channel_quota")
            else:
                is_ghost = one.held[quarter(day) > quarter(night.as_of)]
                one.place, one.pool_place = (day, is_ghost), in_pool[one.channel, one.account, day] + 1
                if one.channel == "friend_request":
                    one.account = list(adds_in_turn(room[day]))[one.pool_place - 1]
                if not is_ghost:
                    in_pool[one.channel, None if channel["needs"] != "friend" else one.account, day] += 1
                    in_channel[one.channel, day] += 1
                break
        else:
            if one.ready > horizon:
                one.deferred = {"person_cap"}
            # no day is open any more
            one.deferred = one.deferred or {"channel_quota" if channel["needs"] == "phone" else "account_quota"}


def adds_in_turn(accounts: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    for number in range(1, 501):
        yield from (name for name in sorted(accounts) if accounts[name][1] >= number)


def _mean(total: Decimal, purchases: int) -> Decimal | None:
    if not purchases:
        return None
    return (max(total, Decimal(0)) / purchases).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _duplicates(night: ContactNight) -> set[str]:
    """Who shares a crowded handle with somebody of a smaller id."""
    on_handle: dict[str, set[str]] = {}
    for row in night.tables["int_handles"]:
        if row["is_crowded"] and row["user_id"] in night.person_of:
            on_handle.setdefault(row["handle_hash"], set()).add(night.person_of[row["user_id"]])
    return {person for persons in on_handle.values() for person in persons if person != min(persons)}


def _is_asked(night: ContactNight, person: str) -> bool:
    return any(
        row["accepted_at"] or row["removed_at"]
        or (row["requested_at"] and (night.as_of - _day(row["requested_at"])).days < night.friend_request_wait_days)
        for row in _landed(night, "friends")
        if night.person_of.get(row["user_id"]) == person
    )  # fmt: skip


def _landed(night: ContactNight, feed: str) -> list[Row]:
    return [row for row in night.feeds[feed] if row["requested_at"] is None or _day(row["requested_at"]) <= night.as_of]


def _day(value: object) -> date:
    return date.fromisoformat(str(value)[:10])
