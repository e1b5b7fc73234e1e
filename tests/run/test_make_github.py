"""`make github` as the README shows it: the commands that it prints, a push, and a stop by Ctrl-C."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.plain_git import ENVIRONMENT, git
from tests.servers import MAX_WAIT_SECONDS, ROOT, free_port, wait_for

pytestmark = [pytest.mark.heavy, pytest.mark.processes]


@contextmanager
def make_github(folder: Path) -> Iterator[Path]:
    """Run the command; yield the file with what it prints."""
    terminal, port = folder / "terminal.txt", str(free_port())
    with terminal.open("w") as output:
        process = subprocess.Popen(
            ["make", "--no-print-directory", "github"],
            cwd=ROOT, env={**os.environ, "GITHUB_PORT": port, "TMPDIR": str(folder)},
            stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        wait_for(lambda: "git push" in terminal.read_text() or process.poll() is not None)
        yield terminal
        os.killpg(process.pid, signal.SIGINT)
        process.wait(MAX_WAIT_SECONDS)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_stand_in_takes_a_push_by_the_commands_that_it_prints_and_stops(tmp_path):
    work = tmp_path / "work"
    git(tmp_path, "init", "--quiet", "--initial-branch=main", work)
    (work / "README.md").write_text("# Try it\n")
    git(work, "add", ".")
    git(work, "commit", "--quiet", "-m", "Describe the project")
    with make_github(tmp_path) as terminal:
        said = terminal.read_text()
        commands = re.findall(r"(?m)^    (git .+)$", said)
        assert len(commands) == 2, said
        own = {**ENVIRONMENT, "HOME": str(tmp_path)}
        subprocess.run(
            ["bash", "-ec", "\n".join(commands)], cwd=work, env=own, check=True, timeout=MAX_WAIT_SECONDS
        )
        assert git(work, "ls-remote", "origin", "refs/heads/main").split()[0] == git(
            work, "rev-parse", "HEAD"
        )
        (environment,) = re.findall(r"(?m)^    \. (\S+) && make run", said)
        printed = subprocess.run(["bash", "-ec", f". {environment}; env"], capture_output=True, text=True)
        assert re.search(r"(?m)^GITHUB_APP_ID=\d+$", printed.stdout)
    assert "Stopped." in terminal.read_text()
    assert not Path(environment).exists()
