"""Checks a mapping's SQL expression in a DuckDB that can reach nothing: no files, network, extensions.

An expression may compute with the row's own source columns, nothing else: no subquery (and with that no
table function), no window, no aggregate, no clock, no chance, no setting.
"""

import json
from collections.abc import Iterator

import duckdb

from muster.errors import MusterError
from muster.landing.mapping import FILE_NAME, suggestion

_FORBIDDEN_CLASSES = {
    "SUBQUERY": "a subquery",
    "WINDOW": "a window function",
    "STAR": "*",
    "PARAMETER": "a parameter",
}
# Not marked unstable by DuckDB, yet they read a clock, a setting or the outside, or make several rows of one.
_FORBIDDEN_FUNCTIONS = {
    "age", "current_localtime", "current_localtimestamp", "current_setting", "current_user", "error", "getenv",
    "getvariable", "unnest", "user", "version",
}  # fmt: skip
# Written without parentheses they look like columns.
_FORBIDDEN_WORDS = {
    "current_catalog", "current_date", "current_role", "current_schema", "current_time", "current_timestamp",
    "current_user", "localtime", "localtimestamp", "session_user", "user",
}  # fmt: skip


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """An SQL string constant."""
    return "'" + text.replace("'", "''") + "'"


def locked_connection() -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB without files, network, extensions, or a way to switch them on again."""
    connection = duckdb.connect()
    for setting in (
        "enable_external_access = false",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "lock_configuration = true",
    ):
        connection.execute(f"set {setting}")
    return connection


def referenced_columns(where: str, sql: str) -> set[str]:
    """The source columns that an expression names; MusterError where it does more than compute.

    where: the mapping's key, for the message.
    """
    with locked_connection() as connection:
        answer = json.loads(
            connection.execute("select json_serialize_sql(?)", [f"select ({sql}\n) as x"]).fetchone()[0]
        )
        forbidden = {
            name
            for (name,) in connection.execute(
                """select function_name from duckdb_functions() group by 1
                   having bool_or(stability <> 'CONSISTENT') or not bool_or(function_type in ('scalar', 'macro'))"""
            ).fetchall()
        } | _FORBIDDEN_FUNCTIONS
    if answer.get("error"):
        raise MusterError(f"{FILE_NAME}: {where} is not an SQL expression: {answer.get('error_message')}")
    statements = answer["statements"]
    chosen = statements[0]["node"].get("select_list", []) if len(statements) == 1 else []
    if len(chosen) != 1 or statements[0]["node"].get("from_table", {}).get("type") not in (None, "EMPTY"):
        raise MusterError(f"{FILE_NAME}: {where} must be one SQL expression over the source columns")
    columns, lambdas = set(), set()
    for node in _nodes(chosen[0]):
        kind, function = node.get("class"), str(node.get("function_name", "")).lower()
        if kind in _FORBIDDEN_CLASSES:
            raise _refused(where, _FORBIDDEN_CLASSES[kind])
        if kind == "FUNCTION" and function in forbidden:
            raise _refused(where, f"{function}()")
        if kind == "LAMBDA":
            lambdas |= {n["column_names"][-1] for n in _nodes(node.get("lhs")) if n.get("class") == "COLUMN_REF"}
        if kind == "COLUMN_REF":
            columns.add(node["column_names"][0])
    return columns - lambdas


def _refused(where: str, what: str) -> MusterError:
    return MusterError(
        f"{FILE_NAME}: {where} uses {what}, which a mapping expression may not",
        "compute with the row's own source columns only: no files, no clock, no chance, no other rows",
    )


def _nodes(tree: object) -> Iterator[dict]:
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from _nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _nodes(value)


def expression_type(where: str, sql: str, source_columns: dict[str, str]) -> str:
    """The DuckDB type of an expression over `source_columns` (name -> DuckDB type), bound, never run."""
    declared = ", ".join(f"{quoted(name)} {kind}" for name, kind in source_columns.items())
    with locked_connection() as connection:
        try:
            connection.execute(f"create table source ({declared})")
            bound = connection.execute(f"describe select ({sql}\n) as x, * from source")
            return bound.fetchone()[1]
        except duckdb.Error as error:
            reason = str(error).split("\n", 1)[0]
            raise MusterError(
                f"{FILE_NAME}: {where} does not fit the source columns: {reason}",
                f"the source columns are: {', '.join(source_columns)}",
            ) from error


def missing_column(where: str, name: str, known: list[str]) -> MusterError:
    """The error for a mapping that names a source column which no file of the feed has."""
    if name.lower() in _FORBIDDEN_WORDS:
        return _refused(where, name.lower())
    return MusterError(
        f"{FILE_NAME}: {where} names the source column `{name}`, which no file of the feed has"
        f"{suggestion(name, known)}",
        f"the source columns are: {', '.join(known)}",
    )
