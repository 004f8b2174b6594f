"""Phone numbers, chat ids and addresses: one spelling, a hash in the lake, the plain ones in the vault only."""

import os
from pathlib import Path

import duckdb
import pytest
from muster.landing.handles import e164, handle_hash, hash_key

from landing.zone import Zone, order

PLAIN = ("13800138000", "+8613800138000", "Wx_Li", "wx_li", "Reader@Shop.example", "reader@shop.example")


@pytest.mark.parametrize(
    ("text", "region", "normal"),
    [
        ("+8613800138000", None, "+8613800138000"),
        ("+86 138-0013-8000", None, "+8613800138000"),
        ("008613800138000", None, "+8613800138000"),
        ("00 86 (138) 0013.8000", None, "+8613800138000"),
        ("+86\u00a013800138000", None, "+8613800138000"),
        ("+44 (0)20 7946 0018", None, "+442079460018"),
        ("13800138000", "CN", "+8613800138000"),
        ("8613800138000", "CN", "+8613800138000"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("+8613800138000", "GB", "+8613800138000"),
        ("008613800138000", "GB", "+8613800138000"),
        ("13800138000", None, "13800138000"),
        ("138 0013 8000", None, "13800138000"),
        ("123", None, None),
        ("123", "CN", None),
        ("none", None, None),
        ("n/a", "GB", None),
        ("+0123456789", None, None),
        ("+1234567890123456", None, None),
    ],
)
def test_phone_numbers(text: str, region: str | None, normal: str | None) -> None:
    assert e164(text, region) == normal


def users(*rows: dict) -> list[dict]:
    return [{"user_id": f"u{number}"} | row for number, row in enumerate(rows, 1)]


def hashes(zone: Zone, column: str) -> list[str | None]:
    return [row[0] for row in zone.staged(column, "users")]


def vault(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_chat_ids_and_addresses_are_trimmed_and_lower_case(zone: Zone) -> None:
    zone.csv("users/a.csv", users({"wecom_id": " Wx_Li ", "email": "Reader@Shop.example"},
                                  {"wecom_id": "wx_li", "email": " reader@shop.EXAMPLE"}))  # fmt: skip
    zone.take()
    key = hash_key(zone.settings.private)
    assert hashes(zone, "wecom_id_hash") == [handle_hash(key, "wecom_id", "wx_li")] * 2
    assert hashes(zone, "email_hash") == [handle_hash(key, "email", "reader@shop.example")] * 2


def test_the_region_joins_national_and_international_spellings(zone: Zone) -> None:
    zone.mapping({"phone_region": "CN"})
    numbers = ["13800138000", "+8613800138000", "0086 138 0013 8000", "138-0013-8000", "13900139000"]
    zone.csv("users/a.csv", users(*({"phone": number} for number in numbers)))
    zone.take()
    found = hashes(zone, "phone_hash")
    assert len(set(found[:4])) == 1
    assert found[4] not in found[:4]


def test_a_hash_is_keyed_and_kinds_do_not_collide() -> None:
    one, other = b"1" * 32, b"2" * 32
    assert handle_hash(one, "phone", "+8613800138000") == handle_hash(one, "phone", "+8613800138000")
    assert handle_hash(one, "phone", "+8613800138000") != handle_hash(other, "phone", "+8613800138000")
    assert handle_hash(one, "phone", "x") != handle_hash(one, "wecom_id", "x")


def test_two_homes_have_two_keys(tmp_path: Path) -> None:
    first, second = hash_key(tmp_path / "a"), hash_key(tmp_path / "b")
    assert first != second
    assert len(first) == 32
    assert hash_key(tmp_path / "a") == first


def test_the_plain_handle_is_nowhere_but_in_the_vault(zone: Zone) -> None:
    zone.mapping({"phone_region": "CN"})
    good = {"phone": "13800138000", "wecom_id": "Wx_Li", "email": "Reader@Shop.example"}
    bad = {**good, "user_id": "", "registered_at": "never"}
    zone.csv("users/a.csv", users(good, bad))
    zone.write("suppressions/a.csv", "phone,wecom_id,kind\n13800138000,Wx_Li,opt_out\n")
    zone.csv("orders/a.csv", [order(1)])
    zone.take()
    zone.lake.adopt(zone.staging, zone.last.entry)
    outside = [p for p in zone.home.rglob("*") if p.is_file() and zone.settings.private not in p.parents]
    assert any("users" in path.parts for path in outside)
    for path in outside:
        text = _decoded(path)
        assert not [plain for plain in PLAIN if plain in text], path
    held = [_decoded(path) for path in vault(zone.private)]
    assert any("+8613800138000" in text and "wx_li" in text for text in held)
    assert any("Wx_Li" in text and "never" in text for text in held), "the bad row's own text"


def _decoded(path: Path) -> str:
    if path.suffix != ".parquet":
        return path.read_text()
    with duckdb.connect() as connection:
        return str(connection.execute("select * from read_parquet(?)", [str(path)]).fetchall())


def test_only_the_owner_may_read_the_vault(zone: Zone) -> None:
    old = os.umask(0)
    try:
        zone.csv("users/a.csv", users({"phone": "+8613800138000"}, {"user_id": "", "phone": "+8613800138000"}))
        zone.write("users/b.csv", "user_id,phone\nu7,+8613800138000,one too many\n")
        zone.take()
    finally:
        os.umask(old)
    files = vault(zone.settings.private)
    assert {path.name for path in files} >= {"handle.key", "users-000001-0001.parquet"}
    assert {path.parent.name for path in files} >= {"handles", "quarantine"}
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o600"}
    assert oct(zone.settings.private.stat().st_mode & 0o777) == "0o700"
    assert oct(zone.private.stat().st_mode & 0o777) == "0o700"


def test_values_that_are_no_handle_are_counted_not_quarantined(zone: Zone) -> None:
    zone.csv("users/a.csv", users({"phone": "unknown"}, {"phone": ""}, {"phone": "-"}, {"phone": "+8613800138000"}))
    taken = zone.take()
    assert [value is None for value in hashes(zone, "phone_hash")] == [True, True, True, False]
    assert zone.staged("_reason", "users") == [(None,)] * 4
    assert "users: 2 phone value(s) cannot be used as a handle" in taken.warnings


def test_a_phone_that_a_program_stored_as_a_number(zone: Zone) -> None:
    zone.mapping({"phone_region": "CN"})
    zone.parquet("users/a.parquet", "select 'u1' as user_id, 13800138000::double as phone")
    zone.csv("users/b.csv", [{"user_id": "u2", "phone": "13800138000"}])
    zone.take()
    first, second = hashes(zone, "phone_hash")
    assert first == second is not None
