"""Two real shops give their reference figures, computed apart from this project under the same contract."""

from decimal import Decimal
from pathlib import Path

import pytest
from support.shops import CUSTOMER_MODELS, Shop

DATA = Path(__file__).parent / "data"
CUTS = "select metric, list(cut_value order by percentile) from marts.rfm_cut_points group by metric"
SEGMENTS = "select segment, count(*) from marts.customer_rfm group by segment"
TIERS = "select value_tier, count(*) from marts.customer_rfm group by value_tier"
STAGES = "select stage, count(*) from marts.customer_lifecycle group by stage"
SOURCES = "select threshold_source, count(*) from marts.customer_lifecycle group by threshold_source"
PRIORS = "select bucket, day from marts.churn_priors where is_prior and pool_kind = 'all'"
POPULATION = "select count(*), count(*) filter (lifetime_purchases > 0) from marts.customers"

# Order lines by id = customer and date, line amounts, dates without times: a mapping.yml alone.
CDNOW_MAPPING = {
    "business_timezone": "America/New_York",
    "currency": "USD",
    "feeds": {
        "order_lines": {
            "columns": {
                "order_id": {"sql": "customer_id || '-' || date"},
                "user_id": "customer_id",
                "ordered_at": "date",
                "line_amount": "dollar_value",
            }
        }
    },
}


def _decimals(*numbers: str) -> list[Decimal]:
    return [Decimal(number) for number in numbers]


@pytest.fixture(scope="module")
def cdnow(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("cdnow")
    shop = Shop(folder / "landing", folder / "home").mapping(CDNOW_MAPPING)
    (shop.landing / "order_lines").mkdir()
    copy = shop.landing / "order_lines" / "cdnow_master.csv.gz"
    copy.write_bytes((DATA / "cdnow" / "cdnow_master.csv.gz").read_bytes())
    shop.models("1998-06-30", *CUSTOMER_MODELS)
    return shop


def test_online_retail(sample: Shop):
    assert sample.rows(POPULATION) == [(4372, 4334)]
    assert dict(sample.rows(CUTS)) == {
        "recency": _decimals("-170", "-70", "-31", "-12"),
        "frequency": _decimals("1", "2", "4", "6"),
        "monetary": _decimals("237.61", "468.26", "911.15", "1983.58"),
        "lifetime_monetary": _decimals("656.25", "2019.77", "5664.57"),
    }
    assert dict(sample.rows(SEGMENTS)) == {
        "champion": 737, "hibernating": 708, "potential_loyalist": 677, "inactive": 651, "need_attention": 409,
        "fading": 323, "about_to_sleep": 318, "promising": 178, "loyalist": 162, "dormant": 74, "recent": 73,
        "cannot_lose": 24,
    }  # fmt: skip
    assert dict(sample.rows(TIERS)) == {"base": 2167, "middle": 1301, "high": 650, "vip": 216}
    assert sample.rows("select count(*) from marts.quarantine") == [(0,)]


def test_online_retail_lifecycle(sample: Shop):
    assert dict(sample.rows(PRIORS)) == {1: 285, 2: 158, 3: 86}
    assert dict(sample.rows(SOURCES)) == {"personal": 1405, "all": 2929, None: 38}
    assert dict(sample.rows(STAGES)) == {
        "repeat": 1022, "loyal": 823, "at_risk": 722, "one_time": 645, "churned": 616, "new": 233, "reactivated": 169,
        "lost": 104, "cold_lead": 38,
    }  # fmt: skip


def test_online_retail_backtest(sample: Shop, tmp_path: Path):
    """A home of its own with a night 90 days before gives the stages, the bare lines say who bought since."""
    then = Shop(sample.landing, tmp_path / "home")
    then.models("2011-09-10", *CUSTOMER_MODELS)
    bought = f"""with invoices as (
            select CustomerID::varchar as user_id, min(InvoiceDate)::date as day, cast(round(
                sum(cast(Quantity as decimal(18, 4)) * cast(UnitPrice as decimal(18, 4))), 2) as decimal(18, 2)) as net
            from '{sample.landing / "order_lines" / "online_retail.parquet"}'
            where CustomerID is not null group by InvoiceNo, CustomerID)
        select distinct user_id from invoices
        where day > date '2011-09-10' and day <= date '2011-12-09' group by user_id, day having sum(net) > 0"""
    expected = then.rows(
        f"""select stage, count(*), count(bought.user_id) from marts.customer_lifecycle
            left join ({bought}) as bought using (user_id) group by stage order by stage"""
    )
    found = sample.rows("select stage, users, returned from marts.churn_backtest order by stage")
    assert found == expected
    assert sum(users for _, users, _ in found) == then.rows("select count(*) from marts.customers")[0][0] > 3000
    assert len(found) >= 8
    rates = sample.rows("select count(*) from marts.churn_backtest where abs(rate - returned / users) > 0.0000005")
    assert rates == [(0,)]
    assert sample.rows("select distinct backtest_date::varchar from marts.churn_backtest") == [("2011-09-10",)]


def test_cdnow(cdnow: Shop):
    assert cdnow.rows(POPULATION) == [(23570, 23502)]
    assert dict(cdnow.rows(CUTS)) == {
        "recency": _decimals("-246", "-159", "-91", "-33"),
        "frequency": _decimals("1", "2", "3", "5"),
        "monetary": _decimals("24.98", "46.97", "85.39", "168.44"),
        "lifetime_monetary": _decimals("43.56", "134.29", "381.59"),
    }
    assert dict(cdnow.rows(SEGMENTS)) == {
        "dormant": 15170, "champion": 1648, "hibernating": 1555, "inactive": 1277, "potential_loyalist": 1124,
        "need_attention": 721, "about_to_sleep": 563, "fading": 447, "loyalist": 392, "promising": 336,
        "recent": 209, "cannot_lose": 60,
    }  # fmt: skip
    assert dict(cdnow.rows(TIERS)) == {"base": 11751, "middle": 7051, "high": 3525, "vip": 1175}
    # the whole company's net revenue: nobody in CDNOW is anonymous
    assert cdnow.rows("select sum(lifetime_monetary) from marts.customers") == [(Decimal("2500315.63"),)]
    assert cdnow.rows("select min(user_id) from marts.customers") == [("00001",)]  # leading zeros kept


def test_cdnow_lifecycle(cdnow: Shop):
    assert dict(cdnow.rows(PRIORS)) == {1: 310, 2: 270, 3: 173}
    assert dict(cdnow.rows(SOURCES)) == {"personal": 5270, "all": 18232, None: 68}
    assert dict(cdnow.rows(STAGES)) == {
        "churned": 16422, "loyal": 2083, "at_risk": 1619, "repeat": 1525, "lost": 1411, "reactivated": 442,
        "cold_lead": 68,
    }  # fmt: skip
