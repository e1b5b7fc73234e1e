"""One look-up, every address of which must be public."""

import socket
import threading

import pytest

from labs.grader.fetching import network as network_module
from labs.grader.fetching.network import Network, is_public, look_up
from labs.grader.fetching.refusals import FetchRefusedError

PRIVATE = (
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
    *("224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1"),
    *("::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "git.test", ""),
)


@pytest.mark.parametrize("address", PRIVATE)
def test_a07_an_address_that_is_not_public_is_refused(address):
    assert not is_public(address)
    with pytest.raises(FetchRefusedError) as caught:
        Network(lambda host, port: ["140.82.121.4", address]).pin("github.com")
    assert caught.value.code == "host_not_public"
    assert (
        caught.value.message
        == "`github.com` resolves to an IP address that is not public, which is not allowed."
    )


def test_all_public_addresses_of_a_name_are_pinned_with_the_port():
    network = Network(lambda host, port: ["2606:50c0:8000::153", "140.82.121.4"])
    assert network.pin("github.com") == "github.com:443:140.82.121.4,2606:50c0:8000::153"
    assert network.pin("github.com:8443").startswith("github.com:8443:")


def test_a_name_that_nobody_knows_is_a_dead_host():
    with pytest.raises(FetchRefusedError) as caught:
        Network(lambda host, port: []).pin("github.com")
    assert caught.value.code == "dead_host"


def test_a_look_up_gives_all_addresses_and_none_for_an_unknown_name(monkeypatch):
    assert "127.0.0.1" in look_up("localhost", 443)
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *a, **k: (_ for _ in ()).throw(socket.gaierror("unknown"))
    )
    assert look_up("no.test", 443) == frozenset()


def test_a_look_up_that_nobody_answers_ends_within_its_time_limit(monkeypatch):
    monkeypatch.setattr(network_module, "LOOK_UP_SECONDS", 0.1)
    may_end, ended = threading.Event(), threading.Event()

    def answer(*arguments: object, **more: object) -> list[object]:
        may_end.wait(60)
        ended.set()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    assert look_up("slow.test", 443) == frozenset()
    assert not ended.is_set()
    may_end.set()
