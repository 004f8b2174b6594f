"""The policy's single numbers: dbt_project/seeds/policy/parameters.csv, checked before anything uses them."""

import csv
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from muster.errors import MusterError

FILE_NAME = "parameters.csv"


@dataclass(frozen=True)
class Policy:
    """parameter -> value, every one a number within the file's own minimum and maximum."""

    values: dict[str, Decimal]

    @classmethod
    def read(cls, folder: Path) -> "Policy":
        """Read `<folder>/parameters.csv`; MusterError names the parameter that is out of its bounds."""
        with (folder / FILE_NAME).open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        return cls({row["parameter"]: _checked(row) for row in rows})

    def number(self, parameter: str) -> float:
        return float(self.values[parameter])

    def whole(self, parameter: str) -> int:
        return int(self.values[parameter])

    def for_dbt(self) -> dict[str, int | str]:
        """For dbt: whole numbers as int, others as exact decimal text."""
        return {
            name: int(value) if value == value.to_integral_value() else str(value)
            for name, value in self.values.items()
        }


def _checked(row: dict[str, str]) -> Decimal:
    try:
        value, low, high = (Decimal(row[column]) for column in ("value", "minimum", "maximum"))
    except InvalidOperation as error:
        raise MusterError(f"{FILE_NAME}: {row['parameter']} is not a number", "correct its value") from error
    if not (value.is_finite() and low <= value <= high):
        raise MusterError(f"{FILE_NAME}: {row['parameter']} is {value}, outside {low} to {high}", "correct its value")
    return value
