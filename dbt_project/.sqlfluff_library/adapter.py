"""dbt's adapter: a dispatched macro is the engine's own version where there is one, else the default."""

from collections.abc import Callable

import jinja2

DIALECT = "duckdb"


@jinja2.pass_context
def dispatch(context: jinja2.runtime.Context, name: str, package: str) -> Callable[..., str]:
    """The macro that dbt would call; it stands in the file of the macro that dispatches."""
    return context.get(f"{DIALECT}__{name}") or context[f"default__{name}"]
