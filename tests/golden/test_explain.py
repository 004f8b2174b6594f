"""`muster explain`: the sentences hold the release's own numbers, and what they foretell comes true."""

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import yaml
from muster import explain, release
from muster.engines import engine_of
from muster.errors import MusterError
from support.shops import Shop

MUSTER = str(Path(sys.executable).parent / "muster")
DAY, NEXT_DAY = "2024-03-10", "2024-03-11"
SENTENCES = yaml.safe_load((Path(explain.__file__).parent / "sentences.yml").read_text(encoding="utf-8"))

# Nobody has enough gaps for a prior, so the default of 90 days holds, at risk after 54. regular: gaps 10, 10, 30, whose
# 90th percentile is the third of three, 30: (3 x 30 + 3 x 90) / 6 = 60, at risk after 36. gone: (30 + 270) / 6 = 50.
PURCHASES = {
    "once": ["2024-03-01"],
    "regular": ["2024-01-10", "2024-01-20", "2024-01-30", "2024-02-29"],
    "gone": ["2023-11-01", "2023-11-11", "2023-11-21", "2023-12-01"],
    "quiet": ["2023-11-01", "2024-01-10"],
    "dormant": ["2022-01-01"],
}
USERS = [{"user_id": "lead", "registered_at": "2024-02-09"}, {"user_id": "cold", "registered_at": "2023-01-01"}]


def orders(purchases: dict[str, list[str]]) -> list[dict]:
    return [
        {"order_id": f"{user}-{day}", "user_id": user, "ordered_at": day, "amount": "25.50"}
        for user, days in purchases.items()
        for day in days
    ]


