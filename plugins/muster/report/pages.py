"""What every page shares: templates, rows for them, and how numbers are written."""

from decimal import Decimal
from pathlib import Path

import duckdb
from jinja2 import Environment, FileSystemLoader

_TEMPLATES = Path(__file__).parents[1] / "templates"
_THOUSANDS = ((10**9, "G"), (10**6, "M"), (10**3, "k"))


def render(page: str, **values: object) -> str:
    """The page of templates/<page>.j2."""
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True)
    environment.filters |= {"number": _number, "short": _short, "percent": _percent}
    return environment.get_template(f"{page}.j2").render(**values)


def rows(connection: duckdb.DuckDBPyConnection, sql: str, parameters: dict | None = None) -> list[dict]:
    """The rows of a query, column -> value."""
    cursor = connection.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _number(value: Decimal | int) -> str:
    return f"{value:,.0f}"


def _short(value: Decimal | int) -> str:
    """Three digits and a unit, where there is room for little: 748,957 is 749k."""
    for size, unit in _THOUSANDS:
        if abs(value) >= size:
            return f"{value / size:.3g}{unit}" if abs(value) < 999.5 * size else f"{value / size:.0f}{unit}"
    return f"{value:.0f}"


def _percent(value: Decimal | float | None) -> str:
    return "" if value is None else f"{100 * value:.1f} %"
