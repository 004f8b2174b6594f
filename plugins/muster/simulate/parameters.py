"""world.yml, the true model's numbers: read, changed for one world, and laid into a DuckDB connection."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import yaml

from muster.errors import UsageError

FILE = Path(__file__).with_name("world.yml")
TICKS_A_DAY = 1_000_000
NIGHTS_AT_MOST = 3660
STAGES = ("lead", "cold_lead", "new", "one_time", "active", "at_risk", "churned", "lost")
PRODUCT = ("sku", "product_name", "category", "from_month", "to_month", "list_price", "unit_cost", "weight")
MONTHS = (-10, 72)


def read(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The numbers of world.yml with `changes` ({"response.effect": 0}); UsageError names an unknown one."""
    world = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    for name, value in (changes or {}).items():
        *path, last = name.split(".")
        part = world
        for key in path:
            part = part.get(key) if isinstance(part, dict) else None
        if not isinstance(part, dict) or last not in part:
            raise UsageError(f"world.yml has no parameter `{name}`", "see plugins/muster/simulate/world.yml")
        part[last] = value
    for name in ("channels", "cities", "event_types"):
        _check_shares(name, [row["share"] for row in world[name]])
    _check_shares("purchases.line_shares", world["purchases"]["line_shares"])
    return world


def _check_shares(name: str, shares: list[float]) -> None:
    thousandths = [Decimal(str(share)) * 1000 for share in shares]
    if sum(thousandths) != 1000 or any(share != int(share) for share in thousandths):
        raise UsageError(f"world.yml: the shares of {name} must be thousandths that add up to 1")


