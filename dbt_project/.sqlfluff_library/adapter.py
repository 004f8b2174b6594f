"""dbt's adapter: a dispatched macro stands for its arguments."""

from collections.abc import Callable


def dispatch(name: str, package: str) -> Callable[..., str]:
    return lambda *arguments: f"({' - '.join(reversed(arguments))})" if len(arguments) > 1 else arguments[0]
