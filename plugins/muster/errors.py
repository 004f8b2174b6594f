"""The ways in which muster says no; each carries a sentence that says what to do next."""


class MusterError(Exception):
    """The run failed and nothing changed (exit status 1).

    Messages name file, column, reason and count, and never hold a row's own values.
    """

    exit_status = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  What to do: {self.hint}" if self.hint else self.message


class BusyError(MusterError):
    """Another run has the MUSTER_HOME: nothing is wrong with this one, and later it may succeed."""


class UsageError(MusterError):
    """The command was given something that it cannot mean (exit status 2)."""

    exit_status = 2
