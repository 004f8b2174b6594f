"""Reading lift inside the night: whom the figures are about, what is due, and that nothing is read twice."""

import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from muster import lift_reading
from muster.dbt_build import Dbt
from muster.engines import engine_of, on_duckdb
from muster.lift import Group, Stratum
from support.transformed import DAY, Project

MARGIN = Decimal("0.4")
# 100 contacted, of whom 30 bought for 20.00; 50 ghosts, of whom 5 did
HIGH = Stratum(Group(100, 30, 60_000, 30 * 2000**2), Group(50, 5, 10_000, 5 * 2000**2))
# 300 contacted, 30 buyers for 10.00; 30 ghosts, 3 buyers
BASE = Stratum(Group(300, 30, 30_000, 30 * 1000**2), Group(30, 3, 3_000, 3 * 1000**2))
# 7 contacted, nobody held out
VIP = Stratum(Group(7, 7, 70_000, 7 * 10_000**2), Group(0, 0, 0, 0))
COSTS = {"high": Decimal("50.00"), "base": Decimal("30.00"), "vip": Decimal("9.00")}


def test_figures_of_a_tier() -> None:
    """0.3 - 0.1 of 100 people; 6.00 - 2.00 a head are 400.00 more, at 40 % 160.00, less 50.00: 110.00, 2.2 times 50."""
    figures = lift_reading.lift_figures({"high": HIGH}, COSTS, MARGIN)
    assert figures["compared"] == figures["contacted"] == 100
    assert figures["rate_difference"] == "0.200000000000"
    assert (figures["contacted_revenue"], figures["ghost_revenue"]) == ("6.000000000000", "2.000000000000")
    assert (figures["incremental_revenue"], figures["cost"]) == (Decimal("400.00"), Decimal("50.00"))
    assert (figures["incremental_profit"], figures["return_on_cost"]) == (Decimal("110.00"), "2.200000000000")
    assert figures["verdict"] == "works"


def test_figures_of_all_tiers_are_those_that_can_be_compared() -> None:
    """high and base: of 100 and 300 people 0.2/4 + 0 = 0.05 more buy, for 400.00 + 0.00; vip is counted only."""
    figures = lift_reading.lift_figures({"high": HIGH, "base": BASE, "vip": VIP}, COSTS, MARGIN)
    assert (figures["contacted"], figures["ghosts"], figures["compared"]) == (407, 80, 400)
    assert (figures["contacted_conversions"], figures["ghost_conversions"]) == (67, 8)
    assert (figures["contacted_rate"], figures["ghost_rate"]) == ("0.150000000000", "0.100000000000")
    assert (figures["incremental_revenue"], figures["cost"]) == (Decimal("400.00"), Decimal("80.00"))
    assert figures["incremental_profit"] == Decimal("80.00")


@pytest.mark.parametrize("strata", [{"vip": VIP}, {}])
def test_nothing_to_compare_says_nothing(strata: dict[str, Stratum]) -> None:
    figures = lift_reading.lift_figures(strata, COSTS, MARGIN)
    assert figures.pop("verdict") == "cannot_tell_yet"
    assert figures.keys() == {"contacted", "ghosts", "contacted_conversions", "ghost_conversions", "compared"}


def test_without_cost_there_is_no_return_on_it() -> None:
    figures = lift_reading.lift_figures({"high": HIGH}, {"high": Decimal(0)}, MARGIN)
    assert (figures["incremental_profit"], figures["return_on_cost"]) == (Decimal("160.00"), None)


def variants(*people: Group, metric: str = "conversion") -> list[tuple]:
    return [(name, name == "a", metric, 1, group) for name, group in zip("abc", people, strict=False)]


def test_variants_against_the_control() -> None:
    control, better, nobody = Group(100, 10, 10_000, 1_000_000), Group(90, 45, 45_000, 45_000_000), Group(0, 0, 0, 0)
    first, second = lift_reading.variant_rows("soft", variants(control, better), 1)
    assert (first["verdict"], first["rate"], first.get("rate_difference")) == ("control", "0.100000000000", None)
    assert (second["verdict"], second["rate_difference"], second["revenue"]) == (
        "works", "0.400000000000", "5.000000000000",
    )  # fmt: skip
    _, empty = lift_reading.variant_rows("soft", variants(nobody, nobody), 1)
    assert (empty["verdict"], empty["split_p_value"], empty.get("rate")) == ("cannot_tell_yet", None, None)


def test_the_metric_decides_the_verdict() -> None:
    """As many buy, for less each."""
    control, cheaper = Group(1000, 500, 500_000, 500_000_000), Group(1000, 500, 250_000, 125_000_000)
    by_rate, by_revenue = variants(control, cheaper), variants(control, cheaper, metric="net_revenue")
    assert lift_reading.variant_rows("soft", by_rate, 500)[1]["verdict"] == "cannot_tell_yet"
    assert lift_reading.variant_rows("soft", by_revenue, 500)[1]["verdict"] == "harms"


