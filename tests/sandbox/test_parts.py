"""The parts of the sandbox, and an ordinary test suite in the whole sandbox: case B23."""

import ctypes
import os
import stat
import subprocess
import sys
import tarfile
from io import BytesIO

import pytest

from labs.grader.git.processes import TooLargeError
from labs.grader.sandbox import Job, Limits, cgroups, policy, slots
from labs.grader.sandbox.packing import pack_files
from tests.servers import ROOT

ORDINARY = """
import asyncio, multiprocessing, pathlib, sqlite3, subprocess, sys, tempfile, threading, unittest

def square(number):
    return number * number

async def two():
    process = await asyncio.create_subprocess_exec("echo", "2", stdout=subprocess.PIPE)
    return int((await process.communicate())[0])

class Ordinary(unittest.TestCase):
    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "a").write_text("x")

    def test_database(self):
        with sqlite3.connect("data.db") as database:
            database.execute("create table t (a)")

    def test_processes(self):
        with multiprocessing.Pool(2) as pool:
            self.assertEqual(pool.map(square, [1, 2, 3]), [1, 4, 9])

    def test_asyncio(self):
        self.assertEqual(asyncio.run(two()), 2)

    def test_threads(self):
        threads = [threading.Thread(target=square, args=[n]) for n in range(8)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()

    def test_subprocess(self):
        self.assertEqual(subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True).stdout, b"1\\n")

if __name__ == "__main__":
    unittest.main()
"""


def test_b23_an_ordinary_suite_passes(python):
    ran = python(ORDINARY)
    assert ran.exit == 0, ran.text
    assert "Ran 6 tests" in ran.text


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_numbers_of_system_calls_are_those_of_libseccomp(machine):
    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError:
        pytest.skip("libseccomp2 is not installed, which knows the numbers as well")
    for name, number in policy.numbers(machine).items():
        assert library.seccomp_syscall_resolve_name_arch(policy.AUDIT[machine], name.encode()) == number, name


def test_filter_is_the_same_each_time_and_made_of_whole_instructions():
    assert policy.policy("x86_64") == policy.policy("x86_64")
    assert len(policy.policy("aarch64")) % 8 == 0
    with pytest.raises(KeyError):
        policy.policy("sparc")


def test_archive_is_the_same_for_the_same_files():
    files = {b"b": b"1", b"a/\xff": b"2"}
    assert pack_files(files) == pack_files(dict(reversed(files.items())))
    with tarfile.open(
        fileobj=BytesIO(pack_files(files, frozenset([b"b"]))), errors="surrogateescape"
    ) as archive:
        members = archive.getmembers()
    assert [(member.name, member.isreg(), stat.S_IMODE(member.mode)) for member in members] == [
        ("a/\udcff", True, 0o644),
        ("b", True, 0o755),
    ]


def test_archive_that_is_too_large_is_refused():
    with pytest.raises(TooLargeError, match="the files exceed the limit of 20 MB in total"):
        pack_files({b"a": bytes(21 << 20)})


def test_command_reads_its_stdin_after_the_archive(sandbox):
    for size in (0, 1, 511, 512, 10_239, 10_240, 30_000):
        ran = sandbox.run(
            Job(("sh", "-c", "wc -c < a; cat"), pack_files({b"a": b"x" * size}), 10, stdin=b"behind")
        )
        assert ran.text == f"{size}\nbehind"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give each sandbox a user of its own")
def test_each_uid_is_leased_to_one_holder_at_a_time(tmp_path):
    with slots.lease_slot(tmp_path / "slots") as one, slots.lease_slot(tmp_path / "slots") as other:
        assert (one, other) == (slots.FIRST_UID, slots.FIRST_UID + 1)
    with slots.lease_slot(tmp_path / "slots") as again:
        assert again == slots.FIRST_UID


def test_cgroups_of_version_2_are_created_below_the_own_one(tmp_path):
    own = tmp_path / "own"
    own.write_text("0::/service\n")
    service = tmp_path / "cgroup" / "service"
    service.mkdir(parents=True)
    (service / "cgroup.subtree_control").write_text("cpu memory pids\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cgroups, "_remove", lambda folder: None)
        with cgroups.group(Limits(), tmp_path / "cgroup", own) as group:
            (folder,) = group.folders
    assert folder.parent == service
    assert (folder / "memory.max").read_text() == str(768 << 20)
    assert (folder / "pids.max").read_text() == "80"
    (folder / "memory.events").write_text("low 0\noom_kill 2\n")
    assert group.ran_out_of_memory


def test_abandoned_cgroups_are_removed_and_recent_ones_stay(tmp_path):
    own = tmp_path / "own"
    own.write_text("1:memory:/\n2:pids:/\n")
    old, young = (tmp_path / "cgroup" / "pids" / f"labcheck-{name}" for name in ("old", "young"))
    for folder in (old, young):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))
    cgroups.sweep(tmp_path / "cgroup", own)
    assert (old.exists(), young.exists()) == (False, True)


def test_engine_loads_without_a_sandbox():
    code = "import sys; sys.modules['fcntl'] = None; import labs.grader.__main__, labs.grader.checks"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_without_write_access_there_are_no_cgroups(tmp_path):
    with cgroups.group(Limits(), tmp_path / "nothing", tmp_path / "own") as group:
        assert group.folders == ()
        assert not group.ran_out_of_memory
