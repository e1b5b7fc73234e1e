"""An unavailable sandbox, a worker that dies, two sandboxes at once, and the runner: cases B15 to B17, B21, B22."""

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from labs.grader import runner as module
from labs.grader.report import Outcome
from labs.grader.sandbox import Job, SandboxError, policy
from labs.grader.sandbox.local import LocalSandbox
from labs.grader.sandbox.packing import NO_FILES, pack_files
from labs.grader.sandbox.remote import RemoteSandbox
from tests.sandbox.conftest import gone_within, judged_in, processes_with
from tests.servers import MAX_WAIT_SECONDS, ROOT, wait_for

HELLO = {"run": {"command": ["python", "hello.py"], "prints": "^hello$"}}
ADD = {"tests": {"code": "def test_add(learner):\n    assert learner.call('calc:add', 2, 3) == 5\n"}}
SLEEPER = """
import sys
from pathlib import Path
from labs.grader.sandbox import Job
from labs.grader.sandbox.opening import open_sandbox
from labs.grader.sandbox.packing import NO_FILES
open_sandbox(sys.argv[1], Path("/nonexistent"), 0).run(Job(("sleep", sys.argv[2]), NO_FILES, 60))
"""


def sleeping(address: str, word: str) -> "subprocess.Popen[bytes]":
    """A worker whose sandbox sleeps this long."""
    worker = subprocess.Popen([sys.executable, "-c", SLEEPER, address, word], cwd=ROOT)
    wait_for(lambda: any(map(is_asleep, processes_with(word))), what="the sandbox sleeps")
    return worker


