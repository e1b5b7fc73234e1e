"""Requests that git's own client would not send: broken packs, compressed bodies, clients with fewer capabilities."""

import base64
import gzip
import http.client
from urllib.parse import urlsplit

import pytest

from labs.models import Submission
from labs.practice.packets import FLUSH, packet

pytestmark = pytest.mark.processes

ZEROS = "0" * 40
TYPE = "application/x-git-receive-pack-request"


def command(
    new: str, ref: str = "refs/heads/main", capabilities: str = "report-status side-band-64k"
) -> bytes:
    return packet(f"{ZEROS} {new} {ref}\0 {capabilities}\n".encode()) + FLUSH


@pytest.fixture
def pack(clone):
    """A commit and the bytes of a pack that contains it."""
    head = clone.commit()
    return head, clone.output("pack-objects", "--revs", "--stdout", "-q", stdin=f"{head}\n".encode())


@pytest.fixture
def post(address):
    def post(body: bytes, content_type: str = TYPE, **headers: str) -> tuple[int, bytes]:
        parts = urlsplit(address)
        login = base64.b64encode(f"{parts.username}:{parts.password}".encode()).decode()
        own = {"Authorization": f"Basic {login}", "Content-Type": content_type}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        connection.request("POST", f"{parts.path}/git-receive-pack", body, {**own, **named})
        response = connection.getresponse()
        return response.status, response.read()

    return post


def test_broken_pack_is_refused_by_git_and_leaves_nothing(learner, clone, pack, post):
    head, content = pack
    status, answer = post(command(head) + content[:-30])
    assert status == 200
    assert not Submission.objects.filter(enrollment=learner).exists()
    assert b"ng refs/heads/main unpacker error" in answer
    assert clone.output("ls-remote", "portal") == b""


def test_pack_without_the_commit_is_refused(learner, pack, post):
    _, content = pack
    assert b"ng refs/heads/main missing necessary objects" in post(command("1" * 40) + content)[1]
    assert not Submission.objects.filter(enrollment=learner).exists()


def test_gzip_body_is_accepted(learner, pack, post):
    head, content = pack
    packed = gzip.compress(command(head) + content)
    status, answer = post(packed, Content_Encoding="gzip", Expect="100-continue")
    assert status == 200
    assert b"ok refs/heads/main" in answer
    assert b"Submission 1 received." in answer
    assert Submission.objects.get(enrollment=learner).head == head


@pytest.mark.heavy
def test_gzip_bomb_is_refused_at_the_cap(pack, post):
    head, _ = pack
    bomb = gzip.compress(command(head) + bytes(200 << 20), compresslevel=1)
    assert b"ng refs/heads/main larger than 6 MB" in post(bomb, Content_Encoding="gzip")[1]


def test_body_that_is_not_gzip_is_refused(post):
    status, answer = post(b"not valid gzip", Content_Encoding="gzip")
    assert (status, answer[:27]) == (400, b"The push could not be read:")


def test_body_without_packets_is_refused(post):
    assert post(b"no packets at all") == (
        400,
        b"The push could not be read: a packet does not start with its length.\n",
    )


def test_client_without_sideband_gets_only_the_answer_of_git(learner, pack, post):
    head, content = pack
    answer = post(command(head, capabilities="report-status") + content)[1]
    assert answer == packet(b"unpack ok\n") + packet(b"ok refs/heads/main\n") + FLUSH
    assert Submission.objects.filter(enrollment=learner).exists()


def test_refusal_to_a_client_without_sideband_is_only_a_report(pack, post):
    head, _ = pack
    answer = post(command(head, capabilities="report-status") + bytes(7 << 20))[1]
    assert answer.startswith(packet(b"unpack larger than 6 MB\n"))
    assert answer.endswith(FLUSH)


def test_ref_that_looks_like_an_option_is_refused_and_runs_nothing(pack, post):
    head, content = pack
    assert b"ng --exec=touch funny refname" in post(command(head, "--exec=touch") + content)[1]


def test_form_of_a_browser_is_refused(post):
    assert post(b"0000", content_type="text/plain")[0] == 415


def test_empty_request_gits_probe_of_a_token_changes_nothing(post):
    assert post(FLUSH) == (200, b"")
