"""What only one engine knows: opening a candidate, handing it to dbt and Great Expectations, publishing it."""

from muster.engines.engine import Engine
from muster.settings import Settings


def engine_of(settings: Settings, target: str | None = None) -> Engine:
    """The engine of MUSTER_TARGET, or of `target`. Each is imported only where it is used."""
    match target or settings.target:
        case "postgres":
            from muster.engines.on_postgres import OnPostgres as Chosen
        case "spark":
            from muster.engines.on_spark import OnSpark as Chosen
        case _:
            from muster.engines.on_duckdb import OnDuckDB as Chosen
    return Chosen(settings)
