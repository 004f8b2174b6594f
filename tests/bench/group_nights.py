"""Ninety nights of a simulated shop with groups, in memory: who moved and why, and how many groups filled in time.

    PYTHONPATH=tests python tests/bench/group_nights.py --acceptance 0.6

Policy's sizes are a tenth of the shipped ones and it expects 60 % of invitations to be accepted; people accept the
share that is given. Contacts are carried out and reach everybody, so that nothing else is measured. As shipped, nobody
rises into another group within 90 days of joining, of fewer than a thousand members nobody at all, and so few people
have no group of their city's better customers to rise into; so that some do:

    ... --by-tier --policy group_stay_days=14 group_tier_moves_percent=0.5
"""

import argparse
import tempfile
import time
from decimal import Decimal
from pathlib import Path

from muster.simulate import World
from support.simulated_groups import BY_TIER, FILL_DAYS, TRUE_TO_PLAN, SimulatedNights, compile_simulated


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nights", type=int, default=90)
    parser.add_argument("--users", type=int, default=8000)
    parser.add_argument("--acceptance", type=float, default=0.6)
    parser.add_argument("--by-tier", action="store_true", help="groups of a country's tiers, then of the country")
    parser.add_argument("--policy", nargs="*", default=[], metavar="PARAMETER=VALUE", help="values of parameters.csv")
    arguments = parser.parse_args()
    policy = {name: Decimal(value) for name, _, value in (given.partition("=") for given in arguments.policy)}
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as name:
        folder = Path(name)
        compiled = compile_simulated(folder / "compiled")
        changes = TRUE_TO_PLAN | {"invitation.acceptance": arguments.acceptance}
        with World(folder / "landing", arguments.users, seed=1, changes=changes) as world:
            nights = SimulatedNights(compiled, world, BY_TIER if arguments.by_tier else (), **policy)
            began = time.process_time()
            found = nights.run(arguments.nights)
            seconds = (time.process_time() - began) / arguments.nights
            reached, due = found.reached_in_time(world.written, FILL_DAYS)
            nights.close()
    percent = policy.get("group_tier_moves_percent", compiled.policy["group_tier_moves_percent"])
    promoted = sum(moves for moves, _ in found.budgets)
    over = sum(moves * 100 > inside * Decimal(percent) for moves, inside in found.budgets)
    print(f"{arguments.nights} nights, {arguments.users:,} people, acceptance {arguments.acceptance:.0%}")
    print(f"{len(found.opened)} groups opened; of {due} that had {FILL_DAYS} days, {reached} reached their least size")
    print(f"{found.inside} people inside, {found.invited} invitations, {found.accepted} of those invited are inside")
    print(f"tier moves: {promoted}, nights beyond the budget of {percent} %: {over}")
    print("moves and departures: " + ", ".join(f"{reason} {count}" for reason, count in found.moves.most_common()))
    print(f"{seconds:.1f} s of processor time a night")


if __name__ == "__main__":
    main()
