"""docker/ is valid, and the same product as `make`: one lock file, one env file."""

import json
import os
import re
import stat
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from cryptography.fernet import Fernet

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
PROGRAMS = Path(sys.executable).parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DOCKERFILE = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", (DOCKER / "Dockerfile").read_text(), flags=re.MULTILINE))
AIRFLOW = ("airflow-init", "api-server", "scheduler", "dag-processor")
READ_BY_OTHERS = {
    "PATH", "PYTHONWARNINGS", "PYTHONUNBUFFERED", "DO_NOT_TRACK", "DBT_SEND_ANONYMOUS_USAGE_STATS",
    "GX_ANALYTICS_ENABLED", "TQDM_DISABLE", "MUSTER_HOME", "MUSTER_LANDING", "AIRFLOW_HOME", "AIRFLOW_CONFIG",
}  # fmt: skip


def compose(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """`docker compose --profile '*' ...` in a folder with a .env, in nobody's environment."""
    return subprocess.run(
        [PROGRAMS / "docker-compose", "--profile", "*", *arguments],
        cwd=folder, env={"PATH": os.defpath, "HOME": str(folder)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def env_file(path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if line and not line.startswith("#"))


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} (.*)$", DOCKERFILE, re.MULTILINE)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """docker/ as it is after the README's first commands."""
    folder = tmp_path_factory.mktemp("checkout") / "docker"
    folder.mkdir()
    for name in ("compose.yaml", "airflow.env", ".env.example"):
        (folder / name).write_text((DOCKER / name).read_text())
    commands = re.search(r"```sh\n(.*?)```", (DOCKER / "README.md").read_text(), re.DOTALL).group(1)
    subprocess.run(["sh", "-euc", commands], cwd=folder.parent, check=True)
    return folder


@pytest.fixture(scope="module")
def services(started: Path) -> dict[str, dict]:
    """The services as Compose understands them."""
    finished = compose(started, "config", "--format", "json")
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    return json.loads(finished.stdout)["services"]


def test_the_commands_of_the_readme_make_four_secrets(started):
    values = env_file(started / ".env")
    secrets = [values[name] for name, value in env_file(DOCKER / ".env.example").items() if value == ""]
    assert len(set(secrets)) == 4
    assert all(len(secret) == 44 for secret in secrets)
    Fernet(values["AIRFLOW__CORE__FERNET_KEY"])
    assert stat.S_IMODE((started / ".env").stat().st_mode) == 0o600


def test_compose_stops_at_each_missing_secret(started):
    for name in (name for name, value in env_file(DOCKER / ".env.example").items() if value == ""):
        rest = re.sub(rf"^{name}=.*", f"{name}=", (started / ".env").read_text(), flags=re.MULTILINE)
        (started / "one-missing").write_text(rest)
        finished = compose(started, "--env-file", "one-missing", "config", "-q")
        assert finished.returncode != 0
        assert f"required variable {name} is missing a value: see docker/README.md" in finished.stderr


def test_env_example_names_every_variable_of_compose():
    used = set(re.findall(r"\$\{(\w+)", (DOCKER / "compose.yaml").read_text()))
    assert used == set(env_file(DOCKER / ".env.example"))


def test_dockerfile_passes_hadolint():
    finished = subprocess.run(
        [PROGRAMS / "hadolint", DOCKER / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert finished.stdout + finished.stderr == ""
    assert finished.returncode == 0


def test_image_installs_what_make_installs():
    install = re.compile(r"-m (pip install .*)")
    assert install.findall(DOCKERFILE) == install.findall((ROOT / "Makefile").read_text())[:2]
    assert "--require-hashes -r requirements/base.txt" in DOCKERFILE


def test_build_context_holds_what_is_copied_and_nothing_else():
    copied = {source for line in instructions("COPY") if "--from" not in line for source in line.split()[:-1]}
    ignored = (DOCKER / "Dockerfile.dockerignore").read_text().splitlines()
    assert {line[1:] for line in ignored if line.startswith("!")} == copied
    assert next(line for line in ignored if not line.startswith("#")) == "*"
    assert [source for source in copied if not (ROOT / source).exists()] == []


def test_image_runs_as_nobody_special():
    assert instructions("USER")[-1] == "50000:50000"
    assert DOCKERFILE.rindex("\nUSER") > DOCKERFILE.rindex("\nFROM")
    assert instructions("HEALTHCHECK") == []


def test_tags_and_versions(services):
    stages = {line.split(" AS ")[1] for line in instructions("FROM") if " AS " in line}
    images = {line.split()[0] for line in instructions("FROM")} - stages | {s["image"] for s in services.values()}
    assert images == {"python:3.12-slim-bookworm", "postgres:16-bookworm", f"muster:{PROJECT['version']}"}
    assert f'image.version="{PROJECT["version"]}"' in DOCKERFILE
    assert f'image.licenses="{PROJECT["license"]}"' in DOCKERFILE


def test_every_service_has_a_health_check_or_ends_by_itself(services):
    for name, service in services.items():
        if service["restart"] == "no":
            waited_for = [s["depends_on"].get(name) for s in services.values() if "depends_on" in s]
            conditions = {wait["condition"] for wait in waited_for if wait}
            assert conditions == {"service_completed_successfully"} or service["profiles"] == ["cli"]
        else:
            assert service["restart"] == "unless-stopped"
            assert service["healthcheck"]["test"]


def test_services_hold_no_more_rights_than_they_need(services):
    for name, service in services.items():
        assert service["read_only"] is True
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service.get("cap_drop") == (None if name == "postgres" else ["ALL"])
        assert "privileged" not in service
        writes_home = any(v["source"] == "home" and not v.get("read_only") for v in service["volumes"])
        assert writes_home == (name in ("scheduler", "muster"))
        assert all(v["read_only"] for v in service["volumes"] if v["type"] == "bind")
    assert {name for name, service in services.items() if "ports" in service} == {"api-server"}
    assert [port["host_ip"] for port in services["api-server"]["ports"]] == ["127.0.0.1"]
    assert not any("FERNET" in name or "SQL_ALCHEMY" in name for name in services["muster"]["environment"])


def test_airflow_services_share_settings_and_secrets(services):
    shared = services["scheduler"]["environment"]
    assert env_file(DOCKER / "airflow.env").items() <= shared.items()
    for name in AIRFLOW:
        assert services[name]["environment"] == shared


def test_init_makes_the_pool_of_the_tasks(services):
    pool = re.search(r'"pool": "(\w+)"', (ROOT / "dags" / "nightly.py").read_text()).group(1)
    assert f"airflow pools set {pool} 1 " in services["airflow-init"]["command"][-1]


def test_every_variable_is_one_that_somebody_reads(services):
    templates = Path(find_spec("airflow").submodule_search_locations[0]) / "config_templates" / "config.yml"
    known = {
        f"AIRFLOW__{section}__{option}".upper()
        for section, content in yaml.safe_load(templates.read_text()).items()
        for option in content["options"]
    } | READ_BY_OTHERS
    given = {name for service in ("muster", *AIRFLOW) for name in services[service]["environment"]}
    given |= set(re.findall(r"(\w+)=\S", " ".join(instructions("ENV"))))
    assert given - known == set()
