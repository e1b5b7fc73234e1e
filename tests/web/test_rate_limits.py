"""W13, F9: limits by IP address, behind a proxy and without one."""

from itertools import count

import pytest
from django.contrib.auth import get_user
from django.test import Client

from portal import checks
from tests.factories import make_user

pytestmark = pytest.mark.django_db

EMAIL, PASSWORD = "ada@example.org", "correct horse battery"
numbers = count(1)


@pytest.fixture
def behind_proxy(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1


def visitor(forwarded: str, address: str = "10.0.0.1") -> Client:
    return Client(REMOTE_ADDR=address, headers={"X-Forwarded-For": forwarded})


def sign_up(client) -> int:
    form = {"email": f"learner{next(numbers)}@example.org", "password1": "a phrase of its own 7"}
    return client.post("/accounts/signup/", form).status_code


def is_let_in(client, password=PASSWORD) -> bool:
    client.post("/accounts/login/", {"login": EMAIL, "password": password})
    return get_user(client).is_authenticated


def test_26_learners_behind_one_proxy_sign_up_within_a_minute(behind_proxy):
    assert [sign_up(visitor(f"198.51.100.{number}")) for number in range(26)] == [302] * 26


@pytest.mark.heavy
def test_one_who_signs_up_again_and_again_is_stopped_whatever_they_write(behind_proxy):
    """The proxy appends the address that it saw; anything before it was made up by the client."""
    answers = [sign_up(visitor(f"203.0.113.{number}, 198.51.100.7")) for number in range(26)]
    assert answers == [302] * 20 + [429] * 6


def test_without_a_proxy_the_header_is_not_trusted(settings):
    """W13."""
    answers = [sign_up(visitor(f"198.51.100.{number}")) for number in range(26)]
    assert answers == [302] * 20 + [429] * 6


@pytest.mark.parametrize("proxies", [0, 1])
def test_wrong_passwords_by_strangers_do_not_lock_out_the_owner_of_the_account(settings, proxies):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    make_user(EMAIL, password=PASSWORD)

    def somebody(number: int) -> Client:
        address = f"198.51.100.{number}"
        return visitor(address) if proxies else Client(REMOTE_ADDR=address)

    assert not any(is_let_in(somebody(number // 4), "wrong") for number in range(11))
    assert is_let_in(somebody(9))


def test_sixth_wrong_password_from_one_address_is_the_last(behind_proxy):
    """W13."""
    make_user(EMAIL, password=PASSWORD)
    for number in range(5):
        assert not is_let_in(visitor(f"203.0.113.{number}, 198.51.100.7"), "wrong")
    assert not is_let_in(visitor("203.0.113.9, 198.51.100.7"))
    assert is_let_in(visitor("198.51.100.8"))


def test_request_that_bypassed_the_proxy_has_the_address_that_connected(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    for header in ("198.51.100.1", "nonsense, nonsense", ""):
        assert [sign_up(visitor(header, f"10.0.0.{number}")) for number in range(3)] == [302] * 3


@pytest.mark.parametrize(
    ("behind", "proxies", "words"),
    [
        (True, 0, "BEHIND_TLS_PROXY is set without TRUSTED_PROXY_COUNT"),
        (False, 1, "TRUSTED_PROXY_COUNT is set without BEHIND_TLS_PROXY"),
        (True, -1, "TRUSTED_PROXY_COUNT is -1. It must be at least 0."),
    ],
)
def test_settings_that_contradict_each_other_are_reported(settings, behind, proxies, words):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if behind else None
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    (error,) = checks.proxies_are_counted()
    assert (error.id, error.msg.startswith(words)) == ("portal.E006", True)
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = int(behind)
    assert checks.proxies_are_counted() == []
