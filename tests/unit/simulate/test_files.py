"""A simulated landing zone: the same for the same arguments, whole in itself, in the shares that world.yml names."""

import math
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from muster.errors import UsageError
from muster.landing.feeds import FEEDS
from muster.landing.mapping import read_mapping
from muster.simulate import World, parameters
from support.worlds import contents, feed, planned, written

USERS, NIGHTS = 6000, 4
FIRST = date(2026, 1, 1)


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("world") / "landing", NIGHTS, users=USERS)


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same world, night by night by processes of their own, and two nights longer."""
    landing = tmp_path_factory.mktemp("again") / "landing"
    for _ in range(NIGHTS + 2):
        written(landing, 1, users=USERS)
    return landing


def rows(sql: str) -> list[tuple]:
    return duckdb.sql(sql).fetchall()


def test_the_same_arguments_write_the_same_files(landing: Path, again: Path):
    mine, longer = contents(landing), contents(again)
    assert {name: longer.get(name) for name in mine} == mine
    more = {name for name in longer if name not in mine}
    assert {str(FIRST + timedelta(days=NIGHTS + n)) for n in range(2)} == {Path(name).stem for name in more}


def test_a_history_that_was_cut_off_begins_anew(tmp_path: Path):
    whole = contents(written(tmp_path / "whole", 1, users=300))
    landing = tmp_path / "landing"
    with World(landing, users=300, seed=7) as world:
        in_the_way = landing / "suppressions"
        in_the_way.touch()
        with pytest.raises(FileExistsError):
            world.write_history()
        assert world.written is None
    in_the_way.unlink()
    assert contents(written(landing, 1, users=300)) == whole


def test_another_seed_writes_another_shop(landing: Path, tmp_path: Path):
    other = contents(written(tmp_path / "landing", 1, users=USERS, seed=8))
    mine = contents(landing)
    same = {name for name in other if name.split("/")[0] in FEEDS and mine.get(name) == other[name]}
    assert {name for name in same if not name.endswith("_SUCCESS")} == {"accounts/2025-12-31.csv"}


def test_every_feed_but_orders_is_there_with_its_columns(landing: Path):
    assert read_mapping(landing).business_timezone == "Asia/Shanghai"
    for name, known in FEEDS.items():
        if name == "orders":
            assert not (landing / name).exists()
            continue
        columns = set(duckdb.sql(f"select * exclude (filename) from {feed(landing, name)}").columns)
        unused = {"line_amount", "wecom_id", "until", "answered_at"} if name != "users" else set()
        assert columns <= {c.name for c in known.columns}
        assert {c.name for c in known.columns} - columns <= unused, name


def test_every_id_leads_somewhere(landing: Path):
    users = f"select user_id from {feed(landing, 'users')}"
    for name in ("order_lines", "community_events", "group_members", "contacts", "friends", "surveys", "suppressions"):
        unknown = f"select user_id from {feed(landing, name)} where user_id is not null and user_id not in ({users})"
        assert rows(f"select count(*) from ({unknown})") == [(0,)], name
    unknown = f"select count(*) from {feed(landing, 'users')} where referrer_user_id not in ({users})"
    assert rows(unknown) == [(0,)]
    for name, column, target in (
        ("friends", "account_id", "accounts"), ("contacts", "account_id", "accounts"),
        ("accounts", "operator_id", "operators"), ("group_members", "operator_id", "operators"),
        ("community_events", "group_id", "group_members"), ("operators", "user_id", "users"),
    ):  # fmt: skip
        known = f"select {column} from {feed(landing, target)}"
        assert rows(f"select count(*) from {feed(landing, name)} where {column} not in ({known})") == [(0,)], name
    lines = feed(landing, "order_lines")
    assert rows(
        f"""select count(*) from {lines} as refunds
        left join (select distinct order_id, user_id from {lines}) as orders
            on refunds.refund_of_order_id = orders.order_id and refunds.user_id = orders.user_id
        where refunds.status = 'refund' and orders.order_id is null"""
    ) == [(0,)]
    assert rows(
        f"select count(*) from (select order_id from {lines} group by order_id having count(distinct user_id) > 1)"
    ) == [(0,)]


def test_nobody_does_anything_before_being_there(landing: Path):
    users = f"(select user_id, min(registered_at::timestamp) as registered_at from {feed(landing, 'users')} group by 1)"
    for name, column in (
        ("order_lines", "ordered_at"),
        ("community_events", "occurred_at"),
        ("contacts", "contacted_at"),
    ):
        early = f"""select count(*) from {feed(landing, name)} inner join {users} as users using (user_id)
            where {column}::timestamp < users.registered_at and user_id not in
                (select user_id from {feed(landing, "operators")})"""
        assert rows(early) == [(0,)], name


def test_no_row_is_of_a_later_day_than_its_file(landing: Path):
    for name, known in FEEDS.items():
        if known.dated_by and name != "orders":
            late = f"""select count(*) from {feed(landing, name)}
                where {known.dated_by}::timestamp::date > regexp_extract(filename, '\\d{{4}}-\\d\\d-\\d\\d')::date"""
            assert rows(late) == [(0,)], name


def test_phone_numbers_are_nobodys(landing: Path):
    import phonenumbers

    found = [n for (n,) in rows(f"select distinct phone from {feed(landing, 'users')} where phone is not null")]
    parsed = [phonenumbers.parse(number, "CN") for number in found]
    assert len(parsed) > USERS / 2
    assert all(phonenumbers.is_possible_number(number) for number in parsed)
    assert not any(phonenumbers.is_valid_number(number) for number in parsed)
    assert any(number.startswith("154") for number in found)


def share_is(count: int, of: int, share: float) -> bool:
    """Within four and a half standard deviations of a binomial count."""
    return abs(count - of * share) <= 4.5 * math.sqrt(of * share * (1 - share)) + 1


def test_shares_are_those_of_the_parameters(landing: Path):
    world = parameters.read()
    users, lines = feed(landing, "users"), feed(landing, "order_lines")
    newest = f"(select *, row_number() over (partition by user_id order by filename desc) as n from {users})"
    people = f"(select * from {newest} where n = 1)"
    ((all_people, second, staff),) = rows(
        f"""select count(*), count(*) - count(distinct coalesce(wecom_id, phone, user_id)), count_if(is_staff::boolean)
        from {people}"""
    )
    assert all_people > USERS
    for channel in world["channels"]:
        ((count,),) = rows(f"select count(*) from {people} where channel = '{channel['channel']}'")
        assert share_is(count, all_people, channel["share"]), channel
    for city in world["cities"][:5]:
        name = city["city"].replace("'", "''")
        ((count,),) = rows(f"select count(*) from {people} where city = '{name}'")
        assert share_is(count, all_people, city["share"]), city
    shares = world["people"]
    assert 0 < staff < 3 + 10 * shares["atmosphere_share"] * all_people
    assert 0 < second < 1.5 * shares["duplicate_share"] * all_people
    ((silent,),) = rows(f"select count_if(do_not_contact::boolean) from {people}")
    assert share_is(silent, all_people, shares["do_not_contact_share"])
    ((orders, coupons, late, twice, refunds, cancelled),) = rows(
        f"""select count(distinct order_id) filter (status = 'completed'),
            count(distinct order_id) filter (status = 'completed' and coupon = 'WELCOME'),
            count(distinct order_id) filter (status = 'completed' and file_day > ordered_at::timestamp::date
                and file_day >= '2026-01-01' and files = 1),
            count(distinct order_id) filter (files > 1), count(distinct order_id) filter (status = 'refund'),
            count(distinct order_id) filter (status = 'cancelled')
        from (select *, regexp_extract(filename, '\\d{{4}}-\\d\\d-\\d\\d')::date as file_day,
            count(distinct filename) over (partition by order_id) as files from {lines})"""
    )
    assert share_is(coupons, orders, world["orders"]["coupon"]["share"])
    assert share_is(cancelled, orders, world["orders"]["cancelled_share"])
    refunded = world["orders"]["refunded"]
    several = 1 - world["purchases"]["line_shares"][0]
    expected = refunded["share"] * (refunded["full_share"] + (1 - refunded["full_share"]) * several)
    assert share_is(refunds, orders, expected)
    assert late > 0
    assert twice > 0


def test_a_birth_and_a_loss_arrive_as_new_rows(landing: Path):
    users = feed(landing, "users")
    assert {s for (s,) in rows(f"select distinct milestone_status from {users}")} == {
        None, "expected", "confirmed", "ended",
    }  # fmt: skip
    ((changed,),) = rows(
        f"""select count(*) from (select user_id from {users} group by user_id
        having count_if(milestone_status = 'expected') > 0 and count_if(milestone_status = 'confirmed') > 0)"""
    )
    assert changed > 0


def test_a_folder_with_other_files_is_refused(tmp_path: Path):
    (tmp_path / "own.csv").write_text("a\n")
    with pytest.raises(UsageError, match="other files"):
        World(tmp_path, users=200, seed=1)
    assert [p.name for p in tmp_path.iterdir()] == ["own.csv"]


def test_a_world_goes_on_with_its_own_arguments_only(tmp_path: Path):
    written(tmp_path / "landing", 1, users=200)
    for other in ({"users": 300}, {"seed": 8}, {"first_night": date(2026, 2, 1)}, {"changes": {"response.effect": 0}}):
        with pytest.raises(UsageError, match="other arguments"):
            World(tmp_path / "landing", **{"users": 200, "seed": 7} | other)


def test_unknown_parameters_and_plans_are_refused(tmp_path: Path):
    with pytest.raises(UsageError, match=r"response\.effekt"):
        World(tmp_path / "landing", users=200, seed=1, changes={"response.effekt": 0})
    with World(tmp_path / "landing", users=200, seed=1) as world:
        world.write_history()
        day, before = world.next_day, contents(tmp_path / "landing")
        for wrong, word in (
            ("'U00000005' as user_id, 'pigeon' as channel", "channel"),
            ("'U00000005' as user_id, 'wecom' as channel, 'moon' as offer", "offer"),
            ("'U00999999' as user_id, 'wecom' as channel", "user_id"),
        ):
            with pytest.raises(UsageError, match=word):
                world.write_day(planned(tmp_path / "plans", f"select {wrong}"))
        assert world.next_day == day
        assert before.items() <= contents(tmp_path / "landing").items()
