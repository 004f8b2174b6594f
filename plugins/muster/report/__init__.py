"""report.html: the night on one page, for people; whole in itself, nothing is loaded from elsewhere."""

import duckdb

from muster.candidate import Candidate
from muster.report.groups import groups
from muster.report.kpis import kpis
from muster.report.lifecycle import lifecycle
from muster.report.pages import render, rows
from muster.report.recall import recall

FILE_NAME = "report.html"
_SCORES = (5, 4, 3, 2, 1)


def write(connection: duckdb.DuckDBPyConnection, candidate: Candidate) -> None:
    """Write report.html into the candidate; connection: one that sees its marts and unpublished layers."""
    page = render(
        FILE_NAME,
        candidate=candidate,
        totals=_totals(connection),
        grid=_grid(connection),
        scores=_SCORES,
        segments=_counted(connection, "segment", "segment_labels", "sort_order"),
        tiers=_counted(connection, "value_tier", "value_tiers", "tier_rank desc"),
        lifecycle=lifecycle(connection),
        recall=recall(connection),
        groups=groups(connection),
        kpis=kpis(connection, candidate.as_of_date),
        quarantine=rows(
            connection,
            "select feed, file, reason_en, reason_zh, count(*) as rows from marts.quarantine group by all order by all",
        ),
        failed=[check for check in candidate.checks if not check["success"]],
    )
    (candidate.folder / FILE_NAME).write_text(page, encoding="utf-8")


def _totals(connection: duckdb.DuckDBPyConnection) -> dict:
    return rows(
        connection,
        """select count(*) as customers,
            count(*) filter (lifetime_purchases > 0) as buyers,
            count(*) filter (frequency > 0) as active_buyers,
            coalesce(sum(monetary), 0) as monetary
        from marts.customers""",
    )[0]


def _grid(connection: duckdb.DuckDBPyConnection) -> dict[tuple[int, int], dict]:
    """(R, F) -> its segment's labels, its customers, and their share of the fullest cell (0 to 1)."""
    cells = rows(
        connection,
        """select g.r_score, g.f_score, g.segment, l.label_en, l.label_zh, count(c.user_id) as customers
        from policy.segment_grid g
        join policy.segment_labels l using (segment)
        left join marts.customer_rfm c on c.r_score = g.r_score and c.f_score = g.f_score
        group by all order by all""",
    )
    most = max((cell["customers"] for cell in cells), default=0) or 1
    return {(cell["r_score"], cell["f_score"]): cell | {"depth": cell["customers"] / most} for cell in cells}


def _counted(connection: duckdb.DuckDBPyConnection, column: str, labels: str, order: str) -> list[dict]:
    """Customers and window spend by segment or tier, in policy order, with the share of the greatest."""
    sorted_by = order.removesuffix(" desc")
    found = rows(
        connection,
        f"""select l.label_en, l.label_zh, count(c.user_id) as customers, coalesce(sum(c.monetary), 0) as monetary
        from policy.{labels} l left join marts.customers c using ({column})
        group by l.label_en, l.label_zh, l.{sorted_by} order by l.{order}""",
    )
    most = max((row["customers"] for row in found), default=0) or 1
    return [row | {"depth": row["customers"] / most} for row in found]
