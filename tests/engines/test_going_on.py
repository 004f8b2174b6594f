"""A shop moves to another engine, where Airflow runs the next night: the one that DuckDB would have made; and back."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from muster import release
from muster.cli import cli
from muster.engines import engine_of
from support.airflow import airflow_environment
from support.cases import CASES, OpenShop
from support.compare import assert_equal_releases
from support.shops import Shop

FIRST, NEXT = "2026-03-30", "2026-03-31"


@pytest.fixture(scope="module")
def stayed(shops_on: Callable[[str], OpenShop], tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shop that stays on DuckDB, after both nights; `<home>.first` is its home after the first one."""
    folder = tmp_path_factory.mktemp("stayed")
    shutil.copytree(CASES / "three_nights" / "landing", folder / "landing")
    shop = shops_on("duckdb")(folder / "landing", folder / "home")
    shop.night(FIRST, allow_stale=None)
    shutil.copytree(shop.home, folder / "home.first", symlinks=True)
    shop.night(NEXT, allow_stale=None)
    return shop


@pytest.mark.parametrize("target", ["postgres", "spark"])
def test_the_next_night_is_the_same_on_the_other_engine(
    stayed: Shop, shops_on: Callable[[str], OpenShop], tmp_path: Path, target: str
) -> None:
    shop = shops_on(target)(stayed.landing, tmp_path / "home")
    shutil.copytree(stayed.home.with_name("home.first"), shop.home, symlinks=True)
    first = release.current(shop.settings)

    migrated = _run(shop, "muster", "migrate", "--to", target, MUSTER_TARGET="duckdb")
    assert f"{first.name} is on {target}" in migrated
    assert f"{first.name} is on {target}" in _run(shop, "muster", "migrate", "--to", target, MUSTER_TARGET="duckdb")
    moved = replace(shop.settings, target=target)
    with shop.at_work() as engine, engine.reading_release(first) as found, _first(stayed) as expected:
        assert_equal_releases(found, expected, same_runs=True)

    _run(shop, "python", "-m", "muster.orchestration", "run", NEXT, MUSTER_TARGET=target)
    second = release.current(moved)
    assert (second.as_of_date.isoformat(), second.target) == (NEXT, target)
    assert second.manifest()["previous_release"] == first.name
    with shop.reading(second) as found, stayed.reading(release.current(stayed.settings)) as expected:
        assert_equal_releases(found, expected, same_runs=True)

    assert f"{second.name} is on duckdb" in _run(shop, "muster", "migrate", "--to", "duckdb", MUSTER_TARGET=target)
    back = engine_of(shop.settings, "duckdb")
    with back.reading_release(second) as found, stayed.reading(release.current(stayed.settings)) as expected:
        assert_equal_releases(found, expected, same_runs=True)


def test_a_night_on_a_release_that_was_not_carried_over_says_what_to_do(
    stayed: Shop, shops_on: Callable[[str], OpenShop], tmp_path: Path
) -> None:
    for target in ("duckdb", "postgres", "spark"):
        shop = shops_on(target)(stayed.landing, tmp_path / target)
        shutil.copytree(stayed.home.with_name("home.first"), shop.home, symlinks=True)
        if target == "duckdb":  # as a release of another engine is
            (shop.settings.current / "muster.duckdb").unlink()
        with pytest.raises(release.MusterError, match=f"muster migrate --to {target}"):
            shop.night(NEXT, allow_stale=None)


def test_migrate_without_a_release_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_HOME", str(tmp_path))
    result = CliRunner().invoke(cli, ["migrate", "--to", "spark"])
    assert isinstance(result.exception, release.MusterError)
    assert "MUSTER_TARGET=spark muster run" in str(result.exception)


def _first(stayed: Shop):
    known = release.releases(stayed.settings)
    return stayed.reading(known[0])


def _run(shop: Shop, program: str, *arguments: str, **environment: str) -> str:
    finished = subprocess.run(
        [Path(sys.executable).with_name(program), *arguments],
        env=airflow_environment(shop.home / "airflow")
        | shop.environment
        | {"MUSTER_HOME": str(shop.home), "MUSTER_LANDING": str(shop.landing), **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout
