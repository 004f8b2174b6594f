"""`muster explain USER`: why this segment, tier, threshold, stage, value, contact and group; from a release.

A decision is a module of its own with one function (Facts -> Decision); DECISIONS lists them in the order in which
people read them. The sentences stand in sentences.yml, in English and Chinese.
"""

import json
from collections.abc import Callable
from typing import Any

from muster.engines import Engine
from muster.explain import groups, lifecycle, recall, segment, threshold, tier, value
from muster.explain.decision import Decision
from muster.explain.facts import Facts, read_facts
from muster.release import Release

DECISIONS: tuple[Callable[[Facts], Decision], ...] = (
    segment.explain,
    tier.explain,
    threshold.explain,
    lifecycle.explain,
    value.explain,
    recall.explain,
    groups.explain,
)


def explain(engine: Engine, release: Release, user_id: str) -> tuple[Facts, list[Decision]]:
    """The customer's facts and decisions in `release`; MusterError where the release has no such customer."""
    facts = read_facts(engine, release, user_id)
    return facts, [decide(facts) for decide in DECISIONS]


def as_text(facts: Facts, decisions: list[Decision], language: str) -> str:
    """The decisions for people, in `en` or `zh`."""
    person = f"{facts.customer['user_id']} · {facts.as_of_date} · {facts.release}"
    return "\n".join([person, *(line for decision in decisions for line in decision.lines(language))])


def as_json(facts: Facts, decisions: list[Decision], language: str) -> str:
    """The decisions for programs, with the history; sentences in both languages, dates and money as text."""
    document = {
        "user_id": facts.customer["user_id"],
        "as_of_date": facts.as_of_date,
        "release": facts.release,
        "language": language,
        "decisions": [decision.as_dict() for decision in decisions],
        "history": [_without(period, "as_of_date", "user_id") for period in facts.history],
    }
    return json.dumps(document, ensure_ascii=False, indent=1, default=str)


def _without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}
