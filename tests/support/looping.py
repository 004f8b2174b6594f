"""A reader in a process of its own that goes on while releases are published."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager


@contextmanager
def reader_in_a_loop(
    command: Sequence[str], environment: Mapping[str, str] | None = None, more_than: float = 5
) -> Iterator[None]:
    """The reader reads for as long as this lasts, and has seen numbers that grow, more than so many, without failing.

    It prints `reading` before it begins, and what it saw, each change once, when the last publication ends it.
    """
    reader = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert reader.stdout.readline() == "reading\n"
    yield
    said, error = reader.communicate(timeout=60)
    assert error == ""
    seen = [int(number) for number in said.split()]
    assert seen == sorted(seen)
    assert len(seen) > more_than, "it must have read while releases were published"
