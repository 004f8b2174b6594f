"""The two audits of a night: raw feeds before anything is built on them, marts before anybody sees them."""

import logging
import shutil
from dataclasses import asdict
from pathlib import Path

from muster.candidate import Candidate
from muster.engines import Engine
from muster.errors import MusterError
from muster.quality.overview import write_overview
from muster.quality.results import STOP, Check
from muster.quality.suites import run_suites

log = logging.getLogger(__name__)


def audit(engine: Engine, candidate: Candidate, boundary: str, suites: list[Path]) -> list[Check]:
    """Run `suites` against layer `boundary` (raw or marts) of the candidate.

    Warnings go to the candidate and the log; MusterError names every expectation that stops the night.
    """
    docs = candidate.quality / boundary
    shutil.rmtree(docs, ignore_errors=True)  # this step may be repeated
    candidate.checks = [check for check in candidate.checks if not check["suite"].startswith(f"{boundary}_")]
    checks = _checks(engine, candidate, boundary, suites, docs) if suites else []
    failed = [check for check in checks if not check.success]
    stopped = [check for check in failed if check.severity == STOP or check.error]
    warned = [check for check in failed if check not in stopped]
    for check in warned:
        log.warning("  warn: %s", check.sentence())
    candidate.checks += [asdict(check) for check in checks]
    known = candidate.warnings
    candidate.warnings += [said for check in warned if (said := check.sentence()) not in known]
    candidate.save()
    write_overview(candidate)
    log.info("  %d expectations on %d table(s): %d passed, %d warned, %d stopped",
             len(checks), len(suites), len(checks) - len(failed), len(warned), len(stopped))  # fmt: skip
    if stopped:
        reasons = "\n".join(f"    {check.sentence()}" for check in stopped)
        raise MusterError(
            f"the audit of {boundary} stops the night, nothing is published:\n{reasons}",
            f"look at {candidate.quality / 'index.html'}, correct the data, run the night again",
        )
    return checks


def _checks(engine: Engine, candidate: Candidate, boundary: str, suites: list[Path], docs: Path) -> list[Check]:
    with engine.auditing(candidate, boundary) as source:
        return run_suites(source, boundary, suites, docs)
