"""A decision and the sentences that give its reasons."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("en", "zh")
Label = tuple[str, str]


@dataclass(frozen=True)
class Sentence:
    """One sentence of sentences.yml with its numbers; `values` may hold (English, Chinese) pairs of labels."""

    name: str
    values: dict[str, Any] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """The sentence in `en` or `zh`."""
        at = LANGUAGES.index(language)
        chosen = {key: value[at] if isinstance(value, tuple) else _shown(value) for key, value in self.values.items()}
        return _sentences()[self.name][language].format(**chosen)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: the texts, and the numbers as they are."""
        return {"code": self.name} | {language: self.text(language) for language in LANGUAGES} | {"values": self.values}


@dataclass(frozen=True)
class Decision:
    """What was decided, why, from which tables, and what would change it. label: (English, Chinese)."""

    name: str
    value: Any
    label: Label
    because: list[Sentence]
    would_change: list[Sentence]
    sources: list[str]

    def as_dict(self) -> dict[str, Any]:
        return {
            "decision": self.name,
            "value": self.value,
            "label": dict(zip(LANGUAGES, self.label, strict=True)),
            "because": [sentence.as_dict() for sentence in self.because],
            "would_change": [sentence.as_dict() for sentence in self.would_change],
            "sources": self.sources,
        }

    def lines(self, language: str) -> list[str]:
        """The decision as lines of text."""
        words = _sentences()
        title, change, source = (words[name][language] for name in (self.name, "would_change", "sources"))
        lines = ["", f"{title}: {self.label[LANGUAGES.index(language)]}"]
        lines += [f"  {sentence.text(language)}" for sentence in self.because]
        if self.would_change:
            lines += [f"  {change}", *(f"    - {sentence.text(language)}" for sentence in self.would_change)]
        return [*lines, f"  {source} {', '.join(self.sources)}"]


def say(name: str, **values: Any) -> Sentence:
    return Sentence(name, values)


def both(name: str, **values: Any) -> Label:
    """A sentence in both languages, to stand in another one."""
    sentence = say(name, **values)
    return sentence.text("en"), sentence.text("zh")


def _shown(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


@cache
def _sentences() -> dict[str, dict[str, str]]:
    return yaml.safe_load((Path(__file__).parent / "sentences.yml").read_text(encoding="utf-8"))
