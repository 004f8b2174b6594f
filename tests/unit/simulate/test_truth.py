"""What the world says of a contact's effect is what its landing files show."""

import math
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from muster.simulate import World
from support.worlds import EMPTY, contents, feed

USERS, WINDOW = 20_000, 14
DAY = date(2026, 1, 1)
# Neither corrections nor late rows: what is ordered within the window is in the files when it closes.
PLAIN = {"orders.corrected.share": 0, "orders.late.share": 0}
EVERYBODY = """select 'U' || lpad(user_no::varchar, 8, '0') as user_id, 'wecom' as channel,
    case when user_no % 2 = 0 then 'repeat' else 'none' end as offer from rhythm"""


def run_world(folder: Path, is_contacted: bool, users: int = USERS, changes: dict | None = None) -> Path:
    """A world in which everybody is contacted on DAY, or nobody, and the window after it.

    Beside the landing zone of the second, truth.parquet says what contacting everybody would have changed.
    """
    with World(folder / "landing", users, seed=11, changes=PLAIN | (changes or {})) as world:
        world.write_history()
        world.write_day(EVERYBODY if is_contacted else EMPTY)
        if not is_contacted:
            world.true_response(EVERYBODY).write_parquet(str(folder / "truth.parquet"))
        for _ in range(WINDOW):
            world.write_day(EMPTY)
    return folder / "landing"


@pytest.fixture(scope="module")
def contacted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_world(tmp_path_factory.mktemp("contacted"), True)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_world(tmp_path_factory.mktemp("untouched"), False)


def orders(landing: Path) -> str:
    """SQL [user_no of the person, orders, margin]: what was ordered within the window after DAY."""
    lines, users = feed(landing, "order_lines"), feed(landing, "users")
    return f"""
        select coalesce(persons.user_no, substr(user_id, 2)::bigint) as user_no, count(distinct order_id) as orders,
            sum(quantity::double * (unit_price::double - unit_cost::double)) as margin
        from {lines} as lines
        left join (
            select user_id, min(first) as user_no
            from (
                select user_id, min(substr(user_id, 2)::bigint) over (partition by handle) as first
                from (select distinct user_id, unnest([right(phone, 8), wecom_id]) as handle from {users})
                where handle is not null
            )
            group by user_id
        ) as persons using (user_id)
        where status = 'completed' and ordered_at::timestamp::date > date '{DAY}'
            and ordered_at::timestamp::date <= date '{DAY + timedelta(days=WINDOW)}'
        group by all"""


def truth(landing: Path) -> str:
    return f"read_parquet('{landing.parent}/truth.parquet')"


@pytest.mark.parametrize("is_contacted", [False, True])
def test_people_buy_with_the_probability_that_the_world_says(contacted: Path, untouched: Path, is_contacted: bool):
    column = "p_contacted" if is_contacted else "p_not_contacted"
    stages = duckdb.sql(
        f"""select stage, count(*), sum({column}), sum({column} * (1 - {column})), count(bought.user_no)
            from {truth(untouched)}
            left join ({orders(contacted if is_contacted else untouched)}) as bought using (user_no)
            group by stage order by stage"""
    ).fetchall()
    assert {stage for stage, *_ in stages} == {
        "lead", "cold_lead", "new", "one_time", "active", "at_risk", "churned", "lost",
    }  # fmt: skip
    for stage, _, expected, variance, bought in stages:
        assert abs(bought - expected) <= 4 * math.sqrt(variance) + 1, stage


def test_the_lift_in_money_is_what_the_world_says(contacted: Path, untouched: Path):
    for offer in ("none", "repeat"):
        found = duckdb.sql(
            f"""select count(*), avg(incremental_profit + contact_cost),
                    avg(coalesce(with_contact.margin, 0) - coalesce(without.margin, 0)),
                    stddev(coalesce(with_contact.margin, 0) - coalesce(without.margin, 0))
                from {truth(untouched)}
                left join ({orders(contacted)}) as with_contact using (user_no)
                left join ({orders(untouched)}) as without using (user_no)
                where offer = '{offer}'"""
        ).fetchone()
        people, expected, measured, deviation = found
        assert abs(measured - expected) <= 4 * deviation / math.sqrt(people), offer


def test_stages_and_offers_differ_as_world_yml_says(untouched: Path):
    by_stage = f"""select stage, avg(lift / (1 - p_not_contacted)) from {truth(untouched)}
        where offer = 'repeat' group by stage"""
    lift = dict(duckdb.sql(by_stage).fetchall())
    assert lift["at_risk"] > lift["churned"] > lift["active"] > lift["cold_lead"]


