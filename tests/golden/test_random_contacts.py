"""Contacts of random shops and policies, some nights each: decisions and slots as a reading in loops has them.

A thousand of them: tests/slow/test_contact_properties.py.
"""

from pathlib import Path

from support.compiled import CompiledShop, compile_project
from support.contact_nights import Seen, nights_of

HORIZON = 6
SEEDS = (38, 48, 68)  # few shops in which everything comes up
DECISIONS = {"include", "holdout", "deferred_person_cap", "deferred_account_quota", "deferred_channel_quota"}
SLOTS = {"ghosts", "wecom", "friend_request", "phone", "sms", "sent", "returned", "expired"}
CANCELLED = {
    f"cancelled_{why}" for why in ("bought", "opt_out", "deleted", "duplicate_person", "not_friend", "no_handle")
}


def test_contacts_of_random_shops(tmp_path: Path):
    compiled, seen = CompiledShop(compile_project(tmp_path, contact_horizon_days=HORIZON)), Seen()
    for seed in SEEDS:
        nights_of(compiled, seed, HORIZON, seen)
    compiled.close()
    assert {"runs_again", "arrivals"} | DECISIONS | SLOTS | CANCELLED <= seen.counts.keys()
