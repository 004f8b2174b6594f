"""A mapping's SQL expression computes with its row and reaches nothing else."""

import pytest
from muster.errors import MusterError
from muster.landing.expressions import expression_type, referenced_columns

from landing.zone import Zone, order

SOURCE = {"a": "VARCHAR", "b": "VARCHAR", "n": "DOUBLE"}
WHERE = "feeds.orders.columns.coupon"


def refusal(sql: str) -> str:
    with pytest.raises(MusterError) as error:
        referenced_columns(WHERE, sql)
        expression_type(WHERE, sql, SOURCE)
    return str(error.value)


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("(select 1)", "a subquery"),
        ("exists (select 1)", "a subquery"),
        ("a in (select b from source)", "a subquery"),
        ("(from read_text('/etc/passwd'))", "a subquery"),
        ("(values (1))", "a subquery"),
        ("read_csv('/etc/passwd')", "read_csv()"),
        ("read_text('/etc/passwd')", "read_text()"),
        ("glob('*')", "glob()"),
        ("row_number() over ()", "a window function"),
        ("sum(n) over (partition by a)", "a window function"),
        ("lag(a) over ()", "a window function"),
        ("sum(n)", "sum()"),
        ("count(*)", "count"),
        ("max(a)", "max()"),
        ("list(a)", "list()"),
        ("unnest([a, b])", "unnest()"),
        ("now()", "now()"),
        ("today()", "today()"),
        ("get_current_timestamp()", "get_current_timestamp()"),
        ("current_localtimestamp()", "current_localtimestamp()"),
        ("current_localtime()", "current_localtime()"),
        ("age(a::timestamp)", "age()"),
        ("random()", "random()"),
        ("uuid()", "uuid()"),
        ("setseed(0.5)", "setseed()"),
        ("nextval('s')", "nextval()"),
        ("getvariable('x')", "getvariable()"),
        ("current_setting('threads')", "current_setting()"),
        ("getenv('HOME')", "getenv()"),
        ("current_query()", "current_query()"),
        ("version()", "version()"),
        ("a || now()::varchar", "now()"),
        ("case when a is null then random() else 1 end", "random()"),
        ("list_transform([a], lambda x: x || random())", "random()"),
        ("*", "*"),
        ("columns(*)", "*"),
        ("?", "a parameter"),
    ],
)  # fmt: skip
def test_what_reaches_beyond_the_row_is_refused_by_name(sql: str, reason: str) -> None:
    said = refusal(sql)
    assert WHERE in said
    assert reason in said
    assert "which a mapping expression may not" in said
    assert "no files, no clock, no chance, no other rows" in said


@pytest.mark.parametrize(
    "word", ["current_date", "current_timestamp", "localtimestamp", "CURRENT_TIME", "current_user"]
)
def test_words_that_read_the_clock_are_refused_as_such(zone: Zone, word: str) -> None:
    """They look like columns, so the answer must not be that the file lacks a column of that name."""
    zone.mapping({"feeds": {"orders": {"columns": {"coupon": {"sql": f"{word}::varchar"}}}}})
    zone.csv("orders/a.csv", [order(1)])
    said = zone.refused()
    assert WHERE in said
    assert f"uses {word.lower()}" in said


def test_a_source_column_may_be_named_like_such_a_word(zone: Zone) -> None:
    zone.mapping({"feeds": {"orders": {"columns": {"user_id": {"sql": 'upper("user")'}}}}})
    zone.write("orders/a.csv", "order_id,user,ordered_at,amount\no1,anna,2024-01-01,1\n")
    zone.take()
    assert zone.staged("user_id") == [("ANNA",)]


@pytest.mark.parametrize(
    ("sql", "columns", "kind"),
    [
        ("case when a like 'C%' then 'refund' else b end", {"a", "b"}, "VARCHAR"),
        ("strptime(a, '%d/%m/%Y')", {"a"}, "TIMESTAMP"),
        ("try_strptime(a, '%d/%m/%Y')", {"a"}, "TIMESTAMP"),
        ("regexp_replace(a, '^0+', '')", {"a"}, "VARCHAR"),
        ("regexp_extract(a, '(\\d+)', 1)", {"a"}, "VARCHAR"),
        ("array_to_string(list_transform(split(a, ','), lambda x: trim(x)), ';')", {"a"}, "VARCHAR"),
        ("list_filter([a, b], x -> x is not null)[1]", {"a", "b"}, "VARCHAR"),
        ("coalesce(nullif(a, ''), b) -- the rest", {"a", "b"}, "VARCHAR"),
        ("cast(n as decimal(18, 4)) * 100", {"n"}, "DECIMAL(18,2)"),
        ("'constant'", set(), "VARCHAR"),
        ('"a" || $$\'$$ || source.b', {"a", "source"}, "VARCHAR"),
    ],
)
def test_what_computes_with_the_row_is_allowed(sql: str, columns: set[str], kind: str) -> None:
    assert referenced_columns(WHERE, sql) == columns
    found = expression_type(WHERE, sql, SOURCE)
    assert found.split("(")[0] == kind.split("(", maxsplit=1)[0]


@pytest.mark.parametrize(
    "sql", ["", "a +", "case when a then", "1 as x, 2", "a; drop table source", "a) from source --"]
)
def test_what_is_no_expression(sql: str) -> None:
    assert f"{WHERE} is not an SQL expression" in refusal(sql)


def test_a_function_that_does_not_exist_is_named_with_the_source_columns() -> None:
    said = refusal("uper(a)")
    assert "uper" in said
    assert "the source columns are: a, b, n" in said


def test_a_row_on_which_the_expression_fails_is_quarantined_alone(zone: Zone) -> None:
    zone.mapping({"feeds": {"orders": {"columns": {"ordered_at": {"sql": "strptime(day, '%d/%m/%Y')"}}}}})
    days = ["31/01/2024", "2024-02-31", "", "29/02/2024"]
    zone.csv("orders/a.csv", [order(n, day=day) for n, day in enumerate(days, 1)])
    zone.take()
    assert zone.staged("ordered_at::date::varchar, _reason, _reason_column") == [
        ("2024-01-31", None, None),
        (None, "unparseable_value", "ordered_at"),
        (None, "missing_value", "ordered_at"),
        ("2024-02-29", None, None),
    ]


@pytest.mark.parametrize("sql", ["1 / (n - n)", "error('x')", "'x'::integer"])
def test_an_expression_never_makes_a_number_out_of_nothing(zone: Zone, sql: str) -> None:
    """1/0 is infinite in DuckDB; a failing constant fails on every row. Neither is an amount."""
    zone.mapping({"feeds": {"orders": {"columns": {"amount": {"sql": sql}}}}})
    zone.parquet(
        "orders/a.parquet", "select 'o' as order_id, 'u' as user_id, date '2024-01-01' as ordered_at, 1.0 as n"
    )
    said = zone.refused()
    assert "amount" in said or "the feed is empty" in said
