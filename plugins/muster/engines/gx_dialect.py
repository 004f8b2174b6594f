"""The SQLAlchemy dialect through which Great Expectations works on DuckDB.

Great Expectations closes its connection before it fetches, and a DuckDB rollback drops the pending result, so
transactions do nothing here. duckdb-engine's reflection fails on SQLAlchemy 2.1, and Great Expectations would
then fall back to a query without schema, so columns are described by DuckDB itself.
"""

from pathlib import Path
from typing import Any

import duckdb_engine
import sqlalchemy as sa
from sqlalchemy.dialects import registry

from muster.engines.engine import AuditSource


class AuditDialect(duckdb_engine.Dialect):
    """duckdb-engine's dialect without transactions and with its own reflection."""

    supports_statement_cache = False

    def do_begin(self, connection: Any) -> None:
        """No transaction."""

    def do_rollback(self, connection: Any) -> None:
        """No transaction."""

    def do_commit(self, connection: Any) -> None:
        """No transaction."""

    def get_columns(self, connection: Any, table_name: str, schema: str | None = None, **_: Any) -> list[dict]:
        table = self.identifier_preparer.format_table(sa.table(table_name, schema=schema))
        described = connection.exec_driver_sql(f"describe {table}").fetchall()
        return [
            {"name": name, "type": self._type(kind.split("(")[0]), "nullable": True, "default": None}
            for name, kind, *_ in described
        ]

    def _type(self, kind: str) -> Any:
        return (getattr(sa, kind, None) or self.ischema_names.get(kind.lower(), sa.types.NullType))()

    def get_pk_constraint(self, connection: Any, table_name: str, schema: str | None = None, **_: Any) -> dict:
        return {"constrained_columns": [], "name": None}


registry.register("duckdb.muster", __name__, "AuditDialect")


def source(database: Path) -> AuditSource:
    """A database file, read through this dialect; layers are its schemas."""
    return AuditSource(f"duckdb+muster:///{database}", {"read_only": True})
