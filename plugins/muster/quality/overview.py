"""quality/index.html: every expectation with its outcome, and the way to its data docs."""

from muster.candidate import Candidate
from muster.quality.results import STOP
from muster.report.pages import render


def write_overview(candidate: Candidate) -> None:
    """Write the page from the checks that the candidate has so far; it is there for a stopped night as well."""
    suites = {check["suite"] for check in candidate.checks}
    pages = {suite: next(candidate.quality.glob(f"*/validations/{suite}/**/*.html"), None) for suite in suites}
    page = render(
        "quality.html",
        as_of_date=candidate.as_of_date,
        checks=[check | {"stops": check["severity"] == STOP or check["error"]} for check in candidate.checks],
        pages={suite: path and path.relative_to(candidate.quality).as_posix() for suite, path in pages.items()},
    )
    (candidate.quality / "index.html").write_text(page, encoding="utf-8")
