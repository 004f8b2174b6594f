"""Completeness: a file that has not arrived would age every customer, so it is noticed first."""

from muster.candidate import Candidate
from muster.engines import Engine
from muster.errors import MusterError
from muster.landing.feeds import ORDER_FEEDS
from muster.policy import Policy


def check_freshness(engine: Engine, candidate: Candidate, policy: Policy, allow_stale: str | None) -> list[str]:
    """Warnings about missing order days; MusterError from `stale_stop_days` on, unless a reason is given."""
    with engine.reading(candidate) as connection:
        newest = max(
            (
                day
                for feed in ORDER_FEEDS
                if (
                    day := connection.execute(
                        f"select max(business_date) from work.raw.{feed} where business_date <= ?",
                        [candidate.as_of_date],
                    ).fetchone()[0]
                )
            ),
            default=None,
        )
    if newest is None:
        return ["no order on or before as_of_date"]
    age = (candidate.as_of_date - newest).days
    if age < policy.whole("stale_warn_days"):
        return []
    found = f"the newest order is of {newest}, {age} day(s) before as_of_date {candidate.as_of_date}"
    if age < policy.whole("stale_stop_days"):
        return [found]
    if allow_stale:
        return [f"{found}; allowed because: {allow_stale}"]
    raise MusterError(
        f"{found}: files have probably not arrived, and everybody would look older than they are",
        'wait for the files, or say why it is right: --allow-stale "shop closed over the holidays"',
    )
