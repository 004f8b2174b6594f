"""What happens between two nights of random_groups.py's shops: people answer, come, go, and change; operators too."""

from datetime import timedelta

from support.compiled import Row
from support.plain.slots import quarter
from support.random_groups import NOON, STATE, TIERS, GroupShops

RESULTS = ("reached", "reached", "no_answer", "not_sent", None, "refused", "refused", "do_not_contact")
LATE_RESULTS = ("not_sent", "refused", "reached")
Tables = dict[str, list[Row]]


def live_on(shops: GroupShops, tables: Tables, days: int = 1) -> None:
    """The night is published: its state is the next one's; the shops do what it asks for, more or less."""
    shops.state = {
        name: sorted(({k: v for k, v in row.items() if k != "as_of_date"} for row in tables[name]), key=str)
        for name in ("persons", *STATE)
    }
    _hand_out(shops)
    before = shops.as_of
    shops.as_of += timedelta(days=days)
    _answer(shops, before)
    _do_tasks(shops, sorted(tables["group_moves"], key=str))
    _enter(shops, sorted(tables["entry_routes"], key=lambda row: row["stratum"]))
    _wander(shops)
    _change_people(shops)
    _be_one(shops)
    if shops.draw.random() < 0.3:
        shops.come_or_go()
    if shops.draw.random() < 0.2:
        shops.parameters |= {
            "group_acceptance_percent": shops.draw.choice((100, 30)),
            "group_merges_are_executed": shops.draw.choice((0, 1)),
            "group_tier_moves_percent": shops.draw.choice((0, 10, 100)),
        }
    for shop in range(shops.shops):
        shops.arrive(shop, shops.draw.choice((0, 0, 0, 1, 1, 4)))


def feed_id(shops: GroupShops, group_id: str) -> str:
    """How the feeds call a group of Muster's."""
    row = next(row for row in shops.state["group_registry"] if row["group_id"] == group_id)
    if row["feed_group_id"]:
        return row["feed_group_id"]
    return shops.feed_ids.setdefault(group_id, f"W{len(shops.feed_ids)}" if shops.has_own_ids else group_id)


def _hand_out(shops: GroupShops) -> None:
    """Invitations get a day, some later; slots of people who are not planned any more are cancelled."""
    night = shops.night
    planned = {
        (row["person_id"], row["group_kind"]): row
        for row in shops.state["group_memberships"]
        if row["status"] == "planned"
    }
    opened = shops.open_slots
    for (user, kind), slot in opened.items():
        if (shops.person_of[user], kind) not in planned:
            shops.ledger.append(_event(shops, "cancelled", slot, reason_code="no_longer_planned"))
    if not night.has_senders and not night.has_members_feed:
        return
    busy = {shops.person_of[user] for user, _ in opened}
    for person, kind in sorted(planned):
        if person not in busy and shops.draw.random() < 0.7:
            busy.add(person)
            day = shops.as_of + timedelta(days=shops.draw.choice((1, 1, 1, 2)))
            slot = {
                "schedule_id": f"S{person}{kind}{day:%m%d}{shops.number('slot')}", "person_id": person,
                "user_id": person, "planned_date": day, "window_start": "10:00", "window_end": "12:00",
                "purpose": "invitation", "playbook": kind, "value_tier": "base", "period": quarter(day),
                "channel": "sms", "offer": "none", "script_key": "group_invitation", "attempt": 1, "score": "0.00",
                "is_ghost": False,
            }  # fmt: skip
            shops.ledger.append(_event(shops, "issued", slot))


def _event(shops: GroupShops, event: str, slot: Row, reason_code: str | None = None) -> Row:
    return {**slot, "event": event, "reason_code": reason_code, "event_as_of_date": shops.as_of, "run": "1"}


def _answer(shops: GroupShops, before: object) -> None:
    """What comes of slots whose day has come: results, and people who come in, some days later, some without a word."""
    draw = shops.draw
    cancelled = {row["schedule_id"] for row in shops.ledger if row["event"] == "cancelled"}
    reported = {row["contact_id"] for row in shops.feeds["contacts"]}
    memberships = {(row["person_id"], row["group_kind"]): row for row in shops.state["group_memberships"]}
    for slot in [row for row in shops.ledger if row["event"] == "issued" and row["schedule_id"] not in cancelled]:
        day = slot["planned_date"]
        if before < day <= shops.as_of:
            result = draw.choice(RESULTS)
            if result or draw.random() < 0.5:
                _report(shops, slot, result)
        elif day <= before and slot["schedule_id"] not in reported and draw.random() < 0.2:
            _report(shops, slot, draw.choice(LATE_RESULTS))
        membership = memberships.get((shops.person_of[slot["user_id"]], slot["playbook"]))
        is_awaited = membership and membership["status"] in ("planned", "invited")
        if shops.told_by and is_awaited and day <= shops.as_of and draw.random() < 0.4:
            _come_in(shops, membership["group_id"], slot["user_id"])


