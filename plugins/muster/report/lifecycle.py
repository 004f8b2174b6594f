"""The report's section on where customers stand: stages, who moved since the last night, and how long waits last."""

import duckdb

from muster.report.pages import rows

# The picture's coordinates, which its page scales; labels lie left of the curves and below them.
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 900, 220, 56, 14, 26
TICKS = 6


def lifecycle(connection: duckdb.DuckDBPyConnection) -> dict:
    """The values of templates/lifecycle.html.j2; connection: one that sees the candidate's marts."""
    stages = rows(
        connection,
        """select l.label_en, l.label_zh, l.description_en, l.description_zh, count(c.user_id) as customers,
            b.users as users_then, b.rate
        from policy.lifecycle_stages l
        left join marts.customer_lifecycle c using (stage)
        left join marts.churn_backtest b using (stage)
        group by all order by any_value(l.sort_order)""",
    )
    most = max((row["customers"] for row in stages), default=0) or 1
    return {
        "stages": [row | {"depth": row["customers"] / most} for row in stages],
        "backtest_date": connection.execute("select max(backtest_date) from marts.churn_backtest").fetchone()[0],
        "moves": rows(
            connection,
            """select f.label_en as from_en, f.label_zh as from_zh, t.label_en as to_en, t.label_zh as to_zh,
                m.cause, m.users
            from marts.lifecycle_transitions m
            join policy.lifecycle_stages f on f.stage = m.from_stage
            join policy.lifecycle_stages t on t.stage = m.to_stage
            where m.cause is not null order by m.users desc, f.sort_order, t.sort_order, m.cause""",
        ),
        "curves": curves(
            rows(
                connection,
                """select bucket, day, survival, is_prior from marts.churn_priors
                where pool_kind = 'all' and used order by bucket, day""",
            )
        ),
    }


def curves(points: list[dict]) -> dict | None:
    """Survival as a line a bucket, in steps, with its prior marked; None without a point.

    points: bucket, day, survival and is_prior, by bucket and day.
    """
    if not points:
        return None
    last = max(point["day"] for point in points)
    lines = {
        bucket: _line([point for point in points if point["bucket"] == bucket], last)
        for bucket in sorted({point["bucket"] for point in points})
    }
    ticks = [round(last * n / TICKS) for n in range(TICKS + 1)]
    return {
        "width": LEFT + WIDTH + LEFT, "height": TOP + HEIGHT + BOTTOM, "left": LEFT, "right": LEFT + WIDTH,
        "lines": lines,
        "days": [{"day": day, "x": _x(day, last)} for day in ticks],
        "shares": [{"share": share / 4, "y": _y(share / 4)} for share in range(5)],
    }  # fmt: skip


def _line(points: list[dict], last: int) -> dict:
    steps, survival = [f"M{_x(0, last)} {_y(1.0)}"], 1.0
    for point in points:
        survival = float(point["survival"])
        steps.append(f"H{_x(point['day'], last)}V{_y(survival)}")
    prior = next((point for point in points if point["is_prior"]), None)
    marked = prior and {"day": prior["day"], "x": _x(prior["day"], last), "y": _y(float(prior["survival"]))}
    return {"path": "".join(steps), "end": {"x": _x(points[-1]["day"], last), "y": _y(survival)}, "prior": marked}


def _x(day: int, last: int) -> float:
    return round(LEFT + WIDTH * day / max(last, 1), 1)


def _y(share: float) -> float:
    return round(TOP + HEIGHT * (1 - share), 1)
