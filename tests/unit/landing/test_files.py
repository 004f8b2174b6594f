"""Which files of a landing zone are read, passed over, refused, or left for the next night."""

import os
import threading
import time
from decimal import Decimal
from pathlib import Path

import pytest
from muster.errors import MusterError
from muster.landing.files import LandingFile, kind_of, list_landing, settled
from muster.landing.mapping import Mapping, parse_mapping
from muster.policy import Policy

from landing.zone import POLICY, Zone, order


def listed(landing: Path, document: dict | None = None, feed: str = "orders") -> list[str]:
    mapping = parse_mapping(document or {})
    return [file.path for file in list_landing(landing, mapping).files[feed]]


def put(landing: Path, *paths: str) -> None:
    for path in paths:
        (landing / path).parent.mkdir(parents=True, exist_ok=True)
        (landing / path).write_text("x")


def refused(landing: Path, document: dict | None = None) -> str:
    with pytest.raises(MusterError) as error:
        list_landing(landing, parse_mapping(document or {}))
    return str(error.value)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.parquet", "parquet"), ("a.csv", "csv"), ("a.csv.gz", "csv"), ("A.CSV", "csv"), ("a.jsonl", "jsonl"),
        ("a.jsonl.gz", "jsonl"), ("a.b.csv", "csv"), ("a.xlsx", "xlsx"), ("a.txt", None), ("csv", None),
    ],
)  # fmt: skip
def test_kinds(name: str, kind: str | None) -> None:
    assert kind_of(name) == kind


def test_files_are_found_at_any_depth_in_byte_order(tmp_path: Path) -> None:
    put(tmp_path, "orders/b.csv", "orders/2024/01/a.csv", "orders/B.csv", "orders/é.csv", "users/u.csv")
    assert listed(tmp_path) == ["orders/2024/01/a.csv", "orders/B.csv", "orders/b.csv", "orders/é.csv"]
    assert listed(tmp_path, feed="users") == ["users/u.csv"]


def test_hidden_and_underscore_files_and_folders_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path, "orders/a.csv", "orders/_SUCCESS", "orders/.a.csv.crc", "orders/_old/b.csv",
        "orders/.staging/c.csv", "orders/_draft.csv", "orders/~$open.xlsx")  # fmt: skip
    assert listed(tmp_path) == ["orders/a.csv"]
    assert list_landing(tmp_path, Mapping()).ignored == []


@pytest.mark.parametrize("ending", ["tmp", "part", "partial", "filepart", "crdownload", "inprogress", "TMP"])
def test_a_file_with_an_unfinished_name_waits(tmp_path: Path, ending: str) -> None:
    put(tmp_path, f"orders/a.csv.{ending}")
    listing = list_landing(tmp_path, Mapping())
    assert listing.files["orders"] == []
    assert listing.unfinished == [f"orders/a.csv.{ending}"]


@pytest.mark.parametrize(
    "name", ["a.txt", "a.tsv", "a.json", "a.xls", "a.zip", "a.csv.zip", "a.gz", "a.parquet.gz", "a.XML"]
)
def test_data_of_a_kind_that_is_not_read_is_an_error(tmp_path: Path, name: str) -> None:
    put(tmp_path, f"orders/{name}")
    said = refused(tmp_path)
    assert f"orders/{name}: files of this kind are not read" in said
    assert ".csv" in said.split("What to do:")[1]


def test_a_spreadsheet_is_read_for_contacts_only(tmp_path: Path) -> None:
    put(tmp_path, "contacts/a.xlsx")
    assert listed(tmp_path, feed="contacts") == ["contacts/a.xlsx"]
    put(tmp_path, "orders/a.xlsx")
    assert "orders/a.xlsx" in refused(tmp_path)


def test_a_file_without_data_is_named_in_a_warning(zone: Zone) -> None:
    zone.csv("orders/a.csv", [order(1)])
    zone.write("orders/README.md", "hello")
    assert any("orders/README.md" in warning for warning in zone.take().warnings)


@pytest.mark.parametrize("name", ["a*.csv", "a?.csv", "a[1].csv"])
def test_a_name_that_can_stand_for_other_files_is_refused(tmp_path: Path, name: str) -> None:
    put(tmp_path, f"orders/{name}", "orders/a1.csv")
    assert f"orders/{name}: a path with" in refused(tmp_path)


@pytest.mark.parametrize("name", ["it's.csv", "a (1).csv", "订单.csv", "a;b.csv", "{x}.csv", 'q"q.csv'])
def test_unusual_names_are_read(zone: Zone, name: str) -> None:
    zone.csv(f"orders/{name}", [order(1)])
    zone.csv("orders/a1.csv", [order(2)])
    zone.take()
    assert sorted(zone.staged("order_id, _file")) == sorted([("o1", f"orders/{name}"), ("o2", "orders/a1.csv")])


