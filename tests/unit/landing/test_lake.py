"""The lake: an append-only log of what was taken in, and the rows that count by it."""

import json

import pytest
from muster.landing import settle
from muster.landing.lake import Entry, Lake, LakeState, TakenFile
from muster.settings import Settings

from landing.zone import Zone, order


def logs(zone: Zone) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (zone.lake.folder / "_log").iterdir()}


def parts(zone: Zone) -> set[str]:
    return {path.relative_to(zone.lake.folder).as_posix() for path in zone.lake.folder.rglob("*.parquet")}


def taken(path: str, part: str, rows: int = 1) -> TakenFile:
    return TakenFile("orders", path, 10, 1, "sha", "print", rows, 0, [part], "r")


def test_an_empty_lake(tmp_path: pytest.TempPathFactory) -> None:
    assert Lake(tmp_path / "lake").state() == LakeState()


def test_the_log_only_grows(zone: Zone) -> None:
    zone.csv("orders/a.csv", [order(1)])
    zone.commit()
    first = logs(zone)
    zone.csv("orders/b.csv", [order(2)])
    zone.commit()
    second = logs(zone)
    assert list(first) == ["000001.json"]
    assert sorted(second) == ["000001.json", "000002.json"]
    assert second["000001.json"] == first["000001.json"]
    assert [file["path"] for file in json.loads(second["000002.json"])["taken"]] == ["orders/b.csv"]
    assert zone.state().version == 2


def test_nothing_is_in_the_lake_before_the_commit(zone: Zone) -> None:
    zone.csv("orders/a.csv", [order(1)])
    zone.take()
    assert not zone.lake.folder.exists()
    assert zone.state() == LakeState()


def test_a_night_in_which_nothing_came_leaves_no_entry(zone: Zone) -> None:
    zone.csv("orders/a.csv", [order(1)])
    zone.commit()
    before = logs(zone)
    assert zone.commit().entry.taken == []
    assert logs(zone) == before


def test_left_over_parts_are_removed_and_others_are_not(zone: Zone) -> None:
    zone.csv("orders/a.csv", [order(1)])
    zone.csv("users/u.csv", [{"user_id": "u1"}])
    zone.commit()
    held = parts(zone)
    for name in ("orders/000002-0001.parquet", "surveys/000002-0001.parquet", "_repeats/orders-000002.parquet"):
        (zone.lake.folder / name).parent.mkdir(exist_ok=True)
        (zone.lake.folder / name).write_bytes(b"half")
    zone.lake.remove_leftovers()
    assert parts(zone) == held
    assert len(held) >= 2


def test_a_draft_of_an_entry_is_no_entry(zone: Zone) -> None:
    """Killed while writing the log: the name that counts is not there yet."""
    zone.csv("orders/a.csv", [order(1)])
    zone.commit()
    (zone.lake.folder / "_log" / ".000002.json.tmp").write_text('{"run": "r2", "tak')
    assert zone.state().version == 1
    zone.csv("orders/b.csv", [order(2)])
    zone.commit()
    assert zone.counting("order_id") == [("o1",), ("o2",)]


def test_a_night_killed_before_its_commit_is_taken_in_again(zone: Zone) -> None:
    zone.csv("orders/a.csv", [order(1)])
    entry = zone.take().entry
    (zone.lake.folder / "orders").mkdir(parents=True)
    for part in entry.parts:  # moved, not committed
        (zone.lake.folder / part).parent.mkdir(exist_ok=True)
        (zone.staging / part).rename(zone.lake.folder / part)
    zone.lake.remove_leftovers()
    assert parts(zone) == set()
    zone.commit()
    assert zone.counting("order_id") == [("o1",)]


def test_accepted_content_hides_the_old_rows_beside_other_files_rows(zone: Zone) -> None:
    """Both files are in one part: the part stays, the changed file's rows in it no longer count."""
    zone.csv("orders/a.csv", [order(1), order(2)])
    zone.csv("orders/b.csv", [order(3)])
    zone.commit()
    zone.csv("orders/a.csv", [order(1, amount="9")])
    settle.accept(zone.settings, "orders/a.csv")
    zone.commit()
    assert sorted(zone.counting("order_id, amount::varchar")) == [("o1", "9.0000"), ("o3", "1.5000")]
    hidden = zone.state().live("orders")
    assert hidden == {"orders/000001-0001.parquet": {"orders/a.csv"}, "orders/000003-0001.parquet": set()}


def test_a_part_without_rows_that_count_is_not_read_any_more(zone: Zone) -> None:
    zone.csv("orders/a.csv", [order(1)])
    zone.commit()
    zone.csv("orders/b.csv", [order(2)])
    zone.commit()
    settle.withdraw(zone.settings, "orders/a.csv")
    assert list(zone.state().live("orders")) == ["orders/000002-0001.parquet"]
    assert "orders/000001-0001.parquet" in parts(zone), "a withdrawal is undone by accepting: nothing is destroyed"


def test_rejected_rows_go_with_their_file(zone: Zone) -> None:
    zone.write("orders/a.csv", "order_id,user_id,ordered_at,amount\no1,u,2024-01-01,1\no2,u,2024-01-01\n")
    zone.csv("orders/b.csv", [order(3)])
    zone.commit()
    assert {*zone.counting("_file, _reason")} == {
        ("orders/a.csv", None), ("orders/a.csv", "unreadable_row"), ("orders/b.csv", None),
    }  # fmt: skip
    settle.withdraw(zone.settings, "orders/a.csv")
    assert zone.counting("_file, _reason") == [("orders/b.csv", None)]


def test_the_fold_of_a_log() -> None:
    state = LakeState()
    state.apply(Entry("r1", "/zone", "GBP", [taken("a", "p1"), taken("b", "p1")], {"orders": ["x"]}))
    state.apply(Entry("r2", currency=None, taken=[taken("c", "p2")], columns={"orders": ["y"]}))
    assert (state.version, state.landing, state.currency) == (2, "/zone", "GBP")
    assert state.columns == {"orders": {"x", "y"}}
    assert state.live("orders") == {"p1": set(), "p2": set()}
    state.apply(Entry("by hand", withdrawn=["a"]))
    assert state.live("orders") == {"p1": {"a"}, "p2": set()}
    state.apply(Entry("by hand", accepted={"a": "sha"}))
    assert (state.withdrawn, state.accepted) == (set(), {"a": "sha"})
    state.apply(Entry("r3", taken=[taken("a", "p3")]))
    assert state.live("orders") == {"p1": {"a"}, "p2": set(), "p3": set()}
    assert state.live("users") == {}


def test_a_file_withdrawn_while_a_night_was_reading_it_does_not_count(zone: Zone) -> None:
    """Between two steps of a night the lake may be settled by hand; the hand's word is the later one."""
    zone.csv("orders/a.csv", [order(1)])
    zone.csv("orders/b.csv", [order(2)])
    zone.commit()
    zone.mapping({"business_timezone": "UTC"})  # another mapping: everything is read again
    night = zone.take()
    settle.withdraw(zone.settings, "orders/a.csv")
    zone.lake.adopt(zone.staging, night.entry)
    assert zone.counting("order_id") == [("o2",)]
    assert ("orders", "orders/a.csv") not in zone.state().files


def test_the_same_lake_is_seen_by_another_process_state(zone: Zone) -> None:
    zone.csv("orders/a.csv", [order(1)])
    zone.commit()
    again = Lake(Settings(home=zone.home, landing=zone.landing).lake)
    assert again.state() == zone.state()
    assert again.state().files["orders", "orders/a.csv"].rows == 1