@pytest.mark.parametrize("buyers", [(500, 99), (99, 500)])
def test_few_buyers_in_either_group_give_no_verdict_on_revenue(buyers: tuple[int, int]) -> None:
    """Their interval is as it is and excludes zero; what is said of rates needs no such number."""
    groups = [Group(1000, n, n * 1000, n * 1_000_000) for n in buyers]
    of_revenue = lift_reading.variant_rows("soft", variants(*groups, metric="net_revenue"), 100)[1]
    assert Decimal(of_revenue["revenue_difference_low"]) * Decimal(of_revenue["revenue_difference_high"]) > 0
    assert of_revenue["verdict"] == "cannot_tell_yet"
    assert lift_reading.variant_rows("soft", variants(*groups, metric="net_revenue"), 99)[1]["verdict"] in (
        "works",
        "harms",
    )
    assert lift_reading.variant_rows("soft", variants(*groups), 100)[1]["verdict"] in ("works", "harms")


def test_a_split_that_is_not_the_draws_is_not_trusted() -> None:
    """Chi-square 2 * 80^2 / 1080 = 11.85, p 0.0006; then 2 * 50^2 / 1050 = 4.76, p 0.03."""
    found = lift_reading.variant_rows("soft", variants(Group(1000, 0, 0, 0), Group(1160, 900, 9, 9)), 1)
    assert [row["verdict"] for row in found] == ["uneven_split", "uneven_split"]
    found = lift_reading.variant_rows("soft", variants(Group(1000, 0, 0, 0), Group(1100, 900, 9, 9)), 1)
    assert [row["verdict"] for row in found] == ["control", "works"]


OUTCOMES = f"""
    insert into marts.recall_outcomes
    select date '{DAY}', 'p' || n, 1, 'winback', tier, period, 's' || n || period,
        case when n < 600 then 'wecom' else 'friend_request' end, is_ghost, 1, first_day, first_day, true,
        has_bought, case when has_bought then 1 else 0 end, case when has_bought then 30 else 0 end,
        case when is_ghost then 0 else 0.5 end, 0, null
    from (
        select n, case when n % 2 = 0 then 'base' else 'vip' end as tier, n % 10 < 3 as is_ghost,
            n % (case when n % 10 < 3 then 7 else 3 end) = 0 as has_bought, period, first_day
        from range(700) as people (n)
        cross join (values ('2023Q4', date '2023-12-01'), ('2024Q1', date '2024-01-02')) as periods (period, first_day)
    )
"""
COUNTS = """
    insert into work.intermediate.int_lift_counts
    select 'winback', tier, period, count(*) filter (not is_ghost), count(*) filter (is_ghost),
        count(*) filter (not is_ghost and has_purchased), count(*) filter (is_ghost and has_purchased), 100,
        case period when '2023Q4' then date '2024-01-01' else date '2024-04-01' end
    from (select *, unnest([value_tier, 'all']) as tier from marts.recall_outcomes)
    where channel <> 'friend_request' group by all
"""


def test_a_night_reads_what_is_over_once(project: Project, tmp_path: Path) -> None:
    """Outcomes of a period that ended, and of one that goes on, put into a candidate between its two dbt runs."""
    folder = tmp_path / "candidate"
    shutil.copytree(project.candidate.folder, folder, symlinks=True)
    candidate, engine = replace(project.candidate, folder=folder), engine_of(project.shop.settings)
    with duckdb.connect(str(on_duckdb.database(folder))) as connection:
        connection.execute(f"attach '{on_duckdb.scratch(candidate)}' as work; {OUTCOMES}")
        connection.execute(COUNTS)

    with engine.dbt(candidate) as process:
        dbt = Dbt(engine, process, folder, DAY, project.policy.for_dbt())
        assert lift_reading.read_due(engine, candidate, project.policy) == []  # recall_lift has nothing yet
        dbt.run(select=["recall_lift"], without=["unit_test"])
        assert lift_reading.read_due(engine, candidate, project.policy) == ["measured_lift"]
        dbt.run(select=["source:raw.measured_lift+"])
        assert lift_reading.read_due(engine, candidate, project.policy) == []

    with engine.reading(candidate) as connection:
        found = connection.execute(
            """select period, value_tier, contacted, ghosts, compared, rate_difference, cost, verdict, read_on::text
               from marts.recall_lift order by all"""
        ).fetchall()
        measured = connection.execute("from work.intermediate.int_measured_response order by all").fetchall()
    # contacted: every third of 420; ghosts 0, 1, 2 of ten: every seventh of 180
    assert [row[:5] for row in found] == [
        ("2023Q4", "all", 420, 180, 420), ("2023Q4", "base", 180, 120, 180), ("2023Q4", "vip", 240, 60, 240),
        ("2024Q1", "all", 420, 180, None), ("2024Q1", "base", 180, 120, None), ("2024Q1", "vip", 240, 60, None),
    ]  # fmt: skip
    assert [row[7:] for row in found] == [("works", DAY)] * 3 + [("not_due", None)] * 3
    assert [row[6] for row in found[:3]] == [Decimal("210.00"), Decimal("90.00"), Decimal("120.00")]
    assert [(tier, contacted) for _, tier, contacted, *_ in measured] == [("all", 420), ("base", 180), ("vip", 240)]
    differences = {tier: float(difference) for _, tier, _, _, _, difference, *_ in found[:3]}
    assert {tier: float(difference) for _, tier, _, _, difference, *_ in measured} == pytest.approx(
        differences, abs=5e-7
    )
    assert differences["all"] == pytest.approx((180 * differences["base"] + 240 * differences["vip"]) / 420, abs=1e-11)
