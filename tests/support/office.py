"""LibreOffice, started by a test for itself, in the place of the person who fills a workbook in."""

import json
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path

SOFFICE, SYSTEM_PYTHON = Path("/usr/bin/soffice"), Path("/usr/bin/python3")
FILL_IN = Path(__file__).parents[1] / "office" / "fill_in.py"
SECONDS = 180


def fill_in(source: Path, target: Path, filled: Mapping[str, Mapping[str, str | float]], scratch: Path) -> dict:
    """Fill a workbook in: schedule id -> heading -> text or number; returns what LibreOffice saw in it."""
    assert SOFFICE.exists(), "no LibreOffice on this machine; install it: make setup-office"
    pipe = f"muster-{uuid.uuid4().hex[:12]}"
    listening = [
        SOFFICE, "--headless", "--invisible", "--norestore", "--nologo", f"--accept=pipe,name={pipe};urp",
        f"-env:UserInstallation={(scratch / 'profile').as_uri()}",
    ]  # fmt: skip
    with subprocess.Popen(listening, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as office:
        try:
            finished = subprocess.run(
                [SYSTEM_PYTHON, FILL_IN, pipe, source, target, json.dumps(filled)],
                capture_output=True, text=True, timeout=SECONDS, check=False, env={"LC_ALL": "C.UTF-8"},
            )  # fmt: skip
            assert finished.returncode == 0, finished.stderr
            office.wait(SECONDS)
        finally:
            office.kill()
    return json.loads(finished.stdout)
