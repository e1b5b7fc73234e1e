"""The main job through the services of docker-compose.yml, and their behaviour when one of them is gone."""

import gzip
import http.client
import json
import re
import shutil
import socket

import brotli
import pytest
import redis

from labs.models import State, Submission
from labs.repositories import ref_files
from portal.accounts.models import User
from tests.production.conftest import PASSWORD
from tests.production.files import VALUES, commands
from tests.servers import wait_for

pytestmark = [pytest.mark.postgres, pytest.mark.processes, pytest.mark.heavy]

HOST = VALUES["ALLOWED_HOSTS"]
TITLE = "Describe the billing system for the shop"


class Browser:
    """A visitor behind the proxy: its headers, and the cookies."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> http.client.HTTPResponse:
        """The response with its `content`; `Accept_Encoding="br"` is sent as Accept-Encoding."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        sent = {"Host": HOST, "X-Forwarded-Proto": "https", "Referer": f"https://{HOST}{path}"}
        sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        response.content = response.read()
        connection.close()
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return response

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        return self.ask("GET", path, **headers)


@pytest.fixture
def browser(running) -> Browser:
    return Browser(running.port)


def submission(learner) -> Submission:
    return Submission.objects.filter(enrollment=learner).latest("number")


def wait_until_graded(running, learner) -> Submission:
    def graded() -> bool:
        running.restart()
        return submission(learner).state == State.GRADED

    wait_for(graded, what="the submission is graded")
    return submission(learner)


def readiness(browser: Browser) -> tuple[int, dict[str, str]]:
    answer = browser.get("/readyz")
    return answer.status, json.loads(answer.content)


def lost(said: dict[str, str]) -> dict[str, str]:
    # how full the disk is depends on the machine
    return {name: words for name, words in said.items() if name not in ("status", "disk") and words != "ok"}


# --- the main job ---------------------------------------------------------------------------------------------------


def test_learner_signs_in_pushes_a_mistake_and_then_the_fix(running, browser, learner, clone):
    browser.get("/accounts/login/")
    form = f"login={learner.user.email}&password={PASSWORD}&csrfmiddlewaretoken={browser.cookies['__Host-csrftoken']}"
    answer = browser.ask("POST", "/accounts/login/", form)
    assert (answer.status, "__Host-sessionid" in browser.cookies) == (302, True)

    clone.commit("update", content=b"# Billing\n")
    code, said = clone.push()
    assert code == 0
    assert "Fix this first" in said
    assert wait_until_graded(running, learner).reports.get().passed is False
    address = re.search(rf"https://{HOST}(/submissions/\S+/)", said)[1]
    assert "Fix this first" in browser.get(address).content.decode()

    clone.git("commit", "--quiet", "--amend", "-m", TITLE)
    clone.commit("Ignore the file that holds secrets", ".gitignore", b".env\n")
    clone.commit("List the modules of the billing system", content=b"# Billing\n\n- Inventory\n")
    code, said = clone.push("--force", "main")
    assert code == 0
    assert wait_until_graded(running, learner).reports.get().passed is True, said


def test_static_files_are_hashed_compressed_and_cached_forever(browser):
    page = browser.get("/accounts/login/").content.decode()
    style = re.search(r'href="(/static/css/base\.[0-9a-f]{12}\.css)"', page)[1]
    plain, small, zipped = (browser.get(style, Accept_Encoding=name) for name in ("identity", "br", "gzip"))
    assert (plain.status, plain.headers["Content-Encoding"]) == (200, None)
    assert brotli.decompress(small.content) == gzip.decompress(zipped.content) == plain.content
    assert len(small.content) < len(plain.content) / 2
    assert "immutable" in plain.headers["Cache-Control"]


def test_plain_http_is_redirected_to_https_with_hsts(browser):
    answer = browser.get("/", X_Forwarded_Proto="http")
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/")
    seconds = re.match(
        r"max-age=(\d+); includeSubDomains", browser.get("/").headers["Strict-Transport-Security"]
    )[1]
    assert int(seconds) >= 365 * 24 * 3600


def test_first_administrator_and_instructor_are_made_as_the_documentation_says(running):
    """The fixture typed the commands of *Start*."""
    made = {user.email: (user.is_superuser, user.is_staff) for user in User.objects.filter(is_staff=True)}
    assert made == {"you@example.org": (True, True), "teacher@example.org": (False, True)}


# --- health ---------------------------------------------------------------------------------------------------------


def test_health_is_asked_from_beside_the_proxy(browser):
    answers = [browser.get(path, X_Forwarded_Proto="http") for path in ("/healthz", "/readyz")]
    assert [answer.status for answer in answers] == [200, 200]
    health, ready = (json.loads(answer.content) for answer in answers)
    assert health == {"status": "ok"}
    assert lost(ready) == {}


def test_broker_refuses_clients_without_a_password(running):
    with socket.create_connection(running.broker) as stranger:
        stranger.sendall(b"PING\r\n")
        assert stranger.recv(64).startswith(b"-NOAUTH")


def test_broker_keeps_its_messages_across_a_restart(running):
    host, port = running.broker
    with redis.Redis(host, port, password=VALUES["REDIS_PASSWORD"]) as client:
        client.set("kept", "yes")
        assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
    assert running.stop("redis") == 0
    running.start("redis")
    with redis.Redis(host, port, password=VALUES["REDIS_PASSWORD"]) as client:
        assert wait_for(lambda: answers(client) and client.get("kept"), what="the broker is back") == b"yes"


def answers(client: redis.Redis) -> bool:
    try:
        return client.ping()
    except redis.ConnectionError:
        return False


def test_portal_without_its_broker_is_degraded_and_still_accepts_pushes(running, browser, learner, clone):
    running.kill("redis")
    status, said = readiness(browser)
    assert (status, said["status"]) == (200, "degraded")
    assert "The broker does not respond." in said["broker"]
    assert browser.get("/accounts/login/").status == 200

    shutil.rmtree(running.folder / "data")
    (running.folder / "data").mkdir()
    clone.commit()
    code, terminal = clone.push()
    assert code == 0
    assert "Still grading." in terminal
    running.start("redis")
    wait_until_graded(running, learner)
    assert lost(readiness(browser)[1]) == {}


# --- stored data ----------------------------------------------------------------------------------------------------


def test_services_end_cleanly_and_a_backup_restores_their_data(running, learner, clone):
    head = clone.commit()
    clone.push()
    graded = wait_until_graded(running, learner)
    dump, pack, _, *restore, _ = commands("Back up").splitlines()
    running.wait_until_healthy("worker")
    running.types(f"{dump}\n{pack}")
    ended = {name: running.stop(name) for name in ("web", "worker", "later-worker", "beat")}
    assert set(ended.values()) == {0}, running.log("worker")
    Submission.objects.filter(enrollment=learner).delete()
    for folder in running.var.iterdir():
        shutil.rmtree(folder)

    said = running.types("\n".join(restore))
    assert "Pushes recorded: 0. Missing folders: 0. Folders of other repositories: 0." in said
    restored = submission(learner)
    assert (restored.public_id, restored.head, restored.reports.count()) == (graded.public_id, head, 1)
    assert ref_files.read_refs(restored.receipt.repository.path) == {"refs/heads/main": head}


def test_services_write_nothing_into_their_image(production):
    assert production.files() == production.built