@pytest.fixture(scope="module")
def explained(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("explained")
    shop = Shop(folder / "landing", folder / "home").mapping()
    shop.csv("users/1.csv", USERS)
    shop.csv("orders/1.csv", orders(PURCHASES))
    shop.night(DAY)
    return shop


def decisions(shop: Shop, user: str) -> dict[str, explain.Decision]:
    found = explain.explain(engine_of(shop.settings), release.current(shop.settings), user)[1]
    return {decision.name: decision for decision in found}


def reasons(decision: explain.Decision, language: str = "en") -> list[str]:
    return [sentence.text(language) for sentence in decision.because]


def changes(decision: explain.Decision, language: str = "en") -> list[str]:
    return [sentence.text(language) for sentence in decision.would_change]


def test_a_personal_threshold_shows_its_arithmetic(explained: Shop) -> None:
    found = decisions(explained, "regular")["churn_threshold"]
    assert found.value == 60
    assert reasons(found) == [
        "The prior is the default of 90 days, because too few have come back after the third or a later purchase to "
        "measure one.",
        "90 % of this customer's own 3 gaps are 30 days or shorter.",
        "Both together: (3 x 30 + 3 x 90) / 6 = 60 days, rounded.",
        "At risk begins after 60 % of that: 36 days.",
    ]
    assert "两者合并：（3 × 30 + 3 × 90）÷ 6 = 60 天（四舍五入）。" in reasons(found, "zh")


def test_a_stage_says_when_it_ends(explained: Shop) -> None:
    found = decisions(explained, "regular")["stage"]
    assert found.value == "repeat"
    assert reasons(found) == [
        "Silent for 10 days, since 2024-02-29. At risk is more than 36 days, churned more than 60, lost more than 120.",
        "4 purchases of all time; loyal begins at 5.",
        "In this stage since 2024-03-10, the first release that knew this customer.",
    ]
    assert changes(found) == [
        "A purchase tomorrow: Loyal.",
        "Without a purchase, on 2024-04-06: At risk.",  # 02-29 + 37
        "Without a purchase, on 2024-04-30: Churned.",  # 02-29 + 61
        "Without a purchase, on 2024-06-29: Lost.",  # 02-29 + 121
    ]


def test_a_segment_shows_scores_and_bounds(explained: Shop) -> None:
    """Scored are four; recency -100, -60, -10, -9: cuts at the 1st, 2nd, 3rd and 4th value (20 % of 4 is 0.8)."""
    found = decisions(explained, "regular")["segment"]
    assert reasons(found)[0] == (
        "R3: last bought 10 days ago, on 2024-02-29. R5 is fewer than 9 days, R4 fewer than 10, R3 fewer than 60, R2 "
        "fewer than 100."
    )
    assert found.value == "need_attention"
    assert "The grid puts R3 and F3 into Need attention." in reasons(found)
    assert changes(found)[0] == "A purchase tomorrow: Champions (with tonight's cut points)."


def test_a_tier_says_what_is_missing(explained: Shop) -> None:
    """Lifetime 25.50, 25.50, 51, 102, 102: 50 % is the 3rd (51), 80 % the 4th (102), 95 % the 5th (102)."""
    quiet, once = decisions(explained, "quiet")["value_tier"], decisions(explained, "once")["value_tier"]
    assert (quiet.value, once.value) == ("base", "base")
    assert changes(quiet) == ["0.01 GBP more of net spend: Middle (with tonight's cut points)."]
    assert decisions(explained, "gone")["value_tier"].value == "middle"


def test_who_has_not_bought(explained: Shop) -> None:
    lead, cold = decisions(explained, "lead"), decisions(explained, "cold")
    assert (lead["stage"].value, cold["stage"].value) == ("lead", "cold_lead")
    assert "Without a purchase, on 2024-03-11: Cold lead." in changes(lead["stage"])
    assert reasons(lead["churn_threshold"]) == ["Without a purchase nobody is waited for."]
    assert lead["segment"].value == "prospect"
    assert decisions(explained, "dormant")["segment"].value == "dormant"


def test_what_is_foretold_comes_true(explained: Shop) -> None:
    """Everybody's «a purchase tomorrow» and the next day's «without a purchase», held against the next night."""
    foretold = {user: decisions(explained, user)["stage"] for user in [*PURCHASES, "lead", "cold"]}
    buyers = ["once", "regular", "gone", "dormant", "cold"]
    explained.csv("orders/2.csv", orders({user: [NEXT_DAY] for user in buyers}))
    explained.night(NEXT_DAY)
    labels = dict(explained.rows("select user_id, stage_en from marts.customers"))
    assert len(set(labels.values())) >= 4
    for user, decision in foretold.items():
        if user in buyers:
            assert changes(decision)[0] == f"A purchase tomorrow: {labels[user]}."
        else:
            due = [line for line in changes(decision) if f"on {NEXT_DAY}" in line]
            stays = decision.label[0]
            assert labels[user] == (due[0].rpartition(": ")[2].rstrip(".") if due else stays)
    again = decisions(explained, "lead")["stage"]
    assert f"In this stage since {NEXT_DAY}; before that Lead." in reasons(again)
    assert reasons(decisions(explained, "gone")["stage"])[1].startswith("The last purchase ended a silence")


def test_every_customer_of_the_sample_in_both_languages(sample: Shop) -> None:
    """A hundred customers of all stages: no sentence lacks a number, every decision has reasons and sources."""
    users = [
        user for (user,) in sample.rows(
            """select user_id from (select user_id, row_number() over (partition by stage order by user_id) as place
               from marts.customers) where place <= 12 order by user_id"""
        )
    ]  # fmt: skip
    assert len(users) > 100
    engine, current, used = engine_of(sample.settings), release.current(sample.settings), set()
    for user in users:
        facts, found = explain.explain(engine, current, user)
        assert [decision.name for decision in found] == [
            "segment", "value_tier", "churn_threshold", "stage", "value", "contact", "groups",
        ]  # fmt: skip
        for decision in found:
            assert decision.because
            assert decision.sources
            used |= {sentence.name for sentence in (*decision.because, *decision.would_change)}
        for language in ("en", "zh"):
            assert "None" not in explain.as_text(facts, found, language)
    assert used >= {"blend", "prior_all", "came_back", "segment_after_silence", "expected_value"}


def test_every_sentence_has_both_languages_with_the_same_numbers() -> None:
    for name, texts in SENTENCES.items():
        assert set(texts) == {"en", "zh"}, name
        english, chinese = (set(re.findall(r"{(\w+)}", texts[language])) for language in ("en", "zh"))
        assert english == chinese, name
        assert re.search(r"[\u4e00-\u9fff：。]", texts["zh"]), name


def test_the_command_line(explained: Shop) -> None:
    environment = {**os.environ, "MUSTER_HOME": str(explained.home)}

    def muster(*arguments: str) -> subprocess.CompletedProcess:
        call = [MUSTER, "explain", *arguments]
        return subprocess.run(call, env=environment, capture_output=True, text=True, check=False)

    document = json.loads(muster("quiet", "--json").stdout)
    assert document["user_id"] == "quiet"
    assert date.fromisoformat(document["as_of_date"])
    stage = next(d for d in document["decisions"] if d["decision"] == "stage")
    assert stage["because"][0]["values"]["at_risk"] == 54
    assert stage["because"][0]["zh"].startswith("已沉默")
    assert document["history"][-1]["valid_to"] is None
    assert "生命周期阶段" in muster("quiet", "--language", "zh").stdout
    unknown = muster("nobody")
    assert unknown.returncode == 1
    assert "has no customer nobody" in unknown.stderr
    assert "What to do" in unknown.stderr


def test_a_release_that_is_not_there(explained: Shop) -> None:
    with pytest.raises(MusterError, match="there is no release 2020"):
        release.named(explained.settings, "2020")