@pytest.mark.parametrize(
    ("glob", "found"),
    [
        ("exports/*.csv", ["exports/a.csv", "exports/b.csv"]),
        ("exports/a*", ["exports/a.csv"]),
        ("exports/**/*.csv", ["exports/2024/c.csv", "exports/2024/01/d.csv", "exports/a.csv", "exports/b.csv"]),
        ("**/c.csv", ["exports/2024/c.csv", "other/c.csv"]),
        ("*/c.csv", ["other/c.csv"]),
        ("exports/?.csv", ["exports/a.csv", "exports/b.csv"]),
        ("exports/[ab].csv", ["exports/a.csv", "exports/b.csv"]),
        ("exports/**", ["exports/2024/c.csv", "exports/2024/01/d.csv", "exports/a.csv", "exports/b.csv"]),
        ("/exports/a.csv", None),
        ("top.csv", ["top.csv"]),
    ],
)
def test_globs(tmp_path: Path, glob: str, found: list[str] | None) -> None:
    """`*` stays within a folder, `**` crosses folders."""
    put(tmp_path, "exports/a.csv", "exports/b.csv", "exports/2024/c.csv", "exports/2024/01/d.csv", "other/c.csv",
        "top.csv", "exports/_tmp/a.csv")  # fmt: skip
    document = {"feeds": {"orders": {"files": glob}}}
    if found is None:
        with pytest.raises(MusterError, match="glob under the landing zone"):
            listed(tmp_path, document)
    else:
        assert sorted(listed(tmp_path, document)) == sorted(found)


def test_a_glob_that_matches_nothing_is_an_error(tmp_path: Path) -> None:
    put(tmp_path, "orders/a.csv")
    assert "no file of the landing zone matches `exports/*.csv`" in refused(
        tmp_path, {"feeds": {"orders": {"files": "exports/*.csv"}}}
    )


def test_data_where_no_feed_looks_is_named_in_a_warning(zone: Zone) -> None:
    """A folder `order` or a file beside the folders would otherwise be missed without a word."""
    zone.csv("orders/a.csv", [order(1)])
    zone.csv("order/b.csv", [order(2)])
    zone.csv("c.csv", [order(3)])
    zone.csv("_old/d.csv", [order(4)])
    assert "2 file(s) lie in no feed's folder and are not read: c.csv, order/b.csv" in zone.take().warnings


def test_one_file_may_serve_two_feeds(zone: Zone) -> None:
    zone.mapping({"feeds": {"users": {"files": "orders/*.csv"}}})
    zone.csv("orders/a.csv", [order(1), order(2, user_id="u1"), order(3, user_id=""), order(4)])
    zone.take()
    assert zone.staged("user_id", "users") == [("u1",), ("u4",)]
    assert [row[0] for row in zone.staged("order_id")] == ["o1", "o2", "o3", "o4"]


def test_a_landing_zone_that_is_no_folder(tmp_path: Path) -> None:
    said = refused(tmp_path / "nowhere")
    assert f"the landing zone {tmp_path / 'nowhere'} is no folder" in said
    assert "--landing" in said


def landing_file(path: Path) -> LandingFile:
    stat = path.stat()
    return LandingFile("orders", path.name, path, "csv", stat.st_size, stat.st_mtime_ns, shared=False)


class Writer(threading.Thread):
    """Appends to a file again and again until it is stopped."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self.path, self.stop = path, threading.Event()

    def run(self) -> None:
        number = 100
        while not self.stop.is_set():
            with self.path.open("a") as stream:
                stream.write(f"o{number},u,2024-01-01,1\n")
            number += 1
            time.sleep(0.02)


def test_a_growing_file_is_left_for_the_next_night(zone: Zone) -> None:
    zone.policy = Policy({**POLICY.values, "landing_settle_seconds": Decimal("0.3")})
    zone.csv("orders/whole.csv", [order(1)])
    growing = zone.csv("orders/today/growing.csv", [order(2)])
    (growing.parent / "_SUCCESS").unlink()
    writer = Writer(growing)
    writer.start()
    try:
        taken = zone.commit()
    finally:
        writer.stop.set()
        writer.join()
    assert taken.unfinished == ["orders/today/growing.csv"]
    assert any("still being written" in warning and "growing.csv" in warning for warning in taken.warnings)
    assert zone.counting("order_id") == [("o1",)]
    later = zone.commit()
    assert later.unfinished == []
    ids = [row[0] for row in zone.counting("order_id")]
    assert ids[:2] == ["o1", "o2"]
    assert ids[-1] == growing.read_text().splitlines()[-1].split(",")[0]


def test_a_file_that_vanishes_meanwhile_is_not_taken(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", "b.csv")
    gone, stays = landing_file(tmp_path / "a.csv"), landing_file(tmp_path / "b.csv")
    threading.Timer(0.05, (tmp_path / "a.csv").unlink).start()
    assert settled([gone, stays], 0.3) == ([stays], [gone])


def test_nobody_waits_for_old_files_or_beside_a_success_file(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", "done/b.csv", "done/_SUCCESS")
    os.utime(tmp_path / "a.csv", (1_700_000_000, 1_700_000_000))
    files = [landing_file(tmp_path / "a.csv"), landing_file(tmp_path / "done/b.csv")]
    began = time.monotonic()
    assert settled(files, 30) == (files, [])
    assert time.monotonic() - began < 5


def test_a_file_that_changes_while_it_is_read_stops_the_night(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rows would be those of before, its checksum that of after: the new rows would never be read."""
    from muster.landing import ingest as ingesting

    file = zone.csv("orders/a.csv", [order(1)])
    take_in = ingesting.take_in

    def slow(*arguments: object) -> object:
        taken = take_in(*arguments)
        with file.open("a") as stream:
            stream.write("o2,u2,2024-01-01,1\n")
        return taken

    monkeypatch.setattr(ingesting, "take_in", slow)
    assert "orders/a.csv changed while it was being read" in zone.refused()
