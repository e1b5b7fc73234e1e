"""A hostile program in the sandbox, and its limits: cases B1 to B14 and B18 to B20."""

import os
import socket
import threading
from pathlib import Path

import pytest

from labs.grader.sandbox import slots
from labs.grader.sandbox.job import Limits
from labs.grader.sandbox.packing import pack_files
from tests.sandbox.conftest import gone_within

pytestmark = pytest.mark.heavy

REFUSED = """
    def tried(name, what):
        try:
            print(name, "GOT", what())
        except OSError as error:
            print(name, error.strerror)
"""


def refused(text: str) -> bool:
    return bool(text) and "GOT" not in text


def test_b01_fork_bomb_ends_at_the_time_limit(python):
    ran = python(
        """
        import os
        while True:
            try:
                os.fork()
            except OSError:
                pass
        """,
        seconds=1,
    )
    assert (ran.why, ran.seconds < 30) == ("seconds", True)


def test_b02_memory_of_one_process_is_bounded(python):
    ran = python(
        """
        blocks = []
        try:
            while True:
                blocks.append(bytearray(16 << 20))
        except MemoryError:
            print(len(blocks) * 16)
        """
    )
    assert int(ran.text) <= Limits().memory >> 20


def test_b02_memory_of_sixteen_processes_is_bounded_together(python):
    if not os.access("/sys/fs/cgroup/memory", os.W_OK):
        pytest.skip("groups of processes cannot be written here: only one process's memory is bounded")
    ran = python(
        """
        import os, time
        for _ in range(16):
            if os.fork() == 0:
                held = bytearray(200 << 20)
                time.sleep(30)
        for _ in range(16):
            os.wait()
        """,
        seconds=5,
    )
    assert ran.why in ("memory", "seconds")
    assert ran.seconds < 30


def test_b03_loop_and_sleeper_that_ignores_signals_end_at_the_time_limit(python):
    assert python("while True: pass", seconds=1).why == "seconds"
    ran = python(
        """
        import signal, time
        for number in range(1, 65):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        time.sleep(100)
        """,
        seconds=1,
    )
    assert (ran.why, ran.seconds < 30) == ("seconds", True)


def test_b04_disk_is_bounded(python):
    ran = python(
        """
        import os
        for folder in ("/box", "/tmp", "/dev/shm", "/dev", "/", "/run", "/usr", "/venv"):
            written = 0
            try:
                for number in range(40):
                    with open(f"{folder}/{number}", "wb") as file:
                        for _ in range(8):
                            written += file.write(b"x" * (1 << 20))
            except OSError as error:
                print(folder, written >> 20 <= 64, error.strerror)
        try:
            open("/tmp/sparse", "wb").truncate(1 << 40)
        except OSError as error:
            print("sparse", error.strerror)
        """
    )
    assert ran.text.count("True No space left on device") == 3
    assert ran.text.count("Read-only file system") + ran.text.count("No such file") == 5
    assert "sparse File too large" in ran.text


def test_b04_many_empty_files_take_no_longer_than_the_time_limit(python):
    ran = python(
        """
        import os
        number = 0
        while True:
            os.close(os.open(f"/tmp/{number}", os.O_CREAT | os.O_WRONLY))
            number += 1
        """,
        seconds=2,
    )
    assert ran.exit != 0
    assert ran.seconds < 30


def test_b05_nothing_on_the_machine_is_visible(python):
    root = Path(__file__).parents[2]
    ran = python(
        f"""
        import os
        for path in ("/etc/shadow", "/etc/passwd", "/root", "/home", "/var", "/srv", "/sys", "/run", "/mnt",
                     {str(root)!r}, "/proc/1/root/etc/shadow", "/proc/1/cwd/../etc/passwd"):
            if os.path.exists(path):
                print(path)
        print(sorted(os.listdir("/")), os.listdir("/etc"), os.listdir("/box"))
        """
    )
    assert ran.text == (
        "['bin', 'box', 'dev', 'etc', 'lib', 'lib64', 'proc', 'tmp', 'usr', 'venv'] ['ld.so.cache'] ['a.py']\n"
    )


def test_b06_environment_contains_no_secret(python, monkeypatch):
    monkeypatch.setenv("PORTAL_SECRET", "s3cr3t-portal-key")
    ran = python(
        """
        import os
        print(os.environ.get("PORTAL_SECRET"))
        for name in os.listdir("/proc"):
            if name.isdigit():
                print(name, open(f"/proc/{name}/environ", "rb").read().count(b"s3cr3t"))
        """
    )
    assert ran.exit == 0
    assert {line.split()[-1] for line in ran.text.splitlines()} == {"None", "0"}