def lay(connection: duckdb.DuckDBPyConnection, world: dict[str, Any], seed: int, users: int, first_night: date) -> None:
    """Make variables of the single numbers and temp tables of the lists; `days` is the world's calendar."""
    operators = max(3, -(-users // world["operators"]["people"]))
    single = _flat(world) | {
        "seed": seed,
        "users": users,
        "operator_count": operators,
        "ticks_a_day": TICKS_A_DAY,
        "line_shares": world["purchases"]["line_shares"],
        "occupations": world["occupations"],
        "interests": world["interests"],
        "start": first_night - timedelta(days=world["history_days"]),
    }
    for name, value in single.items():
        connection.execute(f'set variable "{name}" = {_constant(value)}')
    _buckets(connection, "channel", world["channels"])
    cities = [row | {"city_no": number} for number, row in enumerate(world["cities"], 1)]
    _buckets(connection, "city", cities)
    _buckets(connection, "event", world["event_types"])
    _table(connection, "channels", [{"channel": name} | row for name, row in world["response"]["channels"].items()])
    offers = [
        {"offer": name, "stage": stage, "discount": row["discount"], "persuasion": row[stage]}
        for name, row in world["response"]["offers"].items()
        for stage in STAGES
    ]
    _table(connection, "offers", offers)
    _groups(connection, cities, users, world["groups"], operators)
    _products(connection, world["products"])
    _calendar(connection, world, users, first_night)


def _flat(part: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Numbers and texts by their dotted names."""
    found = {}
    for name, value in part.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{name}.")
        elif isinstance(value, int | float | str):
            found[prefix + name] = value
    return found


def _constant(value: object) -> str:
    if isinstance(value, date):
        return f"date '{value}'"
    if isinstance(value, list):
        return f"[{', '.join(map(_constant, value))}]"
    if isinstance(value, float):
        return f"{value}::double"
    return "'{}'".format(value.replace("'", "''")) if isinstance(value, str) else f"{value}::bigint"


def _table(connection: duckdb.DuckDBPyConnection, name: str, rows: list[dict[str, Any]]) -> None:
    values = ", ".join(f"({', '.join(_constant(value) for value in row.values())})" for row in rows)
    connection.execute(f"create temp table {name} as from (values {values}) as t ({', '.join(rows[0])})")


def _buckets(connection: duckdb.DuckDBPyConnection, name: str, rows: list[dict[str, Any]]) -> None:
    """Table `<name>_buckets`: a thousand buckets, as many a row as its share says."""
    filled = []
    for row in rows:
        filled += [{"bucket": len(filled) + i} | row for i in range(round(row["share"] * 1000))]
    _table(connection, f"{name}_buckets", filled)


def _groups(
    connection: duckdb.DuckDBPyConnection, cities: list[dict], users: int, groups: dict[str, Any], operators: int
) -> None:
    """Tables `city_groups`: which groups a city has; `group_names`: what each is called and who runs it."""
    first, rows, names = 1, [], []
    for city in cities:
        count = max(1, round(users * groups["share"] * city["share"] / groups["size"]))
        rows.append({"city_no": city["city_no"], "first_group": first, "groups": count})
        names += [
            {
                "group_id": f"G{n:05d}",
                "group_name": f"{city['city']} parents {n:03d}",
                "operator_no": 1 + (n - 1) % operators,
            }
            for n in range(first, first + count)
        ]
        first += count
    _table(connection, "city_groups", rows)
    _table(connection, "group_names", names)


def _products(connection: duckdb.DuckDBPyConnection, products: list[list]) -> None:
    """Tables `product_buckets`: a thousand buckets for every age in months; `shelf`: the mean price and cost of one."""
    _table(connection, "products", [dict(zip(PRODUCT, row, strict=True)) for row in products])
    connection.execute(
        f"""
        create temp table product_buckets as
        with shelves as (
            select ages.baby_months::integer as baby_months, products.*,
                sum(weight) over (partition by ages.baby_months order by sku)
                    / sum(weight) over (partition by ages.baby_months) * 1000 as upto,
                weight / sum(weight) over (partition by ages.baby_months) * 1000 as width
            from products
            inner join (select unnest(range({MONTHS[0]}, {MONTHS[1]} + 1)) as baby_months) as ages
                on ages.baby_months between from_month and to_month
        )
        select baby_months, unnest(range(round(upto - width)::bigint, round(upto)::bigint)) as bucket, sku,
            product_name, category, list_price::decimal(10, 2) as list_price, unit_cost::decimal(10, 2) as unit_cost
        from shelves"""
    )
    connection.execute(
        """create temp table shelf as
           select baby_months, avg(list_price)::double as mean_price, avg(unit_cost)::double as mean_cost
           from product_buckets group by baby_months"""
    )


def _calendar(connection: duckdb.DuckDBPyConnection, world: dict[str, Any], users: int, first_night: date) -> None:
    """Table `days`: when a day begins and ends in ticks (hundredths of an average day), and who registers on it;
    `tick_days`: which day a hundredth belongs to.
    """
    season, growth = world["season"], world["arrivals"]["growth"]
    weekdays = ", ".join(map(str, season["weekdays"]))
    special = " ".join(f"when '{day}' then {factor}" for day, factor in season["days"].items())
    connection.execute(
        f"""
        create temp table days as
        with dated as (
            select (p('start') + n::integer) as day, n as day_no,
                round(100 * [{weekdays}][isodow(p('start') + n::integer)]
                    * case strftime(p('start') + n::integer, '%m-%d') {special} else 1 end)::bigint as worth
            from range({world["history_days"]} + {NIGHTS_AT_MOST}) as t (n)
        ),
        weighed as (
            select *, (worth * (1000 + 1000 * {growth} * day_no / {world["history_days"]})::bigint) as weight from dated
        ),
        summed as (
            select *,
                sum(worth) over (order by day)::bigint * {TICKS_A_DAY // 100} as ends_at,
                sum(weight) over (order by day)::bigint as weight_upto,
                (sum(weight) filter (day_no < {world["history_days"]}) over ())::bigint as whole
            from weighed
        )
        select day, ends_at - worth * {TICKS_A_DAY // 100} as starts_at, ends_at,
            ({users}::hugeint * (weight_upto - weight) // whole)::bigint + 1 as first_user,
            ({users}::hugeint * weight_upto // whole)::bigint as last_user
        from summed"""
    )
    connection.execute(
        f"""create temp table tick_days as
            select unnest(range(starts_at // {TICKS_A_DAY // 100}, ends_at // {TICKS_A_DAY // 100})) as hundredth, day
            from days where day < date '{first_night}'"""
    )


def as_text(world: dict[str, Any]) -> str:
    """The numbers in one fixed spelling: two worlds with the same text are the same world."""
    return json.dumps(world, sort_keys=True)
