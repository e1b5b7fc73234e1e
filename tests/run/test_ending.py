import signal
import subprocess
import sys

import pytest

from portal.watchdog import Watchdog
from tests.servers import MAX_WAIT_SECONDS, ROOT, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.heavy]


def test_portal_that_is_asked_to_stop_leaves_nothing(portal):
    portal.wait_until_ready()
    assert portal.broker.is_socket()
    portal.signal(signal.SIGINT)
    assert portal.supervisor.wait(MAX_WAIT_SECONDS) == 0
    assert portal.processes() == []
    assert not portal.broker.parent.exists()


def test_portal_whose_supervisor_is_killed_leaves_nothing(portal):
    portal.wait_until_ready()
    portal.signal(signal.SIGKILL)
    wait_for(portal.is_gone)
    assert not portal.broker.parent.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_portal_that_is_stopped_while_it_starts_leaves_nothing(portal, number):
    wait_for(lambda: portal.processes("portal.services"))
    portal.signal(number)
    assert portal.supervisor.wait(MAX_WAIT_SECONDS) == 1
    assert portal.processes() == []
    assert not portal.said("Traceback")


def test_process_group_that_ignores_the_polite_signal_is_killed(tmp_path):
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    argv = [sys.executable, "-c", stubborn]
    with (tmp_path / "lock").open("w") as lock:
        watchdog = Watchdog(lock.fileno(), tmp_path / "folder" / "broker.sock")
        process = subprocess.Popen(argv, start_new_session=True, stdout=subprocess.PIPE, cwd=ROOT)
        watchdog.note_start(process.pid)
        process.stdout.readline()
        watchdog.dismiss()
    assert process.wait(MAX_WAIT_SECONDS) == -signal.SIGKILL


def test_process_group_that_is_reported_gone_is_not_killed(tmp_path):
    argv = [sys.executable, "-c", "import time; time.sleep(60)"]
    with (tmp_path / "lock").open("w") as lock:
        watchdog = Watchdog(lock.fileno(), tmp_path / "folder" / "broker.sock")
        process = subprocess.Popen(argv, start_new_session=True)
        watchdog.note_start(process.pid)
        watchdog.note_end(process.pid)
        watchdog.dismiss()
    assert process.poll() is None
    process.kill()
    process.wait()
