"""The process that talks to untrusted servers: its limits, also without util-linux, and its end."""

import os
import sys
import time
from pathlib import Path

import pytest

from labs.grader.fetching import bounded_process
from labs.grader.fetching.bounded_process import FetchLimits, run

MEGABYTE = 1 << 20
ENVIRONMENT = {"PATH": "/usr/bin:/bin"}


def run_python(code, limits=None, seconds=5.0, **more):
    argv = [sys.executable, "-I", "-S", "-c", code]
    deadline = time.monotonic() + seconds
    return run(
        argv,
        cwd=Path("/"),
        environment=ENVIRONMENT,
        limits=limits or FetchLimits(),
        deadline=deadline,
        **more,
    )


@pytest.fixture(params=["util-linux", "wrapper"])
def way(request, monkeypatch):
    if request.param == "wrapper":
        monkeypatch.setattr(bounded_process, "_util_linux", lambda: False)
    elif not bounded_process._util_linux():
        pytest.skip("setpriv and prlimit are missing: apt-get install util-linux")


@pytest.fixture(autouse=True)
def same_user(request, monkeypatch):
    """Another user could not run a Python that is in somebody's home."""
    if request.function is not test_as_root_the_process_runs_as_a_separate_user_without_rights:
        monkeypatch.setattr(bounded_process, "drops_to_uid", lambda: False)


def test_messages_and_exit_status_of_a_process_are_returned(way):
    ended = run_python(
        "import sys; print(sys.stdin.read()); sys.stderr.write('no'); sys.exit(3)", stdin=b"given"
    )
    assert (ended.status, ended.limit, ended.output, ended.messages) == (3, None, b"given\n", "no")


def test_memory_processor_and_files_are_limited(way):
    code = "import resource as r; print([r.getrlimit(x)[0] for x in (r.RLIMIT_DATA, r.RLIMIT_FSIZE, r.RLIMIT_CPU)])"
    limits = FetchLimits(memory=200 * MEGABYTE, bytes=MEGABYTE, cpu_seconds=7)
    assert run_python(code, limits).output.decode().strip() == str([200 * MEGABYTE, MEGABYTE, 7])


def test_memory_over_the_limit_is_refused(way):
    ended = run_python("x = bytearray(300 << 20)", FetchLimits(memory=100 * MEGABYTE))
    assert ended.status == 1 and "MemoryError" in ended.messages


def test_as_root_the_process_runs_as_a_separate_user_without_rights():
    if not bounded_process.drops_to_uid():
        pytest.skip("only root can become another user, and only by setpriv")
    argv = ["sh", "-c", "id -u; id -G; cat /proc/self/status"]
    deadline, limits = time.monotonic() + 5, FetchLimits(uid=61_002)
    ended = run(argv, cwd=Path("/"), environment=ENVIRONMENT, limits=limits, deadline=deadline)
    output = ended.output.decode()
    assert output.startswith("61002\n61002\n")
    assert "NoNewPrivs:\t1" in output and "CapBnd:\t0000000000000000" in output


def test_a_process_that_sleeps_is_ended_at_the_deadline_with_its_children(way):
    started = time.monotonic()
    ended = run_python(
        "import os, time; os.fork(); print(os.getpid(), flush=True); time.sleep(300)", seconds=0.6
    )
    assert ended.limit == "seconds" and time.monotonic() - started < 30
    for pid in map(int, ended.output.split()):
        eventually(lambda pid=pid: is_gone(pid))


def test_a_child_that_outlives_the_process_is_ended_too(way):
    child = "os.close(1); os.close(2); time.sleep(30)"
    code = f"import os, time\nif os.fork() == 0: {child}\nelse: print(os.getpid())"
    ended = run_python(code)
    assert ended.status == 0
    eventually(lambda: not group_members(int(ended.output)))


def test_a_process_that_closes_its_streams_and_stays_is_ended_at_the_deadline():
    ended = run_python("import os, time; os.close(1); os.close(2); time.sleep(30)", seconds=0.5)
    assert ended.limit == "seconds"


def test_too_many_messages_end_the_process_and_64_kb_are_kept():
    ended = run_python("import os\nwhile True: os.write(2, b'x' * 4096)")
    assert ended.limit == "messages" and len(ended.messages) == 64 << 10


def test_more_output_than_the_limit_ends_the_process():
    ended = run_python("import os\nwhile True: os.write(1, b'x' * 4096)", FetchLimits(listing=100_000))
    assert ended.limit == "output" and len(ended.output) < 200_000


def test_a_folder_that_grows_past_the_limit_ends_the_process(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 2 * MEGABYTE)
    started = time.monotonic()
    ended = run_python("import time; time.sleep(30)", FetchLimits(bytes=MEGABYTE), watched=tmp_path)
    assert ended.limit == "disk" and time.monotonic() - started < 30


def eventually(holds):
    """Killed processes are dead a moment later."""
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return not Path("/proc/self").exists() or not Path(f"/proc/{pid}").exists()


def group_members(group):
    members = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, found, *_ = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(found) == group and state != "Z" and int(stat.parent.name) != os.getpid():
            members.append(stat.parent.name)
    return members
