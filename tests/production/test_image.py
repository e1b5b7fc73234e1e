"""The Dockerfile: its user, what is in the image, and what stays out."""

import json
import re
import subprocess
import sys

from tests.production.files import arguments, copied, dockerfile, image_environment, lay_out
from tests.servers import ROOT


def test_portal_does_not_run_as_root():
    assert arguments("USER") == ["10001:10001"]
    after = [name for name, _ in dockerfile()[[name for name, _ in dockerfile()].index("USER") :]]
    assert "RUN" not in after


def test_image_is_debug_free_and_needs_its_secret(tmp_path):
    environment = {**image_environment(), "VAR": str(tmp_path)}
    assert environment["DEBUG"] == "0"
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "SECRET_KEY is not set." in done.stderr


def test_files_to_copy_exist_and_are_not_ignored():
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert allowed == {*copied(), "requirements.txt"}
    assert all((ROOT / source).exists() for source in allowed)
    assert "*" in (ROOT / ".dockerignore").read_text().splitlines()


def test_image_has_no_tests_and_no_build_tools(tmp_path):
    lay_out(tmp_path / "app")
    assert not any((tmp_path / "app" / name).exists() for name in ("tests", "docs", ".git", "var", ".env"))
    (installs,) = [step for step in arguments("RUN") if "apt-get" in step]
    assert re.findall(r"--no-install-recommends (.*?) +&&", installs) == ["bubblewrap git"]
    assert "full-upgrade" in installs


def test_libraries_are_installed_by_their_hashes():
    text = (ROOT / "Dockerfile").read_text()
    assert text.count("--require-hashes") == len(re.findall(r"pip install", text)) == 2


def test_image_starts_the_web_server_unless_told_otherwise():
    assert [json.loads(argument) for argument in arguments("CMD")] == [
        ["python", "-m", "portal.services", "web"]
    ]
    assert arguments("STOPSIGNAL") == ["SIGTERM"]
