"""The report's section on the company: net revenue by month, the funnel, how long buyers stay."""

from datetime import date, timedelta
from decimal import Decimal

import duckdb

from muster.report.pages import rows

MONTHS = 13  # a month stands beside the one of the year before
CHANNELS = 8  # the greatest; the mart holds all
# The picture's coordinates, which its page scales: a bar has PITCH, labels lie above and below.
PITCH, BAR, TOP, HEIGHT, BOTTOM = 76, 48, 24, 170, 26


def kpis(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> dict:
    """The values of templates/kpis.html.j2; connection: one that sees the candidate's marts."""
    months = last_months(as_of_date)
    revenue = _revenue(connection, months)
    funnel = rows(
        connection,
        """select step, step_en, step_zh, description_en, description_zh, sum(f.users)::bigint as users,
            sum(f.users) / sum(sum(f.users) filter (step = 'acquired')) over () as share
        from marts.funnel f join policy.funnel_steps using (step)
        group by all order by any_value(f.step_order)""",
    )
    return {
        "months": revenue,
        "month_is_open": (as_of_date + timedelta(days=1)).month == as_of_date.month,
        "picture": bars([month["gmv_net"] for month in revenue]),
        "funnel": funnel,
        "channels": _channels(connection),
        "cohorts": _cohorts(connection, months[0]),
        "ages": range(1, MONTHS),
    }


def last_months(as_of_date: date, number: int = MONTHS) -> list[date]:
    """The first days of as_of_date's month and the ones before it, the earliest first."""
    last = as_of_date.year * 12 + as_of_date.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(last - number + 1, last + 1)]


def bars(values: list[Decimal]) -> dict:
    """Where bars lie: their x, y and height, the zero line's y, the picture's width and height; negative ones hang."""
    top, bottom = max([*values, 0]), min([*values, 0])
    scale = HEIGHT / float(top - bottom or 1)
    zero = TOP + float(top) * scale
    heights = [abs(float(value)) * scale for value in values]
    return {
        "width": PITCH * len(values), "height": TOP + HEIGHT + BOTTOM, "bar": BAR, "zero": round(zero, 1),
        "bars": [
            {
                "x": PITCH * n + (PITCH - BAR) // 2, "middle": PITCH * n + PITCH // 2, "height": round(height, 1),
                "y": round(zero - height if value >= 0 else zero, 1),
            }
            for n, (value, height) in enumerate(zip(values, heights, strict=True))
        ],
    }  # fmt: skip


def _revenue(connection: duckdb.DuckDBPyConnection, months: list[date]) -> list[dict]:
    """The months from the first one with orders, also those without."""
    return rows(
        connection,
        """with by_month as (
            select date_trunc('month', date)::date as month, sum(gmv_net) as gmv_net, sum(orders) as orders,
                sum(buyers) as purchases, sum(new_buyers) as new_buyers, sum(refunds) as refunds,
                sum(anonymous_orders) / nullif(sum(orders), 0) as anonymous_share
            from marts.kpi_daily group by all
        )
        select m.month, coalesce(gmv_net, 0) as gmv_net, coalesce(orders, 0) as orders,
            coalesce(purchases, 0) as purchases, coalesce(new_buyers, 0) as new_buyers,
            coalesce(refunds, 0) as refunds, anonymous_share
        from (select unnest($months) as month) m left join by_month using (month)
        where m.month >= (select min(month) from by_month) order by m.month""",
        {"months": months},
    )


def _channels(connection: duckdb.DuckDBPyConnection) -> list[dict]:
    """The greatest channels: channel, and `steps`, step -> users and share."""
    found = rows(
        connection,
        f"""with greatest as (
            select channel, users as acquired from marts.funnel where step = 'acquired'
            order by acquired desc, channel limit {CHANNELS}
        )
        select channel, step, users, share_of_acquired as share
        from marts.funnel join greatest using (channel) order by acquired desc, channel, step_order""",
    )
    channels: dict[str, list[dict]] = {}
    for row in found:
        channels.setdefault(row["channel"], []).append(row)
    return [{"channel": channel, "steps": steps} for channel, steps in channels.items()]


def _cohorts(connection: duckdb.DuckDBPyConnection, first: date) -> list[dict]:
    """Cohorts from `first` on: size, and `rates`, months since -> rate with its share of the greatest (0 to 1)."""
    found = rows(
        connection,
        """select cohort, cohort_buyers, months_since, retained_buyers, retention_rate as rate
        from marts.retention_cohorts where cohort >= $first order by cohort, months_since""",
        {"first": first},
    )
    most = max((row["rate"] for row in found if row["months_since"] > 0), default=0) or 1
    cohorts: dict[date, dict] = {}
    for row in found:
        cohort = cohorts.setdefault(row["cohort"], row | {"rates": {}})
        cohort["rates"][row["months_since"]] = row | {"depth": row["rate"] / most}
    return list(cohorts.values())
