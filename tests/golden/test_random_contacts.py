"""Contacts of random shops and policies, some nights each: decisions and slots as a reading in loops has them.

A thousand of them: tests/slow/test_contact_properties.py.
"""

from pathlib import Path

from support.compiled import CompiledShop, compile_project
from support.contact_nights import Seen, nights_of

HORIZON = 6


def test_contacts_of_random_shops(tmp_path: Path):
    compiled, seen = CompiledShop(compile_project(tmp_path, contact_horizon_days=HORIZON)), Seen()
    for seed in range(12):
        nights_of(compiled, seed, HORIZON, seen)
    compiled.close()
    must = {"include", "holdout", "ghosts", "deferred_person_cap", "friend_request", "phone", "sms", "sent"}
    assert must | {"returned", "expired", "runs_again", "arrivals", "cancelled_bought"} <= seen.counts.keys()
