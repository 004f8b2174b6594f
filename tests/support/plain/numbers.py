"""Two pieces of arithmetic that several words of the contract use."""

from typing import TypeVar

Value = TypeVar("Value")


def percentile_disc(values: list[Value], percent: int) -> Value:
    """The smallest of the values that at least `percent` percent of them do not exceed."""
    enough = -(-percent * len(values) // 100)  # of n values, the least whole number that is percent * n / 100 or more
    return sorted(values)[enough - 1]


def rounded(numerator: int, denominator: int) -> int:
    """floor(numerator / denominator + 1/2), for a denominator above 0."""
    return (2 * numerator + denominator) // (2 * denominator)
