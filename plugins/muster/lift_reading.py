"""Reading lift and experiments inside the night: what is due, once, and what of it is written down."""

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

import duckdb

from muster.candidate import Candidate
from muster.engines import Engine
from muster.lift import Estimate, Group, Stratum, compare_means, compare_rates, smallest_effect, split_p_value
from muster.policy import Policy

log = logging.getLogger(__name__)

LIFT, VARIANTS = "measured_lift", "measured_variants"
"""The tables of raw that tell dbt what was read."""
ALL_TIERS = "all"
UNEVEN = 0.001
"""A split as odd as this, or odder, comes about once in a thousand experiments that are in order."""
NOBODY = Group(0, 0, 0, 0)

CENTS = "cast(net_revenue * 100 as decimal(19, 0))"
GROUP = f"count(person_id), count(*) filter (has_purchased), sum({CENTS}), sum({CENTS} * {CENTS})"
"""What a Group holds, in SQL over rows with person_id, has_purchased and net_revenue."""


def read_due(engine: Engine, candidate: Candidate, policy: Policy) -> list[str]:
    """Read what is over and has not been read before; returns the tables of raw that have new rows."""
    with engine.reading(candidate) as connection:
        found = {
            LIFT: due_lift(connection, policy.values["margin_percent"] / 100),
            VARIANTS: due_variants(connection, policy.whole("revenue_verdict_min_buyers")),
        }
    measured = [table for table, rows in found.items() if rows]
    for table in measured:
        engine.write_measured(candidate, table, found[table])
        for row in found[table]:
            log.info("  read %s: %s", ", ".join(list(row.values())[: 2 if table == VARIANTS else 3]), row["verdict"])
    return measured


def due_lift(connection: duckdb.DuckDBPyConnection, margin: Decimal) -> list[dict]:
    """Rows of raw.measured_lift, per playbook and period that is due: one per value tier and one of all tiers.

    margin: what is left of an incremental unit of revenue, as a share.
    """
    rows = connection.execute(
        f"""select playbook, period, value_tier, is_ghost, sum(contact_cost + discount_cost), {GROUP}
            from marts.recall_outcomes
            where channel <> 'friend_request' and (playbook, period) in (
                select (playbook, period) from marts.recall_lift where is_due and read_on is null
            )
            group by all order by all"""
    ).fetchall()
    groups: dict[tuple[str, str], dict[str, dict[bool, Group]]] = defaultdict(lambda: defaultdict(dict))
    costs: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for playbook, period, tier, is_ghost, cost, *group in rows:
        groups[playbook, period][tier][is_ghost] = _group(*group)
        costs[playbook, period][tier] += cost
    found = []
    for key, tiers in groups.items():
        strata = {tier: Stratum(sides.get(False, NOBODY), sides.get(True, NOBODY)) for tier, sides in tiers.items()}
        parts = {ALL_TIERS: strata} | {tier: {tier: stratum} for tier, stratum in strata.items()}
        for tier, part in parts.items():
            row = {"playbook": key[0], "value_tier": tier, "period": key[1]}
            found.append(row | lift_figures(part, costs[key], margin))
    return found