def is_asleep(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/comm").read_text() == "sleep\n"
    except OSError:
        return False


def test_b15_sandbox_ends_with_its_worker(sandbox):
    worker = sleeping("", "3001.5")
    worker.kill()
    worker.wait()
    assert gone_within(30, "3001.5")


@pytest.mark.parametrize("missing", ["bubblewrap", "filter"])
def test_b16_nothing_runs_if_a_part_is_missing(environments, repo, monkeypatch, missing):
    broken = LocalSandbox(environments, bwrap="no-such-bwrap" if missing == "bubblewrap" else "bwrap")
    if missing == "filter":
        monkeypatch.setattr(policy, "is_known", lambda: False)
    monkeypatch.setattr(subprocess, "Popen", lambda *argv, **options: pytest.fail("a command was run"))
    with pytest.raises(SandboxError, match="cannot sandbox code"):
        broken.run(Job(("true",), NO_FILES, 1))
    with (
        pytest.raises(SandboxError, match="cannot sandbox code"),
        broken.talk(Job(("true",), NO_FILES, 1)),
    ):
        pass
    monkeypatch.undo()
    repo.put("hello.py", "print('hello')")
    repo.commit("Say hello")
    for kind in (HELLO, ADD):
        result = judged_in(repo, broken, kind)
        assert result.outcome is Outcome.NOT_RUN
        assert result.reason.startswith("Not run: code cannot be run in a sandbox here: ")


LEAKY = """#!/bin/bash
while [ "$1" != -- ]; do
    [ "$1" = --json-status-fd ] && status=$2
    shift
done
shift 5
"$@"
echo '{"exit-code": 0}' >&"$status"
"""


def test_b16_sandbox_that_leaks_is_refused(environments):
    leaky = environments.root / "leaky-bwrap"
    leaky.write_text(LEAKY)
    leaky.chmod(0o755)
    why = LocalSandbox(environments, bwrap=str(leaky)).unavailable()
    assert "the network can be reached; " in why
    assert "/etc/passwd is visible; " in why
    assert why.endswith("forbidden system calls are possible")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give each sandbox a user of its own")
def test_b17_fork_bomb_in_another_sandbox_changes_nothing(sandbox, python):
    bomb = Job(
        ("python3", "-c", "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass\n"), NO_FILES, 3
    )
    neighbour = threading.Thread(target=sandbox.run, args=[bomb])
    neighbour.start()
    time.sleep(0.5)
    ran = python(
        """
        import os, time
        for _ in range(40):
            if os.fork() == 0:
                time.sleep(0.5)
                os._exit(0)
        print("forked")
        """
    )
    neighbour.join()
    assert (ran.exit, ran.text) == (0, "forked\n")


# --- the runner -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def runner(sandbox) -> Iterator[Path]:
    """A runner as in its container, as far as possible here: no environment, and no network if we are root."""
    with tempfile.TemporaryDirectory(prefix="labcheck-runner-") as folder:
        path = Path(folder) / "runner.sock"
        alone = ["unshare", "--net", "--"] if os.geteuid() == 0 else []
        argv = [*alone, sys.executable, "-m", "labs.grader.runner", str(path), str(sandbox.environments.root)]
        process = subprocess.Popen(argv, cwd=ROOT, env={"PATH": "/usr/bin:/bin"})
        wait_for(lambda: path.exists() and answers(path), what="the runner answers")
        yield path
        process.send_signal(signal.SIGTERM)
        assert process.wait(MAX_WAIT_SECONDS) == 0


def answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        return connection.connect_ex(str(path)) == 0


@pytest.fixture
def remote(runner, environments) -> RemoteSandbox:
    return RemoteSandbox(runner, environments)


def test_runner_runs_what_the_local_sandbox_runs(remote, repo):
    assert remote.unavailable() == ""
    repo.put("hello.py", "print('hello')")
    repo.put("calc.py", "def add(a, b):\n    return a + b\n")
    repo.commit("Add the code")
    assert judged_in(repo, remote, HELLO).outcome is Outcome.PASSED
    assert judged_in(repo, remote, ADD).outcome is Outcome.PASSED
    ran = remote.run(Job(("cat",), pack_files({b"a": b"1"}), 5, stdin=b"from outside"))
    assert (ran.exit, ran.output) == (0, b"from outside")
    chatty = ("sh", "-c", "yes | head -c 1000000; echo end; echo 1 > made")
    ran = remote.run(Job(chatty, pack_files({}), 5, looks_for="made"))
    assert (ran.found, ran.left_out, ran.parts[-1][-4:]) == (True, 1_000_004 - (256 << 10), "end\n")


def test_b15_sandbox_of_the_runner_ends_with_the_worker_that_asked(runner):
    worker = sleeping(f"unix://{runner}", "3002.5")
    worker.kill()
    worker.wait()
    assert gone_within(30, "3002.5")


def test_b21_runner_has_no_route_no_names_and_no_secret(runner):
    if os.geteuid():
        pytest.skip("only root can take the network away from a process here")
    process = next(number for number in processes_with(str(runner)) if is_python(number))
    routes, devices = (
        Path(f"/proc/{process}/net/{name}").read_text().splitlines() for name in ("route", "dev")
    )
    assert routes[1:] == []
    assert [line.split(":")[0].strip() for line in devices[2:]] == ["lo"]
    assert Path(f"/proc/{process}/environ").read_bytes() == b"PATH=/usr/bin:/bin\0"


def is_python(process: int) -> bool:
    return b"labs.grader.runner" in Path(f"/proc/{process}/cmdline").read_bytes()


def asked(**changes: object) -> bytes:
    """The header of a run that is valid except for these fields."""
    right = {"do": "run", "argv": ["true"], "files": 0, "seconds": 1, "stdin": "", "environment": ""}
    return json.dumps({**right, **changes}).encode()


BAD = {
    "unknown request": (json.dumps({"do": "reboot"}).encode(), "'reboot' is not a known request"),
    "no mapping": (b"[1]", "the header is not a mapping"),
    "no JSON": (b"{", "the header is not JSON"),
    "no command": (
        json.dumps({"do": "run", "files": 0, "seconds": 1}).encode(),
        "the header does not describe a job",
    ),
    "thirty megabytes": (
        asked(files=30 << 20, seconds=1, environment=""),
        "the files have 31,457,280 bytes",
    ),
    "an hour": (
        asked(files=0, seconds=3600, environment=""),
        "the job asks for 3600 seconds; the limit is",
    ),
    "endless files": (
        asked().replace(b'"files": 0', b'"files": 1e999'),
        "the header does not describe a job",
    ),
    "environment elsewhere": (
        asked(files=0, seconds=1, environment="../x"),
        "no environment ../x exists",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_b22_bad_request_is_answered_and_the_next_is_served(runner, remote, name):
    header, words = BAD[name]
    assert words in said(runner, struct.pack(">I", len(header)) + header)["error"]
    assert remote.run(Job(("echo", "fine"), NO_FILES, 5)).text == "fine\n"


def test_b22_half_a_header_and_one_too_long_are_answered(runner, remote):
    assert said(runner, struct.pack(">I", 500) + b'{"do"')["error"] == "the request is incomplete"
    assert "the header has 4,294,967,295 bytes" in said(runner, b"\xff" * 4)["error"]
    assert remote.run(Job(("echo", "fine"), NO_FILES, 5)).text == "fine\n"


def test_hidden_tests_of_many_workers_do_not_wait_for_each_other():
    """Each holds one slot while it asks for a second: with only one slot for each worker, all would wait forever."""
    assert module.MAX_AT_ONCE >= 2 * 16


def test_request_that_arrives_byte_by_byte_is_dropped(environments, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "REQUEST_SECONDS", 0.5)
    path = tmp_path / "r.sock"
    with module.Runner(path, LocalSandbox(environments)) as slow, socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        slow.handle_request()
        client.settimeout(0.3)
        deadline = time.monotonic() + 8
        with pytest.raises(OSError):
            client.sendall(struct.pack(">I", 500))
            while time.monotonic() < deadline:
                client.sendall(b" ")
                time.sleep(0.2)
        assert time.monotonic() < deadline


def said(path: Path, data: bytes) -> dict[str, str]:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as answer:
            return json.loads(answer.read()[4:])


def test_missing_runner_is_reported(environments, tmp_path, repo):
    gone = RemoteSandbox(tmp_path / "nothing.sock", environments)
    assert gone.unavailable() == "could not reach the runner: No such file or directory"
    repo.commit("Add nothing")
    assert judged_in(repo, gone, HELLO).outcome is Outcome.NOT_RUN
