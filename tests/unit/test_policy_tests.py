"""dbt's tests of the policy tables run when the policy has changed, and then they can stop a night."""

import shutil
from dataclasses import replace
from pathlib import Path

from muster import policy_tests
from muster.settings import Settings
from support.transformed import Project


def test_they_are_due_until_they_have_passed_and_after_every_change_to_what_has_not(tmp_path: Path) -> None:
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
    table.write_text("tier\nbase\n")
    assert not policy_tests.are_due(settings)
    shutil.copy(table, settings.policy_folder / "more.csv")
    assert policy_tests.are_due(settings)


def test_whatever_reads_more_than_policy_is_tested_every_night(project: Project) -> None:
    ran = project.test(
        "resource_type:test", exclude=[policy_tests.SELECTION], command=f"test {policy_tests.INDIRECTLY}"
    )
    tests = {key: node["depends_on"]["nodes"] for key, node in project.manifest["nodes"].items() if key[:5] == "test."}
    reading_more = {key for key, read in tests.items() if any(not node.startswith("seed.") for node in read)}
    assert {result["unique_id"] for result in ran} == reading_more
    assert len(reading_more) > 50
    assert len(tests) - len(reading_more) > 100
