import errno
import os
import time
from pathlib import Path

import pytest
from portal_process import read

from portal import children as service_children
from portal.children import Child, ServiceLogs
from tests.servers import wait_for

pytestmark = pytest.mark.processes


class Unconcerned:
    """Stands in for the watchdog: these processes end by themselves."""

    def note_start(self, group):
        pass

    def note_end(self, group):
        pass


@pytest.fixture
def child(service, tmp_path):
    children = []

    def start(code, **more):
        logs = ServiceLogs(tmp_path / "log")
        children.append(Child(service(code, **more), Unconcerned(), logs))
        return children[-1]

    yield start
    for each in children:
        each.clear()


def die(child, times):
    """Let it die this many times, without the pauses."""

    def has_died():
        child.due = 0.0
        child.read()
        child.look()
        return child.deaths == times

    wait_for(has_died)


def test_first_deaths_are_a_line_each_with_a_growing_pause(child, capsys):
    die(child("raise SystemExit(3)"), 3)
    assert capsys.readouterr().out.splitlines() == [
        "sample stopped (exit code 3). Restarting in 0.2 s.",
        "sample stopped (exit code 3). Restarting in 0.4 s.",
        "sample stopped (exit code 3). Restarting in 0.8 s.",
    ]


def test_fifth_death_in_a_row_shows_the_last_lines(child, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    die(child("print('no such table'); raise SystemExit(1)"), 5)
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "sample stopped 5 times in a row (exit code 1). Last lines of its log:",
        "    no such table",
        "Retrying every 5 s. Full log: log/sample.log",
    ]


def test_later_deaths_are_silent_and_at_most_five_seconds_apart(child, capsys):
    dying = child("raise SystemExit(1)")
    die(dying, 5)
    capsys.readouterr()
    die(dying, 7)
    assert capsys.readouterr().out == ""
    assert 4 < dying.due - time.monotonic() <= 5


def test_service_that_runs_steadily_again_is_forgiven(child, capsys, monkeypatch):
    monkeypatch.setattr(service_children, "STEADY_SECONDS", 0.0)
    steady = child("import time; time.sleep(60)")
    steady.deaths = 5
    wait_for(lambda: steady.look() or steady.deaths == 0)
    assert capsys.readouterr().out == "sample is running again.\n"


def test_pool_left_by_a_dead_service_is_ended(child):
    parent = child("import os, time; pid = os.fork(); print(pid) if pid else time.sleep(60)")
    die(parent, 1)
    pid = parent.log.read_text().strip()
    wait_for(lambda: not read(Path("/proc") / pid / "cmdline"))


def test_problems_in_the_log_are_shown_and_other_lines_are_not(child, capsys):
    talking = child("print('all is well'); print('12:00 ERROR app: no disk'); print('x@%WARNINGS')")
    die(talking, 1)
    assert capsys.readouterr().out.splitlines()[0] == "sample: 12:00 ERROR app: no disk"
    assert talking.log.read_text() == "all is well\n12:00 ERROR app: no disk\nx@%WARNINGS\n"


def test_mail_is_shown_whole(child, capsys):
    mail = ["Content-Type: text/plain", "Subject: Password", "", "/reset/1", "-" * 79]
    die(child(f"print('before'); print({chr(10).join(mail)!r}); print('after')"), 1)
    assert capsys.readouterr().out.splitlines()[:-1] == [f"sample: {line}" for line in mail]


def test_log_that_cannot_be_written_is_reported_once_and_stops_nothing(child, capsys, monkeypatch):
    dying = child("print('a line of the sample')")
    full = ServiceLogs._append
    monkeypatch.setattr(ServiceLogs, "_append", fail_for_want_of_room)
    die(dying, 3)
    monkeypatch.setattr(ServiceLogs, "_append", full)
    dying.logs.failed_at -= 2 * service_children.STEADY_SECONDS
    die(dying, 5)
    said = [
        line
        for line in capsys.readouterr().out.splitlines()
        if line.startswith(("Cannot write the logs", "Logs are being written again."))
    ]
    assert said == [
        f"Cannot write the logs in {dying.log.parent}: No space left on device. Free up disk space.",
        "Logs are being written again.",
    ]
    assert dying.log.read_text() == "a line of the sample\n" * 2


def fail_for_want_of_room(*arguments, **options):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_process_that_cannot_be_started_is_retried_later(child, capsys, monkeypatch):
    dying = child("raise SystemExit(0)")
    popen = service_children.subprocess.Popen
    monkeypatch.setattr(service_children.subprocess, "Popen", fail_for_want_of_room)
    die(dying, 3)
    monkeypatch.setattr(service_children.subprocess, "Popen", popen)
    die(dying, 4)
    assert "not started: No space left on device" in capsys.readouterr().out.splitlines()[1]


def test_log_over_its_maximum_size_is_started_again(child, monkeypatch):
    monkeypatch.setattr(service_children, "MAX_LOG_BYTES", 10)
    dying = child("print('a line of the sample')")
    die(dying, 2)
    assert dying.log.read_text() == "a line of the sample\n"
    assert dying.log.with_suffix(".old.log").read_text() == "a line of the sample\n"
