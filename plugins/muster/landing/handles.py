"""Phone numbers and chat ids: normalised, hashed with a secret key, the plain ones only in the vault."""

import hmac
import os
import re
import secrets
from functools import lru_cache
from pathlib import Path

import duckdb
import phonenumbers

from muster.landing.expressions import literal

KEY_FILE = "handle.key"
HANDLES = "handles"
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_SEPARATORS = re.compile(r"[\s().\-\u00a0]+")


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner may open."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.chmod(0o700)
    return path


def hash_key(private: Path) -> bytes:
    """The vault's secret key, made once; without it a hash cannot be tried against guessed numbers."""
    path = private_folder(private) / KEY_FILE
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_hex(32))
    return bytes.fromhex(path.read_text())


def handle_hash(key: bytes, kind: str, plain: str) -> str:
    """HMAC-SHA-256 of a normalised handle, 32 hex digits; kinds never collide."""
    return hmac.digest(key, f"{kind}|{plain}".encode(), "sha256").hex()[:32]


def plain_handles(*folders: Path) -> str:
    """SQL of DuckDB: kind, hash and plain handle of what was ever taken in, once each, out of private folders."""
    parts = [literal(str(path)) for folder in folders for path in sorted((folder / HANDLES).glob("*.parquet"))]
    if not parts:
        return "select null::varchar as kind, null::varchar as hash, null::varchar as plain limit 0"
    return f"select kind, hash, min(plain) as plain from read_parquet([{', '.join(parts)}]) group by kind, hash"


def e164(text: str, region: str | None) -> str | None:
    """A phone number in E.164 (`+8613800138000`); null where it is none.

    region: country of numbers without a country code; without one they stay as they are, and match each other.
    """
    bare = _SEPARATORS.sub("", text.replace("(0)", ""))
    if bare.startswith("00"):
        bare = "+" + bare[2:]
    if _E164.fullmatch(bare):
        return bare
    if region is None:
        return bare if bare.isascii() and bare.isdigit() and len(bare) >= 5 else None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def register(connection: duckdb.DuckDBPyConnection, key: bytes, region: str | None) -> None:
    """Give a connection the functions e164(text) and handle_hash(kind, plain)."""

    @lru_cache(maxsize=4096)
    def normalise(text: str | None) -> str | None:
        return None if text is None else e164(text, region)

    def digest(kind: str, plain: str | None) -> str | None:
        return None if plain is None else handle_hash(key, kind, plain)

    connection.create_function("e164", normalise, ["VARCHAR"], "VARCHAR", null_handling="special")
    connection.create_function("handle_hash", digest, ["VARCHAR", "VARCHAR"], "VARCHAR", null_handling="special")
