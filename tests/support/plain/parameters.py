"""The policy's single numbers under their names in parameters.csv, with the contract's defaults."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Parameters:
    """Days, counts and whole percents."""

    rfm_window_days: int = 365
    churn_default_days: int = 90
    churn_prior_min_gaps: int = 100
    churn_prior_min_at_risk: int = 50
    churn_return_percent: int = 90
    churn_own_gap_percent: int = 90
    churn_min_own_gaps: int = 3
    churn_prior_weight: int = 3
    churn_min_days: int = 14
    churn_max_days: int = 365
    at_risk_percent: int = 60
    lost_after_times: int = 2
    lead_days: int = 30
    new_days: int = 30
    reactivated_days: int = 30
    loyal_purchases: int = 5
    backtest_days: int = 90


CONTRACT = Parameters()
