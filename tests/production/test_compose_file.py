"""docker-compose.yml: required settings, the services, and their hardening."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from portal import services
from tests.production.files import VALUES, MissingError, arguments, commands, compose, image_environment
from tests.servers import ROOT

WORKERS = ("worker", "later-worker")
PORTAL = ("web", *WORKERS, "beat", "migrate")
COMPOSE = (["docker", "compose"], ["docker-compose"])


@pytest.fixture(scope="module")
def file():
    return compose(VALUES)


@pytest.mark.parametrize("name", VALUES)
def test_variable_that_is_missing_is_named(name):
    with pytest.raises(MissingError, match=f"Set {name} in .env to"):
        compose({**VALUES, name: ""})


def test_documented_env_file_has_every_variable(tmp_path):
    subprocess.run(["sh", "-e", "-c", commands("Configure")], cwd=tmp_path, check=True)
    values = dict(line.split("=", 1) for line in (tmp_path / ".env").read_text().splitlines())
    assert values.keys() == VALUES.keys()
    assert compose(values)
    assert len(values["SECRET_KEY"]) == 64
    assert len({values[name] for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD")}) == 3
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0


def test_compose_accepts_the_file(tmp_path):
    found = [argv for argv in COMPOSE if shutil.which(argv[0]) and "version" in printed([*argv, "version"])]
    if not found:
        pytest.skip("neither docker compose nor docker-compose is here to read docker-compose.yml")
    place = ["--file", str(ROOT / "docker-compose.yml"), "--project-directory", str(tmp_path)]
    read = printed([*found[0], *place, "config"], **VALUES)
    assert all(f"\n  {name}:" in read for name in compose(VALUES)["services"])
    assert printed([*found[0], *place, "config"]) == ""


def printed(argv: list[str], **values: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in VALUES}
    return subprocess.run(argv, env={**environment, **values}, capture_output=True, text=True).stdout


def test_services_are_those_of_make_run(file):
    names = {service.name for service in services.services(8000)}
    assert file["services"].keys() == {*names, "migrate", "runner", "postgres", "redis"}
    for name in names:
        assert file["services"][name]["command"] == ["python", "-m", "portal.services", name]


@pytest.mark.parametrize("name", ["web", *WORKERS, "beat"])
def test_named_service_replaces_the_process_that_was_started(name, monkeypatch):
    become = []
    monkeypatch.setattr(os, "execv", lambda path, argv: become.append((path, argv)))
    services.become(name)
    (expected,) = [service.argv for service in services.services(8000) if service.name == name]
    assert become == [(expected[0], expected)]


def test_unknown_service_is_answered_with_those_there_are():
    with pytest.raises(
        SystemExit, match=r"Unknown service mail\. The services are worker, later-worker, beat, web\."
    ):
        services.become("mail")


def test_migration_runs_before_services_that_use_the_database(file):
    for name in ("web", *WORKERS, "beat"):
        depends = file["services"][name]["depends_on"]
        assert depends["migrate"] == {"condition": "service_completed_successfully"}
    assert file["services"]["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert file["services"]["migrate"]["restart"] == "no"


def test_only_the_web_server_is_published_and_only_to_this_machine(file):
    published = {name: service["ports"] for name, service in file["services"].items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:8000:8000"]}
    assert file["networks"]["inside"] == {"internal": True}
    outside = {name for name, service in file["services"].items() if "outside" in service.get("networks", ())}
    assert outside == {"web", *WORKERS}


def test_each_container_is_hardened_as_far_as_it_still_works(file):
    for service in file["services"].values():
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert service["security_opt"][0] == "no-new-privileges:true"
    more = {name: service["security_opt"][1:] for name, service in file["services"].items()}
    assert {name for name, options in more.items() if options} == {"runner"}
    for name in PORTAL:
        assert (file["services"][name]["init"], "cap_add" in file["services"][name]) == (True, False)


def test_secrets_are_given_only_to_services_that_need_them(file):
    for name, service in file["services"].items():
        given = str([service.get("environment"), service.get("command")])
        seen = {
            secret
            for secret in ("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD")
            if VALUES[secret] in given
        }
        expected = {"postgres": {"POSTGRES_PASSWORD"}, "redis": {"REDIS_PASSWORD"}, "runner": set()}
        assert seen == expected.get(name, {"SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"})


def test_grace_period_is_longer_than_any_wait(file, settings):
    def grace(name: str) -> int:
        return int(file["services"][name]["stop_grace_period"].removesuffix("s"))

    assert image_environment()["REMAP_SIGTERM"] == "SIGQUIT"
    assert all(grace(name) > settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT for name in WORKERS)
    waits = int(image_environment()["GRANIAN_WORKERS_KILL_TIMEOUT"])
    assert grace("web") > waits > settings.PRACTICE_WAIT_SECONDS


def test_web_and_worker_see_the_same_files(file):
    mounts = {name: file["services"][name]["volumes"] for name in ("web", *WORKERS)}
    assert mounts["web"] == mounts["worker"] == mounts["later-worker"]
    assert mounts["web"][0] == f"files:{image_environment()['VAR']}"
    assert file["volumes"].keys() == {"files", "runner", "environments", "database", "broker"}


def test_runner_has_no_network_no_secret_and_none_of_the_portals_files(file):
    runner = file["services"]["runner"]
    assert runner["network_mode"] == "none"
    assert "environment" not in runner
    assert runner["volumes"] == ["runner:/srv/runner", "environments:/srv/environments:ro"]
    assert runner["cap_add"] == ["KILL", "SETGID", "SETPCAP", "SETUID"]
    assert runner["mem_limit"] == runner["memswap_limit"]
    assert runner["command"] == [
        "python",
        "-m",
        "labs.grader.runner",
        "/srv/runner/runner.sock",
        "/srv/environments",
    ]
    given = file["services"]["worker"]["environment"]
    assert (given["SANDBOX"], given["ENVIRONMENTS_ROOT"]) == (
        "unix:///srv/runner/runner.sock",
        "/srv/environments",
    )


def test_runners_profile_is_dockers_own_plus_six_calls(tmp_path):
    default = {
        "defaultAction": "SCMP_ACT_ERRNO",
        "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW"}],
    }
    (tmp_path / "default.json").write_text(json.dumps(default))
    argv = [sys.executable, "portal/runner_seccomp.py", str(tmp_path / "default.json")]
    made = json.loads(subprocess.check_output(argv, cwd=ROOT))
    assert (made["defaultAction"], made["syscalls"][0]) == ("SCMP_ACT_ERRNO", default["syscalls"][0])
    assert made["syscalls"][1]["names"] == [
        "clone",
        "unshare",
        "mount",
        "umount2",
        "pivot_root",
        "sethostname",
    ]


def test_health_check_of_the_image_is_used_by_the_web_server_only(file):
    (check,) = arguments("HEALTHCHECK")
    assert check.endswith('CMD ["python", "-m", "portal.health"]')
    assert "healthcheck" not in file["services"]["web"]
    assert (
        file["services"]["beat"]["healthcheck"]
        == file["services"]["migrate"]["healthcheck"]
        == {"disable": True}
    )
