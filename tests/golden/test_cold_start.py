"""A shop with users, surveys and a community, and no orders yet: README.md works every expected tag out."""

import shutil
from pathlib import Path

import duckdb
import pytest
from support.shops import Shop

HERE = Path(__file__).parent / "cold_start_shop"
AS_OF = "2026-03-31"


@pytest.fixture(scope="module")
def cold_start_shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("cold_start_shop")
    shutil.copytree(HERE / "landing", folder / "landing")
    shop = Shop(folder / "landing", folder / "home")
    shop.night(AS_OF, allow_stale=None)
    return shop


def test_everybody_is_tagged_with_what_is_known(cold_start_shop: Shop) -> None:
    found = cold_start_shop.rows(
        "select user_id, tag, label_en, label_zh, dimension, source from marts.customer_tags order by user_id, tag"
    )
    expected = duckdb.sql(
        f"from read_csv('{HERE}/expected/customer_tags.csv', header = true, all_varchar = true) order by user_id, tag"
    ).fetchall()
    assert len(expected) > 30
    assert found == expected


def test_layers_are_useful_before_the_first_order(cold_start_shop: Shop) -> None:
    layers = cold_start_shop.rows(
        "select value, count(*) from marts.customer_tags where category = 'cold_start_layer' group by value order by 1"
    )
    assert layers == [("potential", 1), ("spreader", 2), ("to_maintain", 2)]
    assert cold_start_shop.rows("select segment, count(*) from marts.customers group by segment") == [("prospect", 6)]
    assert cold_start_shop.rows("select count(*) from marts.product_roles") == [(0,)]


def test_no_number_that_somebody_typed_reaches_a_tag(cold_start_shop: Shop) -> None:
    assert cold_start_shop.rows("select user_id from marts.customer_tags where columns(*)::varchar like '%1380%'") == []
    assert cold_start_shop.rows("select count(*) from marts.customers where user_id = 'shy'") == [(1,)]
