"""dbt's tests of the policy tables run when the policy has changed, and then they can stop a night."""

import shutil
from dataclasses import replace
from pathlib import Path

from muster import policy_tests
from muster.settings import Settings


def test_they_are_due_until_they_have_passed_and_after_every_change(tmp_path: Path) -> None:
    project = tmp_path / "project"
    settings = Settings(home=tmp_path / "home", landing=tmp_path, dbt_project=project)
    settings.policy_folder.mkdir(parents=True)
    table = settings.policy_folder / "tiers.csv"
    table.write_text("tier\nbase\n")
    assert policy_tests.are_due(settings)
    policy_tests.note_passed(settings)
    assert not policy_tests.are_due(settings)
    assert policy_tests.are_due(replace(settings, target="postgres"))
    table.write_text("tier\nbase\nvip\n")
    assert policy_tests.are_due(settings)
    policy_tests.note_passed(settings)
    shutil.copy(table, settings.policy_folder / "more.csv")
    assert policy_tests.are_due(settings)
