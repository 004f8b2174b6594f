"""dbt's own cross-database macros that the models call, as sqlfluff sees them."""


def type_string() -> str:
    return "varchar"


def concat(fields: list[str]) -> str:
    return " || ".join(fields)


def generate_series(upper_bound: int) -> str:
    return f"select {upper_bound} as generated_number"
