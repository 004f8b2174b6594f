"""dbt's own cross-database macros that the models call, as sqlfluff sees them."""


def type_string() -> str:
    return "varchar"


def concat(fields: list[str]) -> str:
    return " || ".join(fields)


def dateadd(datepart: str, interval: int, date: str) -> str:
    return f"date_add({date}, interval ({interval}) {datepart})"


def date_trunc(datepart: str, date: str) -> str:
    return f"date_trunc('{datepart}', {date})"
