"""Handles stay in the vault and in exports; the quality pages tell nobody that they are read."""

import gzip
import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from muster import nightly
from muster.errors import MusterError
from support.pages import outside_references
from support.shops import MAPPING, Shop

DAY, NEXT_DAY = "2024-04-01", "2024-04-02"
# Numbers that the regulator keeps free for films; the landing zone spells them with blanks and without.
PHONES = ("+44 7700 900123", "+447700900456", "07700 900789")
CHAT_ID, MAIL = "Wx_Quillfeather", "quillfeather@example.org"
LISTED_PHONE = "+44 7700 900555"  # of somebody who is to be contacted
PLANTED = (
    b"7700900123", b"7700 900123", b"7700900456", b"7700900789", b"7700 900789", b"quillfeather", b"7700900555",
    b"7700 900555",
)  # fmt: skip

USERS = [
    {"user_id": "a", "registered_at": DAY, "phone": PHONES[0], "wecom_id": CHAT_ID, "email": MAIL},
    {"user_id": "b", "registered_at": DAY, "phone": PHONES[0]},  # the same person
    {"user_id": "c", "registered_at": "some day", "phone": PHONES[1], "email": MAIL},  # quarantined
    {"user_id": "e", "registered_at": "2024-03-01", "phone": LISTED_PHONE},
    *({"user_id": f"d{n}", "wecom_id": f"{CHAT_ID}_of_all"} for n in range(6)),  # a crowded handle
]
SUPPRESSIONS = [
    {"phone": PHONES[2], "wecom_id": "", "kind": "opt_out"},
    {"phone": "", "wecom_id": CHAT_ID, "kind": "complaint"},
    {"phone": PHONES[1], "wecom_id": "", "kind": "no such kind"},  # quarantined
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("shop")
    shop = Shop(folder / "landing", folder / "home").mapping(MAPPING | {"phone_region": "GB"})
    shop.csv("users/001.csv", USERS)
    shop.csv("suppressions/001.csv", SUPPRESSIONS)
    orders = {"1": ("a", DAY, "5"), "2": ("e", "2024-03-05", "500")}
    shop.csv(
        "orders/001.csv",
        [{"order_id": i, "user_id": u, "ordered_at": d, "amount": m} for i, (u, d, m) in orders.items()],
    )
    shop.csv("accounts/001.csv", [{"account_id": "a1", "operator_id": "o1", "active": "yes"}])
    shop.csv("friends/001.csv", [{"account_id": "a1", "user_id": "e", "accepted_at": "2024-03-01"}])
    return shop


@pytest.fixture(scope="module")
def said(shop: Shop) -> bytes:
    """All that a good night writes to the terminal or a log collector."""
    finished = subprocess.run(
        [Path(sys.executable).parent / "muster", "run", "--as-of", DAY, "--landing", shop.landing],
        env={**os.environ, "MUSTER_HOME": str(shop.home)}, capture_output=True, check=False,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr.decode()
    return finished.stdout + finished.stderr


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def contents(path: Path) -> Iterator[bytes]:
    """A file's bytes, and what compression would hide from a search in them."""
    yield path.read_bytes()
    if path.suffix == ".gz":
        yield gzip.decompress(path.read_bytes())
    elif path.suffix in (".xlsx", ".zip"):
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    elif path.suffix == ".parquet":
        with duckdb.connect() as connection:
            yield str(connection.execute(f"from '{path}'").fetchall()).encode()
    elif path.suffix == ".duckdb":
        with closing(duckdb.connect(str(path), read_only=True)) as connection:
            tables = connection.execute("select table_schema, table_name from information_schema.tables").fetchall()
            for schema, table in tables:
                yield str(connection.execute(f'from "{schema}"."{table}"').fetchall()).encode()


def planted_in(text: bytes) -> set[bytes]:
    return {word for word in PLANTED if word in text.lower()}


def leaks(paths: list[Path]) -> dict[str, set[bytes]]:
    """File -> the planted handles that are readable in it."""
    found = {str(path): planted_in(b"".join(contents(path))) for path in paths}
    return {path: words for path, words in found.items() if words}


def test_a_good_night_keeps_plain_handles_in_the_vault_and_lists_only(shop: Shop, said: bytes) -> None:
    vault, home = files(shop.settings.private), files(shop.home)
    exports = files(shop.settings.current.resolve() / "exports")
    outside = sorted(set(home) - set(vault) - set(exports))
    names = {path.relative_to(shop.home).parts[0] for path in outside}
    assert {"releases", "lake", "journal.jsonl"} <= names
    assert (shop.settings.current / "muster.duckdb").resolve() in outside

    kept = planted_in(b"".join(text for path in vault for text in contents(path)))
    assert {b"7700900123", b"7700900456", b"quillfeather"} <= kept, "the search is blind"
    assert leaks(outside) == {}
    assert b"released" in said
    assert planted_in(said) == set()
    assert {Path(path).name: words for path, words in leaks(exports).items()} == {
        name: {b"7700900555"} for name in ("recall_list.csv", "recall_list.parquet", "o1_2024-04-02.xlsx")
    }, "lists say how to meet those whom they hold, and nobody else"


def test_the_vault_is_for_its_owner_only(shop: Shop, said: bytes) -> None:
    assert stat.S_IMODE(shop.settings.private.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in files(shop.settings.private)} == {0o600}


def test_handles_did_arrive_as_hashes(shop: Shop, said: bytes) -> None:
    """Otherwise nothing could have leaked."""
    people = "select person_id, has_phone, has_wecom_id, has_email from marts.customers where user_id in ('a', 'b')"
    assert sorted(shop.rows(people)) == [("a", True, False, False), ("a", True, True, True)]
    assert shop.rows("select count(*) from marts.customers where is_on_crowded_handle") == [(6,)]
    assert shop.rows("select count(*) from marts.quarantine") == [(2,)]


@pytest.mark.parametrize("boundary", ["raw", "marts"])
def test_data_docs_are_there_and_load_nothing_from_elsewhere(boundary: str, shop: Shop, said: bytes) -> None:
    docs = shop.settings.current.resolve() / "quality" / boundary
    suites = {"raw": {"raw_users", "raw_orders", "raw_suppressions"}, "marts": {"marts_customers", "marts_runs"}}
    assert (docs / "index.html").stat().st_size > 1000
    validated = {path.relative_to(docs / "validations").parts[0] for path in docs.rglob("validations/**/*.html")}
    assert suites[boundary] <= validated
    pages = [*docs.rglob("*.html"), *docs.rglob("*.css")]
    assert {str(page): found for page in pages if (found := outside_references(page.read_text()))} == {}
    assert outside_references('<script\nsrc="https://x.example/a.js">') != []


def test_the_audits_own_pages_speak_plainly(shop: Shop, said: bytes) -> None:
    docs = shop.settings.current.resolve() / "quality"
    (page,) = docs.glob("raw/validations/raw_orders/**/*.html")
    assert "no order dated before 1990 or after 2100" in page.read_text()


def test_a_night_that_fails_leaks_nothing_either(shop: Shop, said: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """What it leaves behind (candidate folder, journal) and what it says."""
    shop.csv("orders/002.csv", [{"order_id": "2", "user_id": "a", "ordered_at": "1900-01-01", "amount": "5"}])
    shop.csv("users/002.csv", [USERS[0] | {"registered_at": "1900-01-01", "phone": PHONES[1]}])
    night = shop.start(NEXT_DAY)
    nightly.run_step(night, "ingest")
    with (
        caplog.at_level("DEBUG"),
        pytest.raises(MusterError, match="orders: expected no order dated") as error,
    ):
        nightly.run_step(night, "audit_raw")
    left = set(files(shop.home)) - set(files(shop.settings.private)) - set(files(shop.settings.current.resolve()))
    assert any(".candidate_" in str(path) and path.suffix == ".html" for path in left)
    assert leaks(sorted(left)) == {}
    assert planted_in(f"{error.value}{caplog.text}".encode()) == set()
