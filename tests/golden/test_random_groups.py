"""Some random shops with groups, three nights each; a thousand histories: tests/slow/test_group_properties.py."""

from pathlib import Path

from support.compiled import CompiledShop
from support.group_nights import Seen, compile_groups, nights_of

MOST, SHOPS, NIGHTS = 7, 6, 3
SEEDS = (2, 12, 16)  # few shops in which much comes up


def test_groups_of_random_shops(tmp_path: Path):
    compiled, seen = CompiledShop(compile_groups(tmp_path, MOST)), Seen()
    for seed in SEEDS:
        nights_of(compiled, seed, MOST, SHOPS, seen, NIGHTS)
    compiled.close()
    assert {"opened", "waits", "routes", "runs_again", "planned_assigned"} <= seen.counts.keys()
