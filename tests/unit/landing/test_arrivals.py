"""What a night reads: new files once, changed ones after somebody has said what becomes of them."""

import os
import shutil
from pathlib import Path

import pytest
from muster.errors import MusterError
from muster.landing import settle

from landing.zone import Zone, order


def ids(zone: Zone) -> list[str]:
    return sorted(row[0] for row in zone.counting("order_id"))


@pytest.fixture
def held(zone: Zone) -> Zone:
    """a.csv (o1) and b.csv (o2) are in the lake."""
    zone.csv("orders/a.csv", [order(1)])
    zone.csv("orders/b.csv", [order(2)])
    zone.commit()
    return zone


def taken_paths(zone: Zone) -> list[str]:
    return [file.path for file in zone.commit().entry.taken]


def test_a_file_is_read_once(held: Zone) -> None:
    assert taken_paths(held) == []
    held.csv("orders/c.csv", [order(3)])
    assert taken_paths(held) == ["orders/c.csv"]
    assert taken_paths(held) == []
    assert ids(held) == ["o1", "o2", "o3"]


def test_a_touched_file_with_the_same_content_is_the_same(held: Zone) -> None:
    os.utime(held.landing / "orders/a.csv", (2_000_000_000, 2_000_000_000))
    assert taken_paths(held) == []


def test_a_changed_file_stops_the_night_and_names_both_ways_out(held: Zone) -> None:
    before = held.state().files["orders", "orders/a.csv"]
    file = held.csv("orders/a.csv", [order(1), order(7)])
    said = held.refused()
    assert "orders/a.csv changed after it had been taken in by run r1" in said
    assert f"then {before.size} bytes with 1 rows, now {file.stat().st_size} bytes" in said
    assert "`muster landing accept orders/a.csv`" in said
    assert "`muster landing withdraw orders/a.csv`" in said


def test_a_change_of_the_same_size_and_time_is_noticed_by_size_or_time_only(held: Zone) -> None:
    """Content of the same length, but written later: the checksum tells."""
    file = held.landing / "orders/a.csv"
    file.write_text(file.read_text().replace("1.50", "2.50"))
    assert "orders/a.csv changed" in held.refused()


def test_accepting_takes_the_new_content_in_the_place_of_the_old(held: Zone) -> None:
    held.csv("orders/a.csv", [order(1, amount="9"), order(7)])
    said = settle.accept(held.settings, "orders/a.csv")
    assert "the next run" in said
    assert taken_paths(held) == ["orders/a.csv"]
    assert sorted(held.counting("order_id, amount::varchar")) == [
        ("o1", "9.0000"), ("o2", "1.5000"), ("o7", "1.5000"),
    ]  # fmt: skip
    assert taken_paths(held) == []


def test_accepting_covers_the_content_that_was_there_only(held: Zone) -> None:
    held.csv("orders/a.csv", [order(1, amount="9")])
    settle.accept(held.settings, "orders/a.csv")
    held.csv("orders/a.csv", [order(1, amount="10")])
    assert "orders/a.csv changed" in held.refused()


def test_withdrawing_takes_the_rows_out_and_the_file_is_left_alone(held: Zone) -> None:
    held.csv("orders/a.csv", [order(7)])
    assert "do not count" in settle.withdraw(held.settings, "orders/a.csv")
    assert ids(held) == ["o2"]
    assert taken_paths(held) == []
    assert ids(held) == ["o2"]


def test_a_withdrawn_file_comes_back_when_it_is_accepted(held: Zone) -> None:
    settle.withdraw(held.settings, "orders/a.csv")
    settle.accept(held.settings, "orders/a.csv")
    assert taken_paths(held) == ["orders/a.csv"]
    assert ids(held) == ["o1", "o2"]


def test_a_file_is_named_by_its_path_in_the_zone_or_its_whole_path(held: Zone) -> None:
    settle.withdraw(held.settings, str(held.landing / "orders/a.csv"))
    assert ids(held) == ["o2"]


@pytest.mark.parametrize("action", [settle.accept, settle.withdraw])
def test_a_file_that_was_never_taken_in_needs_no_settling(held: Zone, action: object) -> None:
    held.csv("orders/c.csv", [order(3)])
    with pytest.raises(MusterError, match=r"orders/c\.csv has never been taken in") as error:
        action(held.settings, "orders/c.csv")
    assert "orders/a.csv, orders/b.csv" in str(error.value)


def test_accepting_a_file_that_is_not_there(held: Zone) -> None:
    (held.landing / "orders/a.csv").unlink()
    with pytest.raises(MusterError, match=r"orders/a\.csv is not in the landing zone"):
        settle.accept(held.settings, "orders/a.csv")


def test_a_file_that_went_away_keeps_its_rows(held: Zone) -> None:
    """Landing zones are emptied; the lake is the memory."""
    (held.landing / "orders/a.csv").unlink()
    assert taken_paths(held) == []
    assert ids(held) == ["o1", "o2"]


def test_another_mapping_reads_its_feeds_files_again(held: Zone) -> None:
    held.csv("users/u.csv", [{"user_id": "u1"}])
    held.commit()
    held.mapping({"currency": "GBP", "business_timezone": "Europe/London",
                  "feeds": {"orders": {"columns": {"amount": {"sql": "amount::decimal(18,2) * 2"}}}}})  # fmt: skip
    assert taken_paths(held) == ["orders/a.csv", "orders/b.csv"]
    assert held.counting("amount::varchar") == [("3.0000",), ("3.0000",)]
    assert taken_paths(held) == []


def test_another_time_zone_reads_everything_again(held: Zone) -> None:
    held.mapping({"currency": "GBP", "business_timezone": "Asia/Shanghai"})
    assert taken_paths(held) == ["orders/a.csv", "orders/b.csv"]


def test_another_mapping_needs_the_files_that_it_changes(held: Zone) -> None:
    (held.landing / "orders/a.csv").unlink()
    held.mapping({"business_timezone": "Asia/Shanghai"})
    said = held.refused()
    assert "mapping.yml changed for the feed orders" in said
    assert "orders/a.csv is no longer in the landing zone" in said
    assert "`muster landing withdraw orders/a.csv`" in said
    settle.withdraw(held.settings, "orders/a.csv")
    assert taken_paths(held) == ["orders/b.csv"]


def test_another_landing_zone_under_the_same_home(held: Zone, tmp_path: Path) -> None:
    here = held.landing
    held.landing = tmp_path / "elsewhere"
    held.mapping()
    held.csv("orders/x.csv", [order(9)])
    said = held.refused()
    assert f"this MUSTER_HOME holds another landing zone ({here})" in said
    assert "a MUSTER_HOME" in said or "its own MUSTER_HOME" in said


def test_the_same_landing_zone_in_another_place(held: Zone, tmp_path: Path) -> None:
    shutil.copytree(held.landing, tmp_path / "moved")
    held.landing = tmp_path / "moved"
    assert taken_paths(held) == []


def test_orders_and_order_lines_of_two_nights_are_too_much_as_well(held: Zone) -> None:
    held.csv("order_lines/l.csv", [{"order_id": "o9", "user_id": "u", "ordered_at": "2024-01-01", "line_amount": "1"}])
    assert "both orders and order_lines" in held.refused()


def test_more_files_than_fit_into_one_part(zone: Zone) -> None:
    for number in range(70):
        zone.csv(f"orders/{number:03d}.csv", [order(number)])
    entry = zone.commit().entry
    assert {part for file in entry.taken for part in file.parts} == {
        "orders/000001-0001.parquet", "orders/000001-0002.parquet",
    }  # fmt: skip
    assert len(ids(zone)) == 70
