"""What is kept of a validation: counts and names, never a value of the data."""

import re
from dataclasses import dataclass
from typing import Any

STOP, WARN = "stop", "warn"
_SEVERITIES = {"critical": STOP, "warning": WARN}
_COUNTS = (
    "element_count", "missing_count", "missing_percent", "unexpected_count", "unexpected_percent",
    "unexpected_percent_total", "unexpected_percent_nonmissing",
)  # fmt: skip
# Expectations whose observed_value is a count.
_COUNTING = ("unexpected_rows_expectation", "expect_table_row_count_to_be_between")
# Its observed value is a list of column names, without which the data docs cannot be rendered.
_NAMING = "expect_table_columns_to_match_ordered_list"
_COLUMN_ARGUMENTS = ("column", "column_A", "column_B", "column_list")
# Messages about the schema or the suite; any other may quote a value and is cut at its first colon.
_SAFE_MESSAGE = re.compile(r"_duckdb\.(Catalog|Binder|Parser)Exception|The column \"|not supported for")


@dataclass(frozen=True)
class Check:
    """One expectation's outcome. error: set where the check itself failed, which counts as a failure."""

    suite: str
    table: str
    expectation: str
    columns: tuple[str, ...]
    severity: str
    success: bool
    description: str
    unexpected: int | None = None
    error: str | None = None

    def sentence(self) -> str:
        """The outcome in plain words."""
        count = f": {self.unexpected:,} row(s)" if self.unexpected else ""
        error = f": the check could not run ({self.error})" if self.error else ""
        return f"{self.table}: expected {self.description}{count}{error}"


def scrubbed(result: Any, suite: str, table: str) -> Check:
    """Reduce a Great Expectations result, in place, to counts, and return it as a Check."""
    kind = result.expectation_config.type
    names = (result.result or {}).get("observed_value") or []
    keys = (*_COUNTS, "observed_value") if kind in _COUNTING else _COUNTS
    result.result = {
        key: value
        for key, value in (result.result or {}).items()
        if key in keys and isinstance(value, int | float | None)
    }
    error = _scrub_exception(result)
    result.success = bool(result.success) and error is None
    unexpected = _unexpected(result.result)
    if kind == _NAMING:
        result.result["observed_value"] = names
    return check_of(result.expectation_config, suite, table, result.success, error, unexpected)


def check_of(
    config: Any, suite: str, table: str, success: bool, error: str | None, unexpected: int | None = None
) -> Check:
    """The Check of an expectation's configuration and its outcome."""
    named = [config.kwargs[key] for key in _COLUMN_ARGUMENTS if key in config.kwargs]
    columns = tuple(c for item in named for c in ([item] if isinstance(item, str) else item))
    return Check(
        suite, table, config.type, columns, _SEVERITIES[config.severity.value], success,
        config.description or config.type, None if success else unexpected, error,
    )  # fmt: skip


def safe_message(error: str) -> str:
    """An error text without values of the data."""
    first = error.splitlines()[0] if error else ""
    return first if _SAFE_MESSAGE.search(first) else first.split(":")[0]


def _unexpected(counts: dict[str, Any]) -> int | None:
    found = counts.get("unexpected_count", counts.get("observed_value"))
    return None if found is None else int(found)


def _scrub_exception(result: Any) -> str | None:
    info = result.exception_info or {}
    entries = [info] if "raised_exception" in info else list(info.values())
    raised = [safe_message(str(e.get("exception_message"))) for e in entries if e.get("raised_exception")]
    message = raised[0] if raised else None
    result.exception_info = {
        "raised_exception": bool(raised), "exception_message": message, "exception_traceback": "",
    }  # fmt: skip
    return message
