"""A night without models in a process of its own, which may be killed in the middle of its publication."""

import signal
import subprocess
import sys

from support.shops import Shop

KILLED = -signal.SIGKILL

_NIGHT = """
import importlib, os, signal, sys
from datetime import date
from pathlib import Path
from muster import candidate as candidates
from muster import nightly
from muster.settings import Settings

landing, home, target, day, models, moment, dies_at = sys.argv[1:]
settings = Settings(Path(home), Path(landing), target=target)
night = nightly.Night(settings, date.fromisoformat(day), nightly.new_run(), "a test")
nightly.run_step(night, "ingest")
exec(models, {"candidate": candidates.load(settings, night.run), "day": day})

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

if dies_at:
    module, name = dies_at.split(":")
    holder = importlib.import_module(module)
    *path, name = name.split(".")
    for part in path:
        holder = getattr(holder, part)
    function = getattr(holder, name)

    def killed(*arguments):
        if moment == "within":
            import psycopg
            psycopg.Connection.commit = die
        if moment != "before":
            function(*arguments)
        die()

    setattr(holder, name, killed)
nightly.run_step(night, "publish")
"""


def night(shop: Shop, day: str, models: str, dies_at: str = "", moment: str = "before") -> int:
    """Run one; returns its exit status, KILLED where it was.

    models: Python that makes the tables of `candidate` for `day`. dies_at: module:function where the publication dies,
    before it, after it, or within it, when it would end its first transaction on PostgreSQL.
    """
    arguments = [str(shop.landing), str(shop.home), shop.settings.target, day, models, moment, dies_at]
    with shop.at_work():
        command = [sys.executable, "-c", _NIGHT, *arguments]
        return subprocess.run(command, check=False, timeout=120, stdout=subprocess.DEVNULL).returncode