def _report(shops: GroupShops, slot: Row, result: str | None) -> None:
    shops.feeds["contacts"].append(
        {
            "contact_id": slot["schedule_id"], "user_id": slot["user_id"], "channel": "sms", "purpose": "invitation",
            "contacted_at": f"{slot['planned_date']} {NOON}", "result": result,
        }
    )  # fmt: skip


def _come_in(shops: GroupShops, group_id: str, user: str) -> None:
    row = next(row for row in shops.state["group_registry"] if row["group_id"] == group_id)
    shops.join(
        feed_id(shops, group_id), user, shops.as_of, row["group_name"], shops.draw.choice((None, shops.operator()))
    )


def _do_tasks(shops: GroupShops, moves: list[Row]) -> None:
    """Most who are to be taken out are; by whichever of their rows was inside."""
    for move in moves:
        if move["move"] == "remove" and shops.told_by and shops.draw.random() < 0.6:
            _go_out(shops, feed_id(shops, move["from_group_id"]), move["person_id"])


def _go_out(shops: GroupShops, group_id: str, person: str) -> None:
    for user in sorted(user for user, one in shops.person_of.items() if one == person):
        if (group_id, user) in shops.members or "group_members" not in shops.told_by:
            shops.leave(group_id, user, shops.as_of)


def _enter(shops: GroupShops, routes: list[Row]) -> None:
    """New people of a stratum come in by the code that they are shown, no more than are to."""
    free: dict[str, int] = {}
    for route in routes:
        free.setdefault(route["group_id"], route["free_places"])
        if route["group_id"] and shops.told_by and free[route["group_id"]] and shops.draw.random() < 0.3:
            free[route["group_id"]] -= 1
            shop = next(iter(row["shop"] for row in shops.users.values() if row["country"] == route["country"]), 0)
            shops.arrive(shop, 1)
            user = next(reversed(shops.users))
            shops.users[user] |= {name: route[name] for name in ("city", "province", "country", "channel")}
            _come_in(shops, route["group_id"], user)


def _wander(shops: GroupShops) -> None:
    """People leave, come back, come into groups that were not meant for them, and into a second one."""
    draw = shops.draw
    if not shops.told_by:
        return
    inside = [row for row in shops.state["group_memberships"] if row["status"] == "joined"]
    for row in inside:
        chance = draw.random()
        if chance < 0.05:
            _go_out(shops, feed_id(shops, row["group_id"]), row["person_id"])
        elif chance < 0.07:
            shop = shops.users[row["person_id"]]["shop"] if row["person_id"] in shops.users else None
            others = [other for other in inside if shops.users[other["person_id"]]["shop"] == shop]
            _come_in(shops, draw.choice(others or [row])["group_id"], row["person_id"])
    for row in shops.state["group_memberships"]:
        if row["status"] in ("left", "declined", "expired") and draw.random() < 0.05:
            _come_in(shops, row["group_id"], row["person_id"])


def _change_people(shops: GroupShops) -> None:
    draw = shops.draw
    for user, row in shops.users.items():
        chance = draw.random()
        change = {}
        if chance < 0.05 and row["milestone_date"]:
            change["milestone_date"] = row["milestone_date"] + timedelta(days=draw.choice((-40, -2, 2, 40)))
        elif chance < 0.07 and row["milestone_status"] == "expected":
            change["milestone_status"] = "confirmed"
            change["milestone_date"] = row["milestone_date"] and row["milestone_date"] + timedelta(
                days=draw.choice((-20, 20))
            )
        elif chance < 0.075:
            change["milestone_status"] = "ended"
        elif chance < 0.19 and row["tier"]:
            change["tier"] = draw.choice((*TIERS, "vip", "high"))
        elif chance < 0.2 and row["tier"]:
            change["stage"] = draw.choice(("repeat", "loyal", "churned"))
        elif chance < 0.21:
            place = draw.choice("abc")
            change["city"] = f"{row['shop']:02d}{place}"
        elif chance < 0.22:
            shops.suppress(user, draw.choice(("blacklist", "opt_out", "whitelist")))
        elif chance < 0.235:
            shops.misbehave(user, shops.as_of)
        elif chance < 0.24:
            change["deleted_on"] = shops.as_of + timedelta(days=draw.choice((0, 1)))
        elif chance < 0.25 and not row["tier"]:
            change |= {"stage": "new", "tier": draw.choice(TIERS), "first_purchase_date": shops.as_of, "money": 50}
        elif chance < 0.255:
            change["is_staff"] = not row["is_staff"]
        if change:
            row.update(change, updated=shops.as_of)


def _be_one(shops: GroupShops) -> None:
    """Two persons of a shop turn out to be one; either may be the one that stays."""
    by_shop: dict[int, list[str]] = {}
    for person in sorted(set(shops.person_of.values())):
        if person in shops.users:
            by_shop.setdefault(shops.users[person]["shop"], []).append(person)
    for persons in by_shop.values():
        if len(persons) > 1 and shops.draw.random() < 0.3:
            kept, gone = shops.draw.sample(persons, 2)
            for user, person in shops.person_of.items():
                if person == gone:
                    shops.person_of[user] = kept
