"""Contacts of random shops and policies, some nights each: decisions and slots as a reading in loops has them, recall
and invitations beside one another.

A thousand of them: tests/slow/test_contact_properties.py.
"""

from pathlib import Path

from support.compiled import CompiledShop, compile_project
from support.contact_nights import CANCELLED, Seen, nights_of
from support.random_contact_policy import CHANNELS

HORIZON = 6
SEEDS = (34, 37, 39, 45, 85)  # few shops in which everything comes up
DECISIONS = {
    "include", "holdout", "excluded_below_value", "deferred_person_cap", "deferred_account_quota",
    "deferred_channel_quota", "deferred_other_purpose",
}  # fmt: skip
SLOTS = {
    "ghosts", "sent", "returned", "expired",
    *(f"{purpose}_by_{channel}" for purpose in ("recall", "invitation") for channel in CHANNELS),
}  # fmt: skip


def test_contacts_of_random_shops(tmp_path: Path):
    compiled, seen = CompiledShop(compile_project(tmp_path, contact_horizon_days=HORIZON)), Seen()
    for seed in SEEDS:
        nights_of(compiled, seed, HORIZON, seen)
    compiled.close()
    assert {"runs_again", "arrivals", "tests"} | DECISIONS | SLOTS | CANCELLED <= seen.counts.keys()
