"""report.html: the night on one page, for people; whole in itself, nothing is loaded from elsewhere."""

from decimal import Decimal
from pathlib import Path

import duckdb
from jinja2 import Environment, FileSystemLoader

from muster.candidate import Candidate

FILE_NAME = "report.html"
_TEMPLATES = Path(__file__).parent / "templates"
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
        quarantine=_rows(
            connection,
            "select feed, file, reason_en, reason_zh, count(*) as rows from marts.quarantine group by all order by all",
        ),
        failed=[check for check in candidate.checks if not check["success"]],
    )
    (candidate.folder / FILE_NAME).write_text(page, encoding="utf-8")


def render(page: str, **values: object) -> str:
    """The page of templates/<page>.j2."""
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True)
    environment.filters["number"] = _number
    return environment.get_template(f"{page}.j2").render(**values)


def _totals(connection: duckdb.DuckDBPyConnection) -> dict:
    return _rows(
        connection,
        """select count(*) as customers,
            count(*) filter (lifetime_purchases > 0) as buyers,
            count(*) filter (frequency > 0) as active_buyers,
            coalesce(sum(monetary), 0) as monetary
        from marts.customers""",
    )[0]


def _grid(connection: duckdb.DuckDBPyConnection) -> dict[tuple[int, int], dict]:
    """(R, F) -> its segment's labels, its customers, and their share of the fullest cell (0 to 1)."""
    cells = _rows(
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
    found = _rows(
        connection,
        f"""select l.label_en, l.label_zh, count(c.user_id) as customers, coalesce(sum(c.monetary), 0) as monetary
        from policy.{labels} l left join marts.customers c using ({column})
        group by l.label_en, l.label_zh, l.{sorted_by} order by l.{order}""",
    )
    most = max((row["customers"] for row in found), default=0) or 1
    return [row | {"depth": row["customers"] / most} for row in found]


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict]:
    cursor = connection.execute(sql)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _number(value: Decimal | int) -> str:
    return f"{value:,.0f}"
