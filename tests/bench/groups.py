"""A million people in groups: from nothing, and a night's arrivals, as ratios to a plain scan of the same people.

    python tests/bench/groups.py --people 1000000

The SQL is the project's own, as dbt compiles it, on two threads and within 4 GiB. People live in cities of very
different size (the largest has a hundred times the people of the thousandth), came by six channels and belong to 24
cohorts; nobody has an account to be invited by, so that whoever has a place is inside, and the next night is a night of
full groups.
"""

import argparse
import resource
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from support.compiled import CompiledShop, compile_project

DAY = date(2024, 1, 10)
STATE = ("cohort_members", "group_registry", "group_memberships", "group_hands", "persons")
BUILT = ("cohort_members", "group_registry", "group_memberships", "group_hands", "groups", "group_assignments",
         "group_moves", "entry_routes", "operator_load", "staffing_plan")  # fmt: skip
CITIES = 1000


def people(first: int, last: int) -> str:
    """SQL of customers first..last; chance by hash only."""
    return f"""
        select 'U' || printf('%010d', n) as user_id, user_id as person_id,
            'city' || cast({CITIES} * power((hash(n) % 1000003) / 1000003.0, 3) as integer) as city,
            'province' || hash(city) % 30 as province, 'country' as country, 'channel' || hash(n, 'c') % 6 as channel,
            date '2018-01-01' + cast(hash(n, 'q') % 2190 as integer) as first_purchase_date,
            first_purchase_date + cast(hash(n, 'l') % 300 as integer) as last_purchase_date,
            null::date as birth_date, null::date as milestone_date, null::varchar as milestone_status,
            cast((hash(n, 'm') % 1000000) / 100.0 as decimal(18, 2)) as lifetime_monetary,
            case when hash(n, 'm') % 1000000 > 950000 then 'vip' when hash(n, 'm') % 1000000 > 800000 then 'high'
                when hash(n, 'm') % 1000000 > 500000 then 'middle' else 'base' end as value_tier,
            case when hash(n, 's') % 10 < 8 then 'repeat' else 'lost' end as stage,
            false as has_phone, false as has_wecom_id
        from range({first}, {last}) as t(n)"""


def night(shop: CompiledShop, day: date, count: int) -> float:
    """Seconds of one night's models of groups over the first `count` people."""
    shop.as_of(day)
    shop.stand_in("customers", people(0, count))
    shop.stand_in("persons", f"select date '{day}' as as_of_date, user_id, person_id from ({people(0, count)})")
    shop.stand_in("int_customers", f"select user_id from ({people(0, count)})")
    shop.fill()
    for name in ("int_contact_routes", "int_suppressed_users", "int_account_days"):
        shop.make(name)
    began = time.monotonic()
    for name in BUILT:
        shop.make(name)
    return time.monotonic() - began


def remember(shop: CompiledShop) -> None:
    """Tonight's state is what the next night finds."""
    for name in STATE:
        shop.connection.execute(f"create or replace table previous.state.{name} as from {shop.relation(name)}")


def figures(shop: CompiledShop) -> str:
    (row,) = shop.rows(
        f"""select count(*) as groups, sum(inside) as inside, min(inside) as least, max(inside) as most,
            sum((status_since = opened_on)::int) as opened from {shop.relation("groups")}"""
    )
    return f"{row['groups']:,} groups of {row['least']} to {row['most']}, {row['inside']:,} people inside"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    count = parser.parse_args().people
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as name:
        shop = CompiledShop(compile_project(Path(name), carried=STATE))
        shop.connection.execute(f"set threads = 2; set memory_limit = '4GiB'; set temp_directory = '{name}/spill'")
        shop.stand_in(
            "contact_schedule",
            "select null::varchar as person_id, null::varchar as playbook, "
            "null::varchar as schedule_id, null::date as planned_date, '' as purpose, '' as status limit 0",
        )
        first = night(shop, DAY, count)
        said = figures(shop)
        remember(shop)
        began = time.monotonic()
        columns = "max(city), max(channel), max(value_tier), max(stage), sum(lifetime_monetary), max(user_id)"
        shop.rows(f"select {columns} from {shop.relation('customers')}")
        scan = time.monotonic() - began
        second = night(shop, DAY + timedelta(days=1), count + count // 1000)
        print(f"{count:,} people, two threads, at most 4 GiB; plain scan {scan:.2f} s")
        print(f"from nothing   {first:6.1f} s {first / scan:7.0f} scans   {said}")
        print(f"0.1 % arrivals {second:6.1f} s {second / scan:7.0f} scans   {figures(shop)}")
        print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB")


if __name__ == "__main__":
    main()
