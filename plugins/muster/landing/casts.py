"""SQL that types one source value as a canonical type; null where it cannot be read as one.

Text timestamps are ISO 8601 (also YYYYMMDD, YYYYMMDDHHMMSS and YYYY/MM/DD, also without seconds); one with an offset
is converted to business-local time, one without is taken as local, and one with anything else after it is none.
A spreadsheet's cell holds a time as the number of its days.
"""

from muster.landing import feeds

TRUE_WORDS = ("true", "t", "yes", "y", "1")
FALSE_WORDS = ("false", "f", "no", "n", "0")
FLOATS = ("DOUBLE", "FLOAT")

_PLAIN = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?"
_DATE = r"^\d{4}-\d{1,2}-\d{1,2}"
_TIME = r"[T ] *[0-9:.]+"
_OFFSET = r" ?(Z|UTC|GMT|[+-]\d{2}(:?\d{2})?)"
# What spreadsheets and other systems leave around a value; DuckDB's trim alone takes spaces only.
_BLANKS = " \t\r\n\u00a0\u3000\ufeff"

# Each step rewrites one ISO 8601 spelling into the one that DuckDB reads; the most usual need none.
MACROS = rf"""
create macro iso_text(v) as replace(regexp_replace(regexp_replace(regexp_replace(upper(trim(v)),
    '^(\d{{4}})(\d{{2}})(\d{{2}})($|[T ]|\d{{6}}$)', '\1-\2-\3\4'), '^(\d{{4}})/(\d{{1,2}})/(\d{{1,2}})', '\1-\2-\3'),
    '^(\d{{4}}-\d{{2}}-\d{{2}})[T ]?(\d{{2}})(\d{{2}})(\d{{2}})', '\1T\2:\3:\4'), ',', '.');
create macro iso_offset_text(v) as regexp_replace(regexp_replace(regexp_replace(v,
    ' ?(UTC|GMT|Z)$', '+00:00'), '([T ]\d{{1,2}}:\d{{2}}) ?([+-])', '\1:00\2'),
    ' ?([+-]\d{{2}}):?(\d{{2}})?$', '\1:\2');
create macro instant(v) as try_cast(regexp_replace(iso_offset_text(v), ':$', ':00') as timestamptz);
create macro local_timestamp(v, zone) as case
    when regexp_matches(v, '{_PLAIN}$') then try_cast(v as timestamp)
    when regexp_matches(v, '{_PLAIN}(Z|[+-]\d{{2}}:\d{{2}})$') then timezone(zone, try_cast(v as timestamptz))
    when regexp_matches(iso_text(v), '{_DATE}({_TIME})?$') then try_cast(iso_text(v) as timestamp)
    when regexp_matches(iso_text(v), '{_DATE}{_TIME}{_OFFSET}$') then timezone(zone, instant(iso_text(v))) end;
create macro plain_text(v) as
    nullif(case when regexp_matches(v, '^[{_BLANKS}]|[{_BLANKS}]$') then trim(v, '{_BLANKS}') else v end, '');
create macro cell_time(v) as case when regexp_matches(plain_text(v), '^[1-9]\d{{4}}(\.\d+)?$')
    then strftime(timestamp '1899-12-30' + to_seconds(round(try_cast(plain_text(v) as double) * 86400)),
        '%Y-%m-%d %H:%M:%S') else v end;
"""


def as_text(value: str, source_type: str) -> str:
    """Any source value as trimmed text, blank (of a float: not a number) as null; 12346.0 becomes 12346."""
    if source_type == "VARCHAR":
        return f"plain_text({value})"
    if source_type in FLOATS:
        whole = f"try_cast({value} as bigint)"
        return f"case when {value} = {whole} then {whole}::varchar when not isnan({value}) then {value}::varchar end"
    return f"plain_text({value}::varchar)"


def as_type(column: feeds.Column, value: str, source_type: str, zone: str) -> str:
    """`value` (SQL of DuckDB type `source_type`) as the column's canonical type; zone: an SQL constant."""
    if column.type == feeds.TIMESTAMP:
        return _timestamp(value, source_type, zone)
    if column.type == feeds.DATE:
        return f"cast({_timestamp(value, source_type, zone)} as date)"
    if column.type == feeds.DECIMAL:
        return f"try_cast({_number(value, source_type)} as decimal(18,4))"
    if column.type == feeds.INTEGER:
        number = f"try_cast({_number(value, source_type)} as decimal(18,4))"
        return f"case when {number} = floor({number}) then {number}::bigint end"
    if column.type == feeds.BOOLEAN:
        word = f"lower({as_text(value, source_type)})"
        return f"case when {word} in {TRUE_WORDS} then true when {word} in {FALSE_WORDS} then false end"
    text = as_text(value, source_type)
    if column.type == feeds.PHONE:
        return f"e164({text})"
    if column.type in (feeds.WECOM_ID, feeds.EMAIL) or column.values:
        return f"lower({text})"
    return text


def _number(value: str, source_type: str) -> str:
    return f"plain_text({value})" if source_type == "VARCHAR" else value


def _timestamp(value: str, source_type: str, zone: str) -> str:
    if source_type == "TIMESTAMP WITH TIME ZONE":
        return f"timezone({zone}, {value})"
    if source_type.startswith("TIMESTAMP") or source_type == "DATE":
        return f"cast({value} as timestamp)"
    return f"local_timestamp({as_text(value, source_type)}, {zone})"
