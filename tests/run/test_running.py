import os
import signal
import socket
import subprocess
import sys

import pytest
from portal_process import Portal, environment

from portal.supervisor import is_free
from tests.servers import MAX_WAIT_SECONDS, ROOT, wait_for

SERVICES = {
    "broker": "valkey-server",
    "worker": "--hostname=live@%h",
    "later-worker": "--hostname=later@%h",
    "beat": "--quiet beat",
    "web": "-m granian",
}

pytestmark = pytest.mark.processes


def test_portal_that_is_ready_answers(shared_portal):
    assert shared_portal.get("/") == 200


def test_portal_that_is_ready_has_its_services(shared_portal):
    for word in SERVICES.values():
        assert shared_portal.processes(word), word


# The broker starts fastest.
@pytest.mark.parametrize(
    ("name", "word"),
    [
        pytest.param(*service, marks=[pytest.mark.heavy] * (service[0] != "broker"))
        for service in SERVICES.items()
    ],
)
def test_service_that_is_killed_is_restarted(shared_portal, name, word):
    wait_for(lambda: shared_portal.processes(word))
    before = shared_portal.processes(word)
    os.kill(before[0], signal.SIGKILL)
    wait_for(lambda: shared_portal.said(f"{name} stopped (SIGKILL). Restarting in 0.2 s."))
    wait_for(lambda: shared_portal.processes(word) and not set(before) & set(shared_portal.processes(word)))


@pytest.mark.heavy
def test_web_server_that_was_killed_answers_again(shared_portal):
    wait_for(lambda: shared_portal.get("/") == 200)
    os.kill(shared_portal.processes("granian")[0], signal.SIGKILL)
    wait_for(lambda: shared_portal.get("/") == 0)
    wait_for(lambda: shared_portal.get("/") == 200)


def test_warning_of_a_service_is_shown_and_kept(shared_portal):
    wait_for(lambda: shared_portal.get("/no-such-page") == 404)
    wait_for(lambda: shared_portal.said("web: "))
    assert "/no-such-page" in (shared_portal.var / "log" / "web.log").read_text()


def test_second_start_in_the_same_place_prints_one_line(shared_portal):
    second = Portal(shared_portal.var)
    assert second.supervisor.wait(MAX_WAIT_SECONDS) == 1
    line = f"The portal in this checkout is already running at http://localhost:{shared_portal.port}."
    assert second.terminal.read_text() == f"{line} Stop it first (Ctrl-C).\n"


def test_empty_port_is_the_default(shared_portal):
    argv = [sys.executable, "-m", "portal.supervisor"]
    second = subprocess.run(
        argv, cwd=ROOT, env=environment(shared_portal.var, ""), capture_output=True, text=True
    )
    assert second.stderr.startswith("The portal in this checkout is already running")


@pytest.mark.heavy
def test_remote_url_requested_in_another_terminal_has_the_port_of_the_portal(shared_portal):
    own = environment(shared_portal.var, shared_portal.port)
    del own["PORT"]
    argv = [sys.executable, "manage.py", "practice_remote", "learner@example.org", "first-repository"]
    address = subprocess.check_output(argv, cwd=ROOT, env=own, text=True)
    assert address.strip().endswith(f"@localhost:{shared_portal.port}/git/mlops/first-repository.git")


def test_port_in_use_prints_one_line_that_names_a_free_one(shared_portal, tmp_path):
    other = Portal(tmp_path / "var", shared_portal.port)
    assert other.supervisor.wait(MAX_WAIT_SECONDS) == 1
    text = other.terminal.read_text()
    assert text.startswith(
        f"Port {shared_portal.port} is in use or not allowed. Try another one: make run PORT="
    )
    assert text.count("\n") == 1
    assert not other.processes()


def test_port_is_in_use_if_somebody_else_has_it_on_the_other_localhost():
    with socket.socket(socket.AF_INET6) as other:
        try:
            other.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        other.listen()
        port = other.getsockname()[1]
        assert not is_free(port)
    assert is_free(port)


def test_port_that_is_not_a_number_prints_one_line(tmp_path):
    portal = Portal(tmp_path / "var", "80a")
    assert portal.supervisor.wait(MAX_WAIT_SECONDS) == 1
    assert portal.terminal.read_text() == (
        "PORT is 80a. It must be a number from 1 to 65535, for example: make run PORT=8001\n"
    )
