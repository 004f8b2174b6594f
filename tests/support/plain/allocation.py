"""Which request gets which day, read from the contract in loops.

The order of rank decides: each in turn takes the first day that has room, a person who is held out takes its place and
no room (ghost contacts). Money is compared by the caller, who hands over the score that the night has rounded.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal

from support.plain.candidates import Candidate
from support.plain.requests import Invitation, Request
from support.plain.slots import ContactNight, accounts_of_day, open_days, plan_days, quarter


def in_order(
    night: ContactNight, candidates: list[Candidate], invitations: list[Invitation], scores: Mapping[str, Decimal]
) -> list[Request]:
    """One request a person, that of the purpose which comes first, by rank; recall that comes second is deferred."""
    first = {row["purpose"]: row["priority"] for row in night.tables["purposes"]}
    invited = {one.person: one for one in invitations if one.open_slot is None}
    recalled = {one.person: one for one in candidates if one.excluded is None and one.open_slot is None}
    for person, one in recalled.items():
        if one.other_slot or (person in invited and first["invitation"] < first["recall"]):
            one.deferred = {"other_purpose"}
        else:
            invited.pop(person, None)
    recalls = [one for one in recalled.values() if not one.deferred]
    ranked = [
        *((first["recall"], -scores[one.person], one.person, one) for one in recalls),
        *((first["invitation"], one.waits_since.toordinal(), one.person, one) for one in invited.values()),
    ]
    return [one for *_, one in sorted(ranked, key=lambda row: row[:3])]


def allocate(
    night: ContactNight, candidates: list[Candidate], invitations: list[Invitation], scores: Mapping[str, Decimal]
) -> None:
    """Serial dictatorship over those who may be contacted: fills place and deferred. scores: person -> as rounded."""
    channels = {row["channel"]: row for row in night.tables["contact_channels"]}
    days, horizon = open_days(night), plan_days(night)[-1]
    room = {day: accounts_of_day(night, day) for day in days}
    in_pool: Counter[tuple] = Counter()
    in_channel: Counter[tuple] = Counter()
    for one in in_order(night, candidates, invitations, scores):
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
