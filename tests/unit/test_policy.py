"""The policy's numbers: an operations person edits them, so a slip is named before anything uses it."""

from pathlib import Path

import pytest
from muster.errors import MusterError
from muster.policy import FILE_NAME, Policy
from muster.settings import DBT_PROJECT

SHIPPED = DBT_PROJECT / "seeds" / "policy"


def with_value(folder: Path, parameter: str, value: str) -> Path:
    lines = (SHIPPED / FILE_NAME).read_text(encoding="utf-8").splitlines()
    changed = [
        ",".join([name, value, *rest]) if name == parameter else line
        for line in lines
        for name, _, *rest in [line.split(",")]
    ]
    assert changed != lines
    (folder / FILE_NAME).write_text("\n".join(changed) + "\n", encoding="utf-8")
    return folder


def test_the_shipped_policy_is_within_its_bounds() -> None:
    policy = Policy.read(SHIPPED)
    assert policy.whole("rfm_window_days") == 365
    assert policy.number("max_quarantine_share") == 5
    assert set(policy.for_dbt()) == set(policy.values)


@pytest.mark.parametrize(
    ("parameter", "value", "said"),
    [
        ("rfm_window_days", "0", "rfm_window_days is 0, outside 1 to 3650"),
        ("rfm_window_days", "-365", "rfm_window_days is -365, outside 1 to 3650"),
        ("rfm_window_days", "36500", "outside 1 to 3650"),
        ("max_quarantine_share", "100.01", "max_quarantine_share is 100.01, outside 0 to 100"),
        ("keep_releases", "1", "keep_releases is 1, outside 2 to 3650"),
        ("stale_stop_days", "four", "stale_stop_days is not a number"),
        ("stale_stop_days", "", "stale_stop_days is not a number"),
    ],
)
def test_a_number_out_of_bounds_or_none_is_named(tmp_path: Path, parameter: str, value: str, said: str) -> None:
    with pytest.raises(MusterError) as error:
        Policy.read(with_value(tmp_path, parameter, value))
    assert said in str(error.value)
    assert FILE_NAME in str(error.value)


@pytest.mark.parametrize("value", ["1", "364", "3650"])
def test_the_bounds_themselves_are_allowed(tmp_path: Path, value: str) -> None:
    assert Policy.read(with_value(tmp_path, "rfm_window_days", value)).whole("rfm_window_days") == int(value)


def test_a_spreadsheet_may_save_it(tmp_path: Path) -> None:
    """Excel writes a byte order mark and Windows line ends."""
    text = (SHIPPED / FILE_NAME).read_text(encoding="utf-8")
    (tmp_path / FILE_NAME).write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    assert Policy.read(tmp_path) == Policy.read(SHIPPED)


def test_fractions_go_to_dbt_as_exact_text(tmp_path: Path) -> None:
    assert Policy.read(with_value(tmp_path, "max_quarantine_share", "0.1")).for_dbt()["max_quarantine_share"] == "0.1"
    assert Policy.read(SHIPPED).for_dbt()["rfm_window_days"] == 365
