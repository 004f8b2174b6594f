"""dbt as a subprocess: a process that ends gives the database back."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from muster.settings import child_environment


def run_dbt(arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> tuple[bool, str]:
    """Run this environment's dbt in `folder`; returns whether it succeeded and what it said."""
    finished = subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), *arguments],
        env=child_environment(**environment),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return finished.returncode == 0, finished.stdout + finished.stderr
