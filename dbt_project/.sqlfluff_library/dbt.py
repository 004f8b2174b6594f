"""dbt's own cross-database macros that the models call, as sqlfluff sees them."""


def type_string() -> str:
    return "varchar"


def concat(fields: list[str]) -> str:
    return " || ".join(fields)


def date_trunc(datepart: str, date: str) -> str:
    return f"date_trunc('{datepart}', {date})"


def dateadd(datepart: str, interval: str, from_date_or_timestamp: str) -> str:
    return f"{from_date_or_timestamp} + {interval} * interval '1 {datepart}'"


def generate_series(upper_bound: int) -> str:
    return f"select generated_number from generate_series(1, {upper_bound}) as numbers (generated_number)"