def lift_figures(strata: Mapping[str, Stratum], costs: Mapping[str, Decimal], margin: Decimal) -> dict:
    """Columns of raw.measured_lift from `contacted` on.

    strata: name -> contacted people and their ghosts; costs: of the contacted, by the same names. What comes after
    `compared` is about the contacted people of strata that can be compared.
    """
    comparable = [stratum for stratum in strata.values() if stratum.is_comparable]
    compared = sum(stratum.treated.people for stratum in comparable)
    counts = {
        "contacted": sum(stratum.treated.people for stratum in strata.values()),
        "ghosts": sum(stratum.control.people for stratum in strata.values()),
        "contacted_conversions": sum(stratum.treated.buyers for stratum in strata.values()),
        "ghost_conversions": sum(stratum.control.buyers for stratum in strata.values()),
        "compared": compared,
    }
    if not comparable:
        return {**counts, "verdict": "cannot_tell_yet"}
    rates, means = compare_rates(comparable), compare_means(comparable)
    revenue = money(Decimal(means.difference * compared))
    cost = money(sum(costs[name] for name, stratum in strata.items() if stratum.is_comparable))
    profit = money(revenue * margin - cost)
    return {
        **counts,
        "contacted_rate": decimal(rates.treated),
        "ghost_rate": decimal(rates.control),
        **estimate_columns("rate", rates),
        "smallest_effect": decimal(smallest_effect(comparable)),
        "contacted_revenue": decimal(means.treated),
        "ghost_revenue": decimal(means.control),
        **estimate_columns("revenue", means),
        "incremental_revenue": revenue,
        "cost": cost,
        "incremental_profit": profit,
        "return_on_cost": decimal(profit / cost) if cost else None,
        "verdict": rates.verdict,
    }


def due_variants(connection: duckdb.DuckDBPyConnection, least_buyers: int) -> list[dict]:
    """Rows of raw.measured_variants: the variants of experiments that are due, each against its control.

    least_buyers: see variant_rows.
    """
    rows = connection.execute(
        f"""select plan.experiment, plan.variant, plan.is_control, plan.metric, plan.weight, {GROUP}
            from policy.experiments as plan
            left join work.intermediate.int_experiment_outcomes as people using (experiment, variant)
            where plan.experiment in (
                select experiment from marts.experiment_results where is_due and read_on is null
            )
            group by all order by all"""
    ).fetchall()
    experiments: dict[str, list[tuple]] = defaultdict(list)
    for experiment, *variant in rows:
        experiments[experiment].append((*variant[:4], _group(*variant[4:])))
    return [row for name, variants in experiments.items() for row in variant_rows(name, variants, least_buyers)]


def variant_rows(
    experiment: str, variants: Sequence[tuple[str, bool, str, int, Group]], least_buyers: int
) -> list[dict]:
    """variants: name, whether it is the control, metric, weight, people. The control's own row has no difference.

    least_buyers: with fewer in the variant or its control revenue gets no verdict: Welch's interval is too narrow then.
    """
    (control,) = (group for _, is_control, _, _, group in variants if is_control)
    split = split_p_value([group.people for *_, group in variants], [weight for _, _, _, weight, _ in variants])
    rows = []
    for name, is_control, metric, _, group in variants:
        row = {
            "experiment": experiment, "variant": name, "people": group.people, "conversions": group.buyers,
            "split_p_value": decimal(split), "verdict": "control" if is_control else "cannot_tell_yet",
        }  # fmt: skip
        if group.people:
            row |= {"rate": decimal(group.rate), "revenue": decimal(group.mean)}
        pair = Stratum(group, control)
        if pair.is_comparable and not is_control:
            rates, means = compare_rates([pair]), compare_means([pair])
            row |= estimate_columns("rate", rates) | estimate_columns("revenue", means)
            if metric != "net_revenue":
                row["verdict"] = rates.verdict
            elif min(group.buyers, control.buyers) >= least_buyers:
                row["verdict"] = means.verdict
        if split is not None and split < UNEVEN:
            row["verdict"] = "uneven_split"
        rows.append(row)
    return rows


def estimate_columns(prefix: str, estimate: Estimate) -> dict[str, str | None]:
    """The difference, its interval and its p value, as columns that begin with prefix."""
    return {
        f"{prefix}_difference": decimal(estimate.difference),
        f"{prefix}_difference_low": decimal(estimate.low),
        f"{prefix}_difference_high": decimal(estimate.high),
        f"{prefix}_p_value": decimal(estimate.p_value),
    }


def decimal(number: float | Decimal | None) -> str | None:
    """Twelve digits after the point."""
    return None if number is None else f"{number:.12f}"


def money(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _group(people: int, buyers: int, cents: Decimal | None, squared_cents: Decimal | None) -> Group:
    return Group(people, buyers, int(cents or 0), int(squared_cents or 0))