def test_a_world_without_effect_is_untouched_by_contacts(tmp_path: Path):
    contacted, untouched = (
        run_world(tmp_path / str(is_contacted), is_contacted, 3000, {"response.effect": 0})
        for is_contacted in (True, False)
    )
    mine, other = contents(contacted), contents(untouched)
    assert {name for name in mine if mine[name] != other.get(name)} >= {f"contacts/{DAY}.csv"}
    orders_of = [{n: c for n, c in files.items() if n.startswith("order_lines/")} for files in (mine, other)]
    assert orders_of[0] == orders_of[1]
    ((greatest,),) = duckdb.sql(f"select max(abs(lift)) from {truth(untouched)}").fetchall()
    assert greatest < 1e-12


def test_opt_outs_grow_with_contacts_and_ghosts_are_left_alone(tmp_path: Path):
    with World(tmp_path / "landing", 5000, seed=3) as world:
        world.write_history()
        for _ in range(8):
            world.write_day(
                """select 'U' || lpad(user_no::varchar, 8, '0') as user_id, 'sms' as channel,
                user_no % 2 = 0 as is_ghost from rhythm"""
            )
        days = world.connection.execute(
            "select day, count(*), count_if(user_no % 2 = 0) from objectors where day >= ? group by day order by day",
            [DAY],
        ).fetchall()
        ghosts = world.connection.execute("select count_if(is_ghost), count(*) from handed_out").fetchone()
    assert ghosts[0] * 2 == pytest.approx(ghosts[1], rel=0.01)
    assert sum(by_ghosts for *_, by_ghosts in days) == 0
    assert sum(count for _, count, _ in days[-4:]) > 2 * sum(count for _, count, _ in days[:4])
    from_contacts = f"(select user_id from {feed(tmp_path / 'landing', 'contacts')} where contact_id like 'P%')"
    ghost_rows = f"select count(*) from {from_contacts} where substr(user_id, 2)::bigint % 2 = 0"
    assert duckdb.sql(ghost_rows).fetchall() == [(0,)]


def test_invitations_and_friend_requests_are_answered(tmp_path: Path):
    landing = tmp_path / "landing"
    with World(landing, 3000, seed=5) as world:
        world.write_history()
        world.write_day(
            """select 'U' || lpad(user_no::varchar, 8, '0') as user_id, 'group_invite' as purpose,
            case when user_no % 2 = 0 then 'friend_request' else 'group' end as channel, 'A0001' as account_id,
            case when user_no % 2 = 1 then 'NEW1' end as group_id from rhythm"""
        )
        for _ in range(4):
            world.write_day(EMPTY)
        ((people,),) = world.connection.execute("select count(*) // 2 from handed_out").fetchall()
    ((joined,),) = duckdb.sql(
        f"select count(distinct user_id) from {feed(landing, 'group_members')} where group_id = 'NEW1'"
    ).fetchall()
    expected = people * 0.95 * 0.70 * 0.45
    assert abs(joined - expected) < 4.5 * math.sqrt(expected)
    ((asked, accepted),) = duckdb.sql(
        f"""select count(distinct user_id), count(distinct user_id) filter (accepted_at is not null)
        from {feed(landing, "friends")} where requested_at::timestamp::date = '{DAY}' and account_id = 'A0001'"""
    ).fetchall()
    assert asked > 0.9 * people
    assert 0.2 * people < accepted < 0.45 * people


def test_groups_are_set_up_and_people_taken_out(tmp_path: Path):
    """Invited into a group that nobody had yet, by its name; two days after they came in they are taken out again."""
    landing = tmp_path / "landing"
    changes = {"invitation.acceptance": 1, "groups.left_share": 0, "groups.taken_out_share": 1}
    with World(landing, 500, seed=5, changes=changes) as world:
        world.write_history()
        world.write_day(
            """select 'U' || lpad(user_no::varchar, 8, '0') as user_id, 'invitation' as purpose, 'sms' as channel,
            'M1' as group_id, 'Muster·1' as group_name, 'OP002' as group_operator_id from rhythm"""
        )
        for _ in range(3):
            world.write_day(EMPTY)
        world.write_day(EMPTY, f"select user_id, group_id from {feed(landing, 'group_members')} where group_id = 'M1'")
    members = f"from {feed(landing, 'group_members')} where group_id = 'M1'"
    names = duckdb.sql(f"select distinct group_name, operator_id {members}").fetchall()
    assert names == [("Muster·1", "OP002")]
    joined, left = duckdb.sql(f"select count(distinct user_id), count(left_at) {members}").fetchone()
    events = duckdb.sql(
        f"select event_type, count(*) from {feed(landing, 'community_events')} where group_id = 'M1' and "
        "event_type in ('join', 'leave') group by event_type order by event_type"
    ).fetchall()
    assert joined > 100
    assert left == joined
    assert events == [("join", joined), ("leave", joined)]