def test_b07_no_network_of_any_family(python):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as abstract:
        name = f"labcheck-test-{os.getpid()}"
        abstract.bind(f"\0{name}")
        abstract.listen(1)
        server.settimeout(0.1)
        ran = python(
            REFUSED
            + f"""
    import socket
    for address in (("127.0.0.1", {server.getsockname()[1]}), ("8.8.8.8", 53), ("169.254.169.254", 80)):
        tried(address, lambda: socket.create_connection(address, 1))
    tried("dns", lambda: socket.getaddrinfo("example.org", 443))
    for family in ("AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET", "AF_VSOCK", "AF_ALG", "AF_CAN"):
        tried(family, lambda: socket.socket(getattr(socket, family), socket.SOCK_DGRAM))
    tried("abstract", lambda: socket.socket(socket.AF_UNIX).connect("\\0{name}"))
    """
        )
        assert refused(ran.text), ran.text
        assert len(ran.text.splitlines()) == 12
        with pytest.raises(TimeoutError):
            server.accept()


def test_b08_signals_reach_no_process_outside(python):
    ran = python(
        """
        import os
        for process in (1, os.getppid(), -1):
            try:
                os.kill(process, 9)
            except OSError:
                pass
        print("alive", sorted(int(name) for name in os.listdir("/proc") if name.isdigit())[-1] < 20)
        """
    )
    assert (ran.exit, ran.text) == (0, "alive True\n")


def test_b09_nothing_outside_can_be_written(python, tmp_path):
    mark = tmp_path / "mark"
    mark.write_text("host")
    ran = python(
        REFUSED
        + f"""
    import os
    for path in ("/usr/x", "/venv/x", "/x", "/dev/x", "/etc/x", "/proc/sysrq-trigger", "/proc/sys/vm/swappiness",
                 "/proc/sys/kernel/core_pattern", "/proc/self/uid_map", {str(mark)!r}):
        flags = os.O_WRONLY | (0 if path.startswith("/proc") else os.O_CREAT)
        tried(path, lambda: os.write(os.open(path, flags), b"1"))
    """
    )
    assert refused(ran.text), ran.text
    assert mark.read_text() == "host"


def test_b10_links_and_devices_lead_nowhere(python):
    ran = python(
        REFUSED
        + """
    import os, stat
    os.symlink("/etc/shadow", "shadow")
    os.symlink("/proc/1/root", "root")
    os.symlink("../../../../../root", "up")
    for path in ("shadow", "root/etc/shadow", "up/.bashrc"):
        tried(path, lambda: open(path).read())
    tried("link", lambda: os.link("/usr/bin/passwd", "passwd"))
    for kind in (stat.S_IFBLK, stat.S_IFCHR):
        tried("device", lambda: os.mknod(f"d{kind}", kind | 0o666, os.makedev(1, 1)))
    """
    )
    assert refused(ran.text), ran.text


def test_b11_a_hundred_megabytes_of_output_are_cut(python):
    ran = python("import os\nfor _ in range(1600): os.write(1, b'A' * 65536)")
    assert (ran.why, len(ran.output)) == ("output", 256 << 10)
    ran = python("import os\nfor _ in range(112): os.write(1, b'A' * 65536)")
    assert (ran.why, ran.exit, len(ran.output)) == ("exit", 0, 256 << 10)


def test_b12_no_other_process_can_be_inspected(python):
    ran = python(
        """
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        for process in (1, os.getppid()):
            print(libc.ptrace(16, process, 0, 0), os.strerror(ctypes.get_errno()))
        print(libc.process_vm_readv(1, 0, 0, 0, 0, 0), os.strerror(ctypes.get_errno()))
        """
    )
    assert ran.text == "-1 Operation not permitted\n" * 3


@pytest.mark.parametrize("keeps_output", [True, False])
def test_b13_daemons_end_with_the_command(python, keeps_output):
    ran = python(
        f"""
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                if not {keeps_output}:
                    for number in range(3):
                        os.close(number)
                os.execv("/usr/bin/sleep", ["daemon-of-b13", "300"])
            os._exit(0)
        print("bye", flush=True)
        os._exit(0)
        """
    )
    assert (ran.exit, ran.seconds < 30) == (0, True)
    assert gone_within(30, "daemon-of-b13")


