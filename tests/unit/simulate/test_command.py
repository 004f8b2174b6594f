"""`muster simulate` on the command line."""

from pathlib import Path

from click.testing import CliRunner
from muster.cli import cli
from support.worlds import contents, written


def test_it_writes_a_shop_and_goes_on(tmp_path: Path):
    command = ["simulate", "--users", "300", "--seed", "7", "--landing", str(tmp_path / "shop"), "--nights"]
    first = CliRunner().invoke(cli, [*command, "2"])
    assert first.exit_code == 0, first.output
    assert "day 2 of 2: 2026-01-02" in first.output
    assert "run --as-of 2026-01-02" in first.output
    again = CliRunner().invoke(cli, [*command, "1"])
    assert "day 1 of 1: 2026-01-03" in again.output
    assert contents(tmp_path / "shop") == contents(written(tmp_path / "other", 3, users=300))


def test_wrong_usage_is_told(tmp_path: Path):
    (tmp_path / "own.csv").write_text("a\n")
    refused = CliRunner().invoke(cli, ["simulate", "--landing", str(tmp_path)])
    assert refused.exception.exit_status == 2
    assert "other files" in str(refused.exception)
    help_text = CliRunner().invoke(cli, ["simulate", "--help"]).output
    assert "made-up" in help_text
    assert "--no-effect" in help_text
