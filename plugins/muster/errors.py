"""The two ways in which muster says no; both carry a sentence that says what to do next."""


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


class UsageError(MusterError):
    """The command was given something that it cannot mean (exit status 2)."""

    exit_status = 2