def test_b14_dangerous_system_calls_are_denied(python):
    ran = python(
        """
        import ctypes, os, platform
        libc = ctypes.CDLL(None, use_errno=True)
        x86 = platform.machine() == "x86_64"
        def said(name, code):
            print(name, code == -1 and os.strerror(ctypes.get_errno()))
        said("unshare", libc.unshare(0x10000000))
        said("clone3", libc.syscall(435, 0, 0))
        said("clone", libc.syscall(56 if x86 else 220, 0x20000 | 17, 0, 0, 0, 0))
        said("mount", libc.mount(b"x", b"/tmp", b"tmpfs", 0, 0))
        said("keyctl", libc.syscall(250 if x86 else 219, 0, 0))
        said("bpf", libc.syscall(321 if x86 else 280, 0, 0, 0))
        said("io_uring", libc.syscall(425, 1, 0))
        said("newer", libc.syscall(467, 0, 0))
        said("setuid", libc.setuid(0))
        try:
            os.chmod("a.py", 0o4755)
            print("set-user-id", False)
        except PermissionError:
            print("set-user-id refused")
        print(open("/proc/self/status").read().split("CapEff:")[1].split()[0])
        """
    )
    lines = ran.text.splitlines()
    assert not any(line.endswith("False") for line in lines), ran.text
    assert lines[-1] == "0" * 16


# Pages of a file that all sandboxes see: one run reads some of them, another checks which are in memory.
PAGES = """
import ctypes, mmap, os, platform, sys
x86 = platform.machine() == "x86_64"
libc = ctypes.CDLL(None, use_errno=True)
path = {path!r}
file = os.open(path, os.O_RDONLY)
count = 24
page = lambda number: number * 64 * 4096
"""
SENDER = """
for number in range(count):
    if {bits} >> number & 1:
        os.pread(file, 1, page(number))
    os.posix_fadvise(file, page(number), 4096, os.POSIX_FADV_DONTNEED) if not {bits} >> number & 1 else None
"""
RECEIVER = """
def asked(name, ask):
    try:
        print(name, sum(ask(number) << number for number in range(count)))
    except OSError as error:
        print(name, "refused")

def at_once(number):
    try:
        return os.preadv(file, [bytearray(1)], page(number), os.RWF_NOWAIT)
    except BlockingIOError:
        return 0

def call(x86_number, other, *arguments):
    if libc.syscall(x86_number if x86 else other, *arguments) == -1:
        raise OSError(ctypes.get_errno(), "refused")

def resident(number):
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
    start = libc.mmap(None, 4096, 1, 2, file, page(number))
    found = ctypes.create_string_buffer(1)
    call(27, 232, ctypes.c_void_p(start), ctypes.c_size_t(4096), found)
    return found.raw[0] & 1

def counted(number):
    found = (ctypes.c_uint64 * 5)()
    call(451, 451, file, (ctypes.c_uint64 * 2)(page(number), 4096), found, 0)
    return found[0]

def by_aio(number):
    call(206, 0, 1, ctypes.byref(ctypes.c_uint64()))
    return 0

asked("preadv2", at_once)
asked("mincore", resident)
asked("cachestat", counted)
asked("aio", by_aio)
print("plain", os.preadv(file, [bytearray(1)], 0))
"""


def test_f16_pages_in_memory_carry_nothing_from_one_run_to_another(python):
    shared = max(
        Path("/usr/lib").rglob("*.so*"), key=lambda path: path.stat().st_size if path.is_file() else 0
    )
    bits = int.from_bytes(os.urandom(3), "big")
    start = PAGES.format(path=str(shared.resolve()))
    assert python(start + SENDER.format(bits=bits)).exit == 0
    assert python(start + RECEIVER).text.splitlines() == [
        *(f"{name} refused" for name in ("preadv2", "mincore", "cachestat", "aio")),
        "plain 1",
    ]


def test_b18_the_host_sees_neither_root_nor_the_worker(python):
    if os.geteuid():
        pytest.skip("only root can give each sandbox a user of its own")
    seen: set[int] = set()
    stop = threading.Event()

    def watch() -> None:
        places = range(slots.FIRST_UID, slots.FIRST_UID + slots.SLOTS)
        while not stop.is_set():
            seen.update(uid for uid in places if any(slots.processes_of(uid)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(20):  # until the watcher, which is late on a busy machine, has seen one
        ran = python("import os, time; time.sleep(1); print(os.getuid(), os.stat('/usr').st_uid)")
        if seen:
            break
    stop.set()
    watcher.join()
    assert seen
    assert ran.text == "1000 65534\n"


def test_b19_three_descriptors_are_open(python):
    ran = python("import os; print(sorted(map(int, os.listdir('/proc/self/fd'))))")
    assert ran.text == "[0, 1, 2, 3]\n"  # 3 is the listing itself


@pytest.mark.parametrize(
    "path",
    [
        b"../x",
        b"/etc/x",
        b"a/../../x",
        b"a/./x",
        b".git/config",
        b"a//x",
        b"a\nb",
        b"a" * 256,
        b"a/" * 20 + b"a",
    ],
)
def test_b20_the_packer_creates_no_path_that_escapes_or_misleads(path):
    with pytest.raises(ValueError, match="not a file path"):
        pack_files({path: b""})
