"""Fetches and clones from the practice remote: how many at once, how large, and what is reported if git fails.

Real fetches by git from Django's own test server.
"""

import base64
import random
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest

from labs.models import Repository
from labs.practice import turns
from labs.practice.turns import hold_turn
from labs.repositories import bare
from tests.factories import make_lab
from tests.labs.conftest import PASSABLE
from tests.labs.git_client import Clone

pytestmark = pytest.mark.django_db(transaction=True)
KILOBYTE = 1024
WAIT = "Another fetch of yours is in progress. Wait until it ends, then fetch again."


@pytest.fixture
def lab():
    return make_lab(source=PASSABLE)


@pytest.fixture
def join(join):
    """As in conftest, with one commit pushed."""

    def pushed(name: str) -> Clone:
        clone = join(name)
        clone.commit()
        assert clone.push()[0] == 0
        clone.repository = Repository.objects.get(enrollment=clone.enrollment)
        return clone

    return pushed


def cloned(clone: Clone, name: str, protocol: int = 2) -> tuple[int, str]:
    """git's exit code and its output, without line breaks."""
    asked = clone.git(
        "-c", f"protocol.version={protocol}", "clone", "--quiet", clone.address, f"../{name}", check=False
    )
    return asked.returncode, " ".join(asked.stderr.decode().split())


def ask(clone: Clone, path: str, body: bytes | None = None) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the response to one of git's requests."""
    parts = urlsplit(clone.address)
    token = base64.b64encode(f"x:{parts.password}".encode()).decode()
    request = urllib.request.Request(
        f"{parts.scheme}://{parts.hostname}:{parts.port}{parts.path}/{path}",
        data=body,
        headers={
            "Authorization": f"Basic {token}",
            "Content-Type": "application/x-git-upload-pack-request",
            "Git-Protocol": "version=2",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


LS_REFS = b"0014command=ls-refs\n00010000"


# --- at once --------------------------------------------------------------------------------------------------------


def test_fetches_of_one_learner_at_once_leave_threads_to_others(join):
    greedy, other = join("greedy"), join("other")
    with hold_turn(greedy.repository, "fetch"), hold_turn(greedy.repository, "fetch"):
        code, said = cloned(greedy, "third")
        assert (code, WAIT in said) == (128, True), said
        status, headers, text = ask(greedy, "info/refs?service=git-upload-pack")
        assert (status, headers["Retry-After"], text.decode().strip()) == (503, "10", WAIT)
        status, _, answer = ask(greedy, "git-upload-pack", LS_REFS)
        assert (status, answer[4:].decode()) == (200, f"ERR {WAIT}")
        assert cloned(other, "others") == (0, "")
        greedy.commit("Pushes have turns of their own")
        assert greedy.push()[0] == 0
    assert cloned(greedy, "now") == (0, "")
    assert not turns._running


def test_each_git_process_of_a_fetch_takes_a_turn(join, monkeypatch):
    clone, held = join("work"), []
    run = bare._run_git

    def counted(*arguments, **options):
        held.append(dict(turns._running))
        return run(*arguments, **options)

    monkeypatch.setattr(bare, "_run_git", counted)
    assert cloned(clone, "copy") == (0, "")
    assert held == [{("fetch", clone.repository.enrollment_id): 1}] * 3
    assert not turns._running


# --- size -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", [pytest.param(0, marks=pytest.mark.heavy), 2])
def test_repository_within_its_quota_is_cloned_however_small_one_push_may_be(settings, join, protocol):
    settings.PRACTICE_MAX_BYTES = 600 * KILOBYTE
    settings.PRACTICE_QUOTA_BYTES = 3000 * KILOBYTE
    clone = join("work")
    for number in range(5):
        content = random.Random(number).randbytes(550 * KILOBYTE)
        head = clone.commit(f"Add {number}", f"data-{number}.bin", content)
        assert clone.push()[0] == 0
    assert cloned(clone, "copy", protocol) == (0, "")
    copy = clone.folder.parent / "copy"
    assert clone.git("-C", str(copy), "rev-parse", "HEAD").stdout.decode().strip() == head
    assert clone.git("-C", str(copy), "fsck", "--strict").returncode == 0


# --- where git fails ------------------------------------------------------------------------------------------------


def test_truncated_pack_is_our_fault_and_not_a_success(join, caplog):
    clone = join("work")
    for path, size in (("data.bin", 100 * KILOBYTE), ("small.bin", 100)):
        clone.commit(path=path, content=random.Random(1).randbytes(size))
        assert clone.push()[0] == 0
    pack = max(bare.packs(clone.repository.path), key=lambda pack: pack.stat().st_size)
    pack.chmod(0o600)
    pack.write_bytes(pack.read_bytes()[: 50 * KILOBYTE])
    code, said = cloned(clone, "copy")
    assert (code, "HTTP 500" in said) == (128, True), said
    assert f"git upload-pack exited with status 128 in {clone.repository.path}" in caplog.text


@pytest.mark.parametrize(
    ("argv", "seconds", "room", "status", "words"),
    [
        (["false"], 60, 0, 500, "Your repository on the portal is damaged. That is our fault."),
        (["false"], 60, 1 << 60, 503, "The portal has no disk space left. That is our fault"),
        (["sleep", "60"], 0.2, 0, 503, "The portal took too long to send your repository."),
    ],
)
def test_failure_of_git_is_reported_in_words_and_logged(
    join, monkeypatch, caplog, argv, seconds, room, status, words
):
    clone = join("work")
    monkeypatch.setattr(bare, "_argv", lambda *arguments, **options: argv)
    monkeypatch.setattr(bare, "GIT_SECONDS", seconds)
    monkeypatch.setattr(bare, "NO_ROOM_BYTES", room)
    code, said = cloned(clone, "copy")
    assert (code, words in said) == (128, True), said
    for path, body in (("info/refs?service=git-upload-pack", None), ("git-upload-pack", LS_REFS)):
        caplog.clear()
        answered, headers, text = ask(clone, path, body)
        assert (answered, words in text.decode()) == (status, True), text
        assert headers.get("Retry-After") == ("10" if status == 503 else None)
        assert "labs.practice.access" in {record.name for record in caplog.records}


def test_message_of_git_about_a_request_reaches_the_client(join):
    clone = join("work")
    asked = b"0011command=fetch0001" + b"0032want " + b"1" * 40 + b"\n" + b"0009done\n" + b"0000"
    status, _, answer = ask(clone, "git-upload-pack", asked)
    assert (status, b"ERR upload-pack: not our ref" in answer) == (200, True), answer
