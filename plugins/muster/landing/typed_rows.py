"""One file's rows as SQL: every canonical column typed, and what is wrong with a row that cannot count."""

from muster.errors import MusterError
from muster.landing import casts, reading
from muster.landing.expressions import expression_type, literal, missing_column, quoted, referenced_columns
from muster.landing.feeds import DATE, HANDLE_TYPES, SQL_TYPES, TIMESTAMP, Column, Feed
from muster.landing.mapping import FILE_NAME, Mapping, Source


def typed_select(readable: reading.Readable, feed: Feed, mapping: Mapping, feed_columns: set[str]) -> str:
    """SQL of one file's typed rows: canonical columns (handles still plain), fault, file and row."""
    zone = literal(mapping.business_timezone)
    own = {name.lower() for name in readable.columns}
    absent = {name.lower(): name for name in sorted(feed_columns) if name.lower() not in own}
    columns = {**dict.fromkeys(absent.values(), "VARCHAR"), **readable.columns}
    padding = "".join(f", null::varchar as {quoted(name)}" for name in columns if name not in readable.columns)
    mapped, opened, typed, unusable = [], [], [], []
    faults = ["when _unreadable then 'unreadable_row:'"]
    present = {
        column.name: source
        for column in feed.columns
        if (source := _source_of(column, feed, mapping, readable, columns)) is not None
    }
    _check_required(readable, feed, present)
    for column in feed.columns:
        source, name = present.get(column.name), f"source_{column.name}"
        if source is None:
            typed.append(f"null::{SQL_TYPES[column.type]} as {column.name}")
            unusable += [f"false as unusable_{column.name}"] if column.type in HANDLE_TYPES else []
            continue
        sql, kind = _source_sql(column, source, feed, columns)
        if readable.file.kind == "xlsx" and column.type in (TIMESTAMP, DATE) and kind == "VARCHAR":
            sql = f"cell_time({sql})"
        if source.kind == "sql":
            mapped.append(f"{_tried(sql)} as tried_{column.name}")
            opened += [f"tried_{column.name}.v as {name}", f"tried_{column.name} is null as failed_{column.name}"]
            faults.append(f"when failed_{column.name} then 'unparseable_value:{column.name}'")
        else:
            mapped.append(f"{sql} as {name}")
        value, text = casts.as_type(column, name, kind, zone), casts.as_text(name, kind)
        default = f"coalesce({value}, {literal(column.default)})" if column.default else value
        typed.append(f"{default if not column.values else value} as {column.name}")
        if column.type in HANDLE_TYPES:
            unusable.append(f"({column.name} is null and {text} is not null) as unusable_{column.name}")
        faults += _faults(column, text)
    faults += [_alternatives_fault(feed)] if feed.alternatives else []
    # Named one by one: another file of the feed may have other columns, yet its rows go into the same part.
    chosen = [
        f"coalesce({c.name}, {literal(c.default)}) as {c.name}" if c.default is not None else c.name
        for c in feed.columns
    ]
    kept = _of_shared_users(feed) if readable.file.shared and feed.name == "users" else ""
    if readable.file.kind == "xlsx" and "result" in present:
        # a workbook lists what is to be done: a row that nobody has filled in is no contact
        kept = "where result is not null or _fault = 'unparseable_value:result'"
    return f"""
        select {", ".join(chosen + unusable)}, _row, {literal(readable.file.path)} as _file,
            case {" ".join(faults)} end as _fault
        from (
            select *, {", ".join(typed)}
            from (
                select *{"".join(", " + o for o in opened)}
                from (
                    select _row, _unreadable{"".join(", " + m for m in mapped)}
                    from (select *{padding} from ({readable.relation}))
                )
            )
        ) {kept}"""


def _tried(sql: str) -> str:
    """The expression's value as a struct, null where it fails on a row.

    Inside a CASE, because DuckDB's optimizer would compute what two expressions have in common outside of TRY.
    """
    return f"case when _row >= 0 then try({{'v': {sql}}}) end"


def _of_shared_users(feed: Feed) -> str:
    """Users out of another feed's file: its rows without a user are not users, its repetitions one row."""
    names = ", ".join(column.name for column in feed.columns)
    return f"where user_id is not null qualify row_number() over (partition by {names} order by _row) = 1"


def _source_of(
    column: Column, feed: Feed, mapping: Mapping, readable: reading.Readable, columns: dict[str, str]
) -> Source | None:
    """Where the column comes from in this file; None where it comes from nowhere."""
    source = None if readable.is_canonical else mapping.feed(feed.name).columns.get(column.name)
    by_lower = {name.lower(): name for name in columns}
    if source is None:
        same = by_lower.get(column.name)
        return Source("column", same) if same in readable.columns else None
    if source.kind == "value":
        return source
    where = f"feeds.{feed.name}.columns.{column.name}"
    named = {source.text} if source.kind == "column" else referenced_columns(where, source.text)
    for name in sorted(named):
        if name.lower() not in by_lower:
            raise missing_column(where, name, sorted(columns))
    if source.kind == "column":
        found = by_lower[source.text.lower()]
        return Source("column", found) if found in readable.columns else None
    return source


def _source_sql(column: Column, source: Source, feed: Feed, columns: dict[str, str]) -> tuple[str, str]:
    """SQL and DuckDB type of a column's source value."""
    if source.kind == "value":
        return literal(source.text), "VARCHAR"
    if source.kind == "column":
        return quoted(source.text), columns[source.text]
    where = f"feeds.{feed.name}.columns.{column.name}"
    return f"({source.text}\n)", expression_type(where, source.text, columns)


def _check_required(readable: reading.Readable, feed: Feed, present: dict[str, Source]) -> None:
    missing = [column.name for column in feed.required if column.name not in present]
    if not missing and feed.alternatives and not any(set(group) <= present.keys() for group in feed.alternatives):
        missing = [" or ".join(" and ".join(group) for group in feed.alternatives)]
    if missing:
        raise MusterError(
            f"{readable.file.path}: {len(missing)} required column(s) of {feed.name} missing: {', '.join(missing)} "
            f"(the file has: {', '.join(readable.columns) or 'no columns'})",
            f"say in {FILE_NAME} under feeds.{feed.name}.columns where it comes from; "
            "`muster check` proposes a mapping",
        )


def _faults(column: Column, text: str) -> list[str]:
    """CASE branches `reason:column` for what can be wrong with one column's value."""
    faults = []
    if column.required and not column.blank_allowed:
        faults.append(f"when {text} is null then 'missing_value:{column.name}'")
    if column.values:
        reason = "unknown_status" if column.name == "status" else "unknown_value"
        faults.append(f"when {column.name} not in {_list(column.values)} then '{reason}:{column.name}'")
    elif column.type not in HANDLE_TYPES and SQL_TYPES[column.type] != "VARCHAR":
        faults.append(f"when {column.name} is null and {text} is not null then 'unparseable_value:{column.name}'")
    return faults


def _alternatives_fault(feed: Feed) -> str:
    whole = " or ".join(
        "(" + " and ".join(f"{name} is not null" for name in group) + ")" for group in feed.alternatives
    )
    return f"when not ({whole}) then 'missing_value:{feed.alternatives[0][0]}'"


def _list(values: tuple[str, ...]) -> str:
    return "(" + ", ".join(literal(value) for value in values) + ")"
