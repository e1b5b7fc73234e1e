"""Malicious servers: each is refused in a sentence, within its limit, and leaves nothing behind (A22, in conftest)."""

import os
import resource
import shutil
import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest

from labs.grader.fetching import bounded_process, upstream
from labs.grader.fetching.address import Address
from labs.grader.fetching.fetch import fetch, latest
from labs.grader.fetching.mirrors import hold
from labs.grader.fetching.network import Network
from labs.grader.fetching.refusals import FetchError, FetchRefusedError

from .conftest import LIMITS
from .server import GitServer

MEGABYTE = 1 << 20
QUICK = replace(LIMITS, seconds=3)


@pytest.fixture
def refusal(owner, tmp_path):
    """The refusal of an owner's repository, and the seconds that it took."""

    def refusal_of(name, limits=LIMITS):
        started = time.monotonic()
        with pytest.raises(FetchRefusedError) as caught:
            owner(name, limits)
        assert caught.value.message.isprintable()
        assert caught.value.message.endswith(".")
        assert not (tmp_path / "mirror.git").exists()
        return caught.value, time.monotonic() - started

    return refusal_of


def ask_git(url, *settings):
    """Run the git of a fetch on a URL that no address rule has checked."""
    options = [part for setting in settings for part in ("-c", setting)]
    argv = [shutil.which("git"), *options, "ls-remote", url]
    deadline = time.monotonic() + 5
    return bounded_process.run(
        argv, cwd=Path("/"), environment=upstream._ENVIRONMENT, limits=LIMITS, deadline=deadline
    )


@pytest.mark.parametrize(
    ("case", "url"),
    [
        ("a01", "ext::sh -c 'touch {marker}'"),
        ("a02", "file://{marker}"),
        ("a02", "{marker}"),
        ("a03", "ssh://host.test/-oProxyCommand=touch%20{marker}"),
        ("plain http", "http://git.test/good/lab.git"),
        ("git", "git://git.test/good/lab.git"),
    ],
)
def test_a01_to_a03_are_refused_by_git_itself_too(case, url, tmp_path):
    marker = tmp_path / "ran"
    ended = ask_git(url.format(marker=marker))
    assert "not allowed" in ended.messages and ended.status == 128
    assert not marker.exists()


def test_a04_an_option_in_place_of_a_url_starts_nothing(tmp_path):
    ended = ask_git(f"--upload-pack=touch {tmp_path / 'ran'}", "protocol.allow=always")
    assert ended.status and not (tmp_path / "ran").exists()


def test_a05_credentials_in_a_url_are_refused_by_git_itself_too():
    ended = ask_git("https://user:secret@git.test/a/b.git", "transfer.credentialsInUrl=die")
    assert "plaintext credentials" in ended.messages


@pytest.fixture
def elsewhere(server, tmp_path):
    """A second server, to which the first one redirects."""
    other = GitServer(server.root, server.certificate, server.certificate.with_name("key.pem"))
    server.elsewhere = f"https://127.0.0.1:{other.server_port}"
    yield other
    other.shutdown()
    other.server_close()


@pytest.mark.parametrize("name", ["astray", "moved", "disk"])
def test_a06_a_redirect_is_not_followed(refusal, elsewhere, server, name):
    error, _ = refusal(name)
    assert error.code == "moved"
    assert (
        f"`{server.host}/{name}/lab` redirects to a different URL: it was renamed or moved." in error.message
    )
    assert elsewhere.requests == []
    assert all(path.startswith(f"/{name}/") for _, path in server.requests)


def test_a06_the_trap_does_spring_if_redirects_are_followed(elsewhere, server):
    pin = f"http.curloptResolve={server.host}:127.0.0.1"
    ask_git(f"https://{server.host}/astray/lab.git", pin, f"http.sslCAInfo={server.certificate}")
    assert elsewhere.requests != []


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1"])
def test_a07_a_host_in_a_private_network_is_not_asked(learner, server, address):
    private = Network(lambda host, port: [address], ca_file=server.certificate)
    with hold(learner.mirror) as mirror, pytest.raises(FetchRefusedError) as caught:
        fetch(learner.address, mirror, network=private)
    assert caught.value.code == "host_not_public"
    assert server.requests == []


def test_a08_the_address_that_was_checked_is_the_one_that_is_used(learner, server, network):
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    learner.commit(a="a")
    learner.push()
    with hold(learner.mirror) as mirror:
        fetch(learner.address, mirror, LIMITS, network=replace(network, resolve=lambda *a: next(answers)))
    # on one connection or two: either way there would have been a second request
    assert len(server.requests) == 2
    assert next(answers) == ["10.0.0.1"]
    with pytest.raises(OSError, match=r"not known|resolution|No address"):
        socket.getaddrinfo("git.test", 443)


