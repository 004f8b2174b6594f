"""Any policy of contacts, for the random shops of random_contacts.py."""

import random

from support.plain.slots import Row

STAGES = ("lead", "new", "one_time", "at_risk", "churned", "lost", "repeat", "cold_lead")
TIERS = ("base", "middle", "high", "vip")
PLAYBOOKS = ("lead_first_order", "second_order", "at_risk_care", "churned_win_back", "lost_last_try")
CHANNELS = {"wecom": "friend", "friend_request": "chat_id_or_phone", "phone": "phone", "sms": "phone"}


def any_parameters(draw: random.Random, horizon: int) -> dict[str, int]:
    return {
        "contact_closed_days": draw.choice((1, 2, 2, 3, 5)),
        "contact_expires_days": draw.choice((0, 3)),
        "contact_history_days": draw.choice((7, 90)),
        "contact_window_hours": draw.choice((1, 2, 5, 12)),
        "person_gap_days": draw.choice((1, 3, 7, horizon + 2)),
        "person_contacts_at_most": draw.choice((1, 2, 3)),
        "person_window_days": draw.choice((1, 5, 30, 90)),
        "account_contacts_a_day": draw.choice((0, 1, 2, 5)),
        "account_adds_a_day": draw.choice((0, 1, 2)),
        "friend_request_wait_days": draw.choice((1, 30)),
        "margin_percent": draw.choice((0, 40, 100)),
        "min_contact_value": draw.choice((-1000000, -1000000, 0, 0)),
        "below_value_test_percent": draw.choice((0, 30, 100)),
        "friend_request_accept_percent": draw.choice((0, 30, 100)),
        "friend_request_prior_requests": draw.choice((1, 5, 200)),
    }


def any_policy(draw: random.Random) -> dict[str, list[Row]]:
    stages = zip(STAGES, (PLAYBOOKS[0], PLAYBOOKS[1], *PLAYBOOKS[1:]), strict=False)
    quota = draw.choice(((100,), (0, 1, 1, 2), (1, 1, 3, 100)))
    hours = {channel: (draw.randint(0, 10), draw.randint(13, 24)) for channel in CHANNELS}
    return {
        "playbooks": [
            {
                "playbook": playbook, "sort_order": number, "max_attempts": draw.randint(1, 4),
                "retry_after_days": draw.choice((1, 3, 21, 90)),
                "prior_response": f"{draw.randint(0, 99) / 1000:.4f}",
                "prior_baseline": f"{draw.randint(0, 99) / 1000:.4f}", "prior_contacts": draw.choice((1, 50, 200)),
            }
            for number, playbook in enumerate(PLAYBOOKS, 1)
        ],
        "playbook_stages": [
            {"stage": stage, "playbook": playbook, "wait_days": draw.choice((0, 0, 3, 7))}
            for stage, playbook in stages
            if draw.random() < 0.9
        ],
        "playbook_channels": [
            {"playbook": playbook, "channel": channel, "preference": preference}
            for playbook in PLAYBOOKS
            for preference, channel in enumerate(draw.sample(list(CHANNELS), draw.randint(1, 4)), 1)
        ],
        "contact_channels": [
            {
                "channel": channel, "needs": needs, "daily_quota": draw.choice(quota),
                "cost": f"{draw.choice((0, 8, 60, 300)) / 100:.2f}",
                "response_percent": draw.choice((30, 100, 110)),
                "first_hour": hours[channel][0], "last_hour": hours[channel][1],
                "default_hour": draw.randint(hours[channel][0], hours[channel][1] - 1),
            }
            for channel, needs in CHANNELS.items()
        ],
        "holdout_shares": [
            {"playbook": playbook, "value_tier": tier, "holdout_percent": draw.choice((0, 10, 30, 60, 100))}
            for playbook in PLAYBOOKS
            for tier in ("none", *TIERS)
        ],
        "benefits": [
            {"offer": "none", "sort_order": 1, "discount_percent": 0},
            {"offer": "some", "sort_order": 2, "discount_percent": draw.choice((5, 20))},
        ],
        "benefit_ladder": [
            {"playbook": playbook, "value_tier": tier, "offer": draw.choice(("none", "some"))}
            for playbook in PLAYBOOKS
            for tier in TIERS
            if draw.random() < 0.9
        ],
    }  # fmt: skip


def anything_measured(draw: random.Random) -> list[Row]:
    return [
        {
            "playbook": playbook, "value_tier": tier, "contacted": draw.choice((0, 50, 900)),
            "ghosts": draw.choice((0, 10, 100)), "difference": f"{draw.randint(-50, 150) / 1000:.6f}",
            "baseline": f"{draw.randint(0, 150) / 1000:.6f}", "response_percent": draw.choice((100, 100, 30, 65.5)),
        }
        for playbook in PLAYBOOKS
        for tier in ("all", *TIERS)
        if draw.random() < 0.3
    ]  # fmt: skip
