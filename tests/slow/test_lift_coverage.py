"""A thousand campaigns side by side through the project's own SQL and statistics: intervals hold, zero is zero.

A campaign is a playbook's quarter. Its people are ranked by a score that tells who buys anyway, and a day's places go
down the ranks; whoever is held out keeps the place in the ranks, is withheld at the slot, and the place goes to the
next. Good customers are held out less and buy more. Who buys before the slot is cancelled, held out or not. Of
those contacted who buy, operators deny a quarter of the contacts, as they see the purchase first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from muster.lift_reading import due_lift
from support.compiled import CompiledShop, compile_project

CAMPAIGNS, PEOPLE, PLACES_A_DAY, DAYS = 1000, 4000, 70, 30
START, NIGHT = "2024-01-03", date(2024, 4, 1)
HELD_OUT = {"vip": 0.15, "base": 0.25}
SPENDS, CHANCES = np.array([15.0, 25.0, 40.0, 80.0]), np.array([0.3, 0.35, 0.25, 0.1])
MEAN_SPEND = float(SPENDS @ CHANCES)


@dataclass(frozen=True)
class Read:
    """What was read of the campaigns: column -> an array of numbers, for one value tier or all of them."""

    rows: list[dict]

    def of(self, column: str, tier: str = "all") -> np.ndarray:
        return np.array([float(row[column]) for row in self.rows if row["value_tier"] == tier])

    def share_that_holds(self, truth: float, column: str, tier: str = "all") -> float:
        low, high = self.of(f"{column}_difference_low", tier), self.of(f"{column}_difference_high", tier)
        return float(np.mean((low <= truth) & (truth <= high)))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CompiledShop]:
    shop = CompiledShop(compile_project(tmp_path_factory.mktemp("compiled")))
    shop.as_of(NIGHT)
    yield shop
    shop.close()


def campaigns(shop: CompiledShop, effect: float, seed: int) -> Read:
    """Let the campaigns happen, with `effect` more buyers among those contacted, and read them."""
    chance = np.random.default_rng(seed)
    shape = (CAMPAIGNS, PEOPLE)
    is_vip = chance.random(shape) < 0.3
    buys_anyway = np.where(is_vip, 0.25, 0.08) + chance.uniform(-0.05, 0.05, shape)
    score = buys_anyway + chance.normal(0, 0.05, shape)
    is_ghost = chance.random(shape) < np.where(is_vip, HELD_OUT["vip"], HELD_OUT["base"])
    ranks = np.argsort(-score, axis=1)
    places = np.empty(shape, dtype=int)
    np.put_along_axis(places, ranks, np.cumsum(~np.take_along_axis(is_ghost, ranks, axis=1), axis=1), axis=1)
    day = (places - ~is_ghost) // PLACES_A_DAY
    is_planned = day < DAYS
    bought_before = is_planned & (chance.random(shape) < 0.05)
    buys = chance.random(shape) < buys_anyway + np.where(is_ghost, 0, effect)

    campaign, person = np.nonzero(is_planned)
    pick = (campaign, person)
    people = {
        "campaign": campaign, "number": campaign * PEOPLE + person, "is_vip": is_vip[pick], "is_ghost": is_ghost[pick],
        "day": day[pick], "bought_before": bought_before[pick], "buys": buys[pick],
        "after": chance.integers(0, 14, campaign.size), "spend": chance.choice(SPENDS, campaign.size, p=CHANCES),
    }  # fmt: skip
    shop.connection.register("simulated", people)
    shop.connection.execute(
        f"""create or replace temp table simulated_people as
            select *, 'p' || number as person_id, date '{START}' + day::integer as slot_day,
                case when number % 10 = 0 then 'second' || number else 'p' || number end as buyer from simulated"""
    )
    shop.connection.unregister("simulated")
    shop.stand_in(
        "int_contact_slots",
        """select 's' || number || attempt as schedule_id, person_id, person_id as user_id, attempt,
               slot_day + 20 * (attempt - 1) as planned_date, 'recall' as purpose, 'c' || campaign as playbook,
               case when is_vip then 'vip' else 'base' end as value_tier, '2024Q1' as period, 'wecom' as channel,
               'none' as offer,
               null::varchar as experiment, null::varchar as variant, is_ghost, null::varchar as result,
               0.05::decimal(18, 4) as cost,
               case when bought_before then 'bought' when buys and not is_ghost and number % 4 = 0 then 'denied' end
                   as reason_code,
               case when reason_code is null then 'sent' else 'cancelled' end as status
           from simulated_people cross join (values (1), (2)) as attempts (attempt)
           where attempt = 1 or number % 3 = 0""",
    )
    shop.stand_in(
        "persons",
        """select person_id as user_id, person_id from simulated_people
           union all select buyer, person_id from simulated_people where buyer <> person_id""",
    )
    shop.stand_in(
        "int_day_nets",
        """select buyer as user_id, slot_day + after::integer as net_date, spend::decimal(18, 2) as day_net
           from simulated_people where buys
           union all select person_id, slot_day - 1, 30 from simulated_people where bought_before
           union all select person_id, slot_day + 14, 30 from simulated_people where number % 5 = 0""",
    )
    shop.build("recall_lift")
    return Read(due_lift(shop.connection, Decimal("0.4")))


@pytest.fixture(scope="module")
def without_effect(shop: CompiledShop) -> Read:
    return campaigns(shop, 0, seed=1)


@pytest.fixture(scope="module")
def with_effect(shop: CompiledShop) -> Read:
    return campaigns(shop, 0.05, seed=2)


def standard_error(values: np.ndarray) -> float:
    return float(values.std(ddof=1)) / len(values) ** 0.5


def test_the_campaigns_are_what_they_are_meant_to_be(without_effect: Read) -> None:
    assert {row["playbook"] for row in without_effect.rows} == {f"c{n}" for n in range(CAMPAIGNS)}
    # 2,100 places, of which the cancelled leave some 1,995
    assert without_effect.of("contacted").mean() == pytest.approx(1995, abs=4)
    shares = {
        tier: without_effect.of("ghosts", tier).sum()
        / (without_effect.of("ghosts", tier) + without_effect.of("contacted", tier)).sum()
        for tier in HELD_OUT
    }
    assert shares == pytest.approx(HELD_OUT, abs=0.003)


@pytest.mark.parametrize("column", ["rate", "revenue"])
@pytest.mark.parametrize("tier", ["all", "vip", "base"])
def test_no_effect_is_centred_on_zero(without_effect: Read, column: str, tier: str) -> None:
    differences = without_effect.of(f"{column}_difference", tier)
    assert abs(differences.mean()) < 3.5 * standard_error(differences)


def test_everybody_counted_together_would_not_be_centred(without_effect: Read) -> None:
    """What the strata are for: the plain difference of all people sees an effect where there is none."""
    plain = without_effect.of("contacted_conversions") / without_effect.of("contacted") - without_effect.of(
        "ghost_conversions"
    ) / without_effect.of("ghosts")
    assert plain.mean() > 10 * standard_error(plain)


@pytest.mark.parametrize("tier", ["all", "vip", "base"])
def test_intervals_hold_the_truth(without_effect: Read, with_effect: Read, tier: str) -> None:
    assert 0.93 <= without_effect.share_that_holds(0, "rate", tier) <= 0.97
    assert 0.93 <= with_effect.share_that_holds(0.05, "rate", tier) <= 0.97


def test_intervals_of_revenue_hold_the_truth(without_effect: Read, with_effect: Read) -> None:
    assert 0.93 <= without_effect.share_that_holds(0, "revenue") <= 0.97
    assert 0.93 <= with_effect.share_that_holds(0.05 * MEAN_SPEND, "revenue") <= 0.97


def test_an_effect_is_found_at_its_size(with_effect: Read) -> None:
    for column, truth in (("rate", 0.05), ("revenue", 0.05 * MEAN_SPEND)):
        differences = with_effect.of(f"{column}_difference")
        assert abs(differences.mean() - truth) < 3.5 * standard_error(differences)


def test_verdicts_are_wrong_as_seldom_as_they_say(without_effect: Read, with_effect: Read) -> None:
    wrong = [row["verdict"] for row in without_effect.rows if row["value_tier"] == "all"]
    assert 0.01 <= wrong.count("works") / CAMPAIGNS <= 0.045
    assert 0.01 <= wrong.count("harms") / CAMPAIGNS <= 0.045
    right = [row["verdict"] for row in with_effect.rows if row["value_tier"] == "all"]
    assert right.count("works") / CAMPAIGNS > 0.2
    assert right.count("harms") / CAMPAIGNS < 0.005