@pytest.mark.parametrize("name", ["locked", "nothing"])
def test_a09_a_repository_that_is_not_public_is_reported_as_private_or_misspelt(refusal, server, name):
    error, seconds = refusal(name)
    assert error.code == "not_found" and seconds < 30
    assert error.message.startswith(
        f"`{server.host}/{name}/lab` was not found. It is private, was renamed or is misspelled. "
    )
    assert len(server.requests) <= 2


def test_a11_an_endless_pack_ends_at_the_size_limit(refusal, monkeypatch):
    sizes = []
    measure = bounded_process.bytes_in
    monkeypatch.setattr(
        bounded_process, "bytes_in", lambda folder: sizes.append(measure(folder)) or sizes[-1]
    )
    error, seconds = refusal("endless", replace(LIMITS, bytes=20 * MEGABYTE))
    assert error.code == "too_big" and seconds < 30
    assert "is larger than 20 MB" in error.message
    assert 0 < max(sizes) <= 20 * MEGABYTE + 10_000


def test_a11_the_disk_is_watched_even_if_no_single_file_is_too_large(refusal, monkeypatch):
    monkeypatch.setattr(bounded_process, "bytes_in", lambda folder: 61 * MEGABYTE)
    error, seconds = refusal("endless", replace(LIMITS, seconds=10))
    assert error.code == "too_big" and seconds < 30


def test_a12_a_claim_of_two_billion_objects_is_refused_within_the_memory_limit(refusal):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    error, seconds = refusal("huge")
    assert error.code == "too_big" and seconds < 30
    # the maximum of all children of this process, including those of earlier tests
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= max(before, 512 * 1024)


@pytest.mark.heavy
@pytest.mark.parametrize("name", ["bomb", "refs"])
def test_a13_branches_without_end_are_too_many(refusal, name):
    error, seconds = refusal(name, replace(LIMITS, memory=256 * MEGABYTE))
    assert error.code == "too_many_refs" and seconds < 30


def test_a13_a_list_of_branches_over_the_size_limit_is_too_many(learner):
    learner.commit(a="a")
    learner.push()
    with pytest.raises(FetchRefusedError) as caught:
        learner.fetch(limits=replace(LIMITS, listing=20))
    assert caught.value.code == "too_many_refs"


def test_a14_a_drip_ends_when_next_to_nothing_arrived_for_some_seconds(refusal):
    error, seconds = refusal("drip", replace(LIMITS, low_speed_seconds=2))
    assert error.code == "slow_host" and seconds < 30


@pytest.mark.parametrize("name", ["drip", "silent"])
def test_a14_a_slow_server_ends_at_the_deadline(refusal, server, name):
    error, seconds = refusal(name, replace(QUICK, seconds=1.5))
    assert error.code == "slow_host" and seconds < 30
    assert error.message.startswith(f"`{server.host}` did not send `{server.host}/{name}/lab` within 1.5 s")


def test_a15_endless_noise_is_cut(refusal):
    error, seconds = refusal("noise")
    assert error.code == "noise" and seconds < 30


def test_a15_words_of_the_server_are_not_mistaken_for_words_of_git(refusal):
    error, _ = refusal("loud")
    assert error.code == "damaged"
    assert "31m" not in error.message and "unheard" not in error.message


@pytest.mark.parametrize("name", ["garbage", "wrong"])
def test_an_invalid_pack_is_damaged(refusal, name):
    error, _ = refusal(name)
    assert error.code == "damaged"


@pytest.mark.parametrize("name", ["broken"])
def test_a_server_error_counts_as_no_answer(refusal, server, name):
    error, _ = refusal(name)
    assert error.code == "dead_host"
    assert error.message.startswith(f"`{server.host}` did not respond. ")


def test_a_closed_port_counts_as_no_answer(tmp_path, network):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = Address(f"git.test:{taken.getsockname()[1]}", "good", "lab")
        with hold(tmp_path / "mirror.git") as mirror, pytest.raises(FetchRefusedError) as caught:
            fetch(address, mirror, LIMITS, network=network)
    assert caught.value.code == "dead_host"


def test_an_untrusted_certificate_is_our_fault(learner, network):
    with pytest.raises(FetchError, match="certificate"):
        latest(learner.address, network=replace(network, ca_file=None))


def test_missing_git_is_our_fault(learner, network, monkeypatch):
    monkeypatch.setattr(
        upstream.shutil, "which", lambda name: None if name in ("setpriv", "prlimit") else name
    )
    monkeypatch.setattr(bounded_process.sys, "executable", "/nonexistent/python")
    with pytest.raises(FetchError, match="could not start git"):
        latest(learner.address, network=network)


def test_no_setting_of_the_machine_is_read(learner, network, monkeypatch, tmp_path):
    (tmp_path / ".gitconfig").write_text('[url "https://evil.test/"]\n insteadOf = https://git.test\n')
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / ".gitconfig"))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    learner.commit(a="a")
    learner.push()
    assert latest(learner.address, network=network).branch == "main"
    assert "HOME" in os.environ
