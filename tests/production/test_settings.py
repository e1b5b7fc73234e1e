"""Invalid settings: each is reported in one line before anything starts."""

import os
import subprocess
import sys
from email.utils import formataddr

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from portal.checks import RANGES, TAG
from portal.typed import Env
from tests.run_all import SETTINGS
from tests.servers import ROOT

UNREADABLE = {
    "PORT": "abc",
    "PUSHES_PER_HOUR": "x",
    "GRADING_LEASE_SECONDS": "soon",
    "DEBUG": "perhaps",
    "DATABASE_URL": "nonsense",
    "EMAIL_URL": "smtp://mail.example.org:port",
    "LOG_LEVEL": "LOUD",
}


def found() -> list[str]:
    faults = checks.run_checks(tags=[TAG])
    return [fault.msg for fault in faults if fault.id == "portal.E010"]


def test_each_number_has_a_range_and_is_reported_outside_it(settings):
    assert found() == []
    numbers = {name for name in SETTINGS if type(getattr(settings, name, None)) in {int, float}}
    assert numbers == {name for name, _, _ in RANGES}
    for name, minimum, maximum in RANGES:
        usual = getattr(settings, name)
        for wrong in (-5, minimum - 1, maximum + 1, float("nan")):
            setattr(settings, name, wrong)
            assert [line.startswith(f"{name} is {wrong}. It must be from ") for line in found()] == [True]
        for right in (minimum, usual):
            setattr(settings, name, right)
            assert found() == [], (name, right)


def test_stores_in_one_another_are_reported(settings, tmp_path):
    def reports() -> list[str]:
        return [fault.msg for fault in checks.run_checks(tags=[TAG]) if fault.id == "portal.E013"]

    assert reports() == []
    settings.GRADED_ROOT = settings.PRACTICE_ROOT / "graded"
    assert len(reports()) == 1 and reports()[0].startswith("GRADED_ROOT (")
    (tmp_path / "link").symlink_to(settings.PRACTICE_ROOT)
    settings.GRADED_ROOT = tmp_path / "link"  # the same folder by another path
    assert [line.split()[0] for line in reports()] == ["GRADED_ROOT"]
    settings.GRADED_ROOT = f"{settings.PRACTICE_ROOT}-graded"
    assert reports() == []


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("SITE_NAME", "Two\nlines", "Kurse für alle"),
        ("SITE_NAME", " ", "P"),
        ("DEFAULT_FROM_EMAIL", "a@example.org\r\nBcc: b@example.org", formataddr(("Für", "a@example.org"))),
        ("HELP_EMAIL", "ask us", "staff@example.org"),
        ("REDIS_URL", "http://x", "redis://:secret@broker.example.org:6379/0"),
        ("REDIS_URL", "broker:6379", "rediss://broker.example.org"),
    ],
)
def test_invalid_text_is_reported(settings, name, wrong, right):
    setattr(settings, name, wrong)
    (line,) = found()
    assert line.startswith(f"{name} ")
    setattr(settings, name, right)
    assert found() == []


@pytest.mark.parametrize(
    ("address", "is_right"),
    [
        ("https://models.example.org/v1", True),
        ("http://127.0.0.1:11434/v1", True),
        ("http://model:8080", True),
        ("http://models.example.org/v1", False),
        ("https://user:secret@models.example.org", False),
        ("https://models.example.org:x/", False),
        ("https://models.example.org/v1?key=x", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_the_address_of_a_model_is_checked(settings, address, is_right):
    settings.NOTES_MODEL_URL, settings.NOTES_MODEL_NAME = address, "small"
    faults = [fault.msg for fault in checks.run_checks(tags=[TAG]) if fault.id == "portal.E011"]
    assert (faults == []) == is_right
    assert "secret" not in "".join(faults)


RSA = (
    generate_private_key(65537, 2048)
    .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    .decode()
)
APP = {"ID": "7", "SLUG": "portal", "PRIVATE_KEY": RSA, "WEBHOOK_SECRET": "s"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, []),
        ({f"APP_{name}": value for name, value in APP.items()}, []),
        (
            {"APP_ID": "7", "APP_SLUG": "portal"},
            ["The GitHub App also needs GITHUB_APP_PRIVATE_KEY, GITHUB_APP_W"],
        ),
        ({"CLIENT_SECRET": "secret"}, ["Signing in with GitHub also needs GITHUB_CLIENT_ID."]),
        ({f"APP_{name}": value for name, value in APP.items()} | {"APP_ID": "seven"}, ["GITHUB_APP_ID must"]),
        (
            {f"APP_{name}": value for name, value in APP.items()} | {"APP_PRIVATE_KEY": RSA[:300]},
            ["GITHUB_APP_PRIVATE_KEY is not"],
        ),
        ({"API_URL": "http://api.github.com"}, ["GITHUB_API_URL must be a URL that starts with https://"]),
        ({"WEB_URL": "https://user:secret@github.com"}, ["GITHUB_WEB_URL must be a URL"]),
        ({"WEB_URL": "http://127.0.0.1:9000", "DEBUG": False}, ["GITHUB_WEB_URL must be a URL"]),
        ({"WEB_URL": "http://127.0.0.1:9000", "DEBUG": True}, []),
    ],
)
def test_a_part_of_github_is_set_up_whole_or_not_at_all(settings, changes, words):
    for name, value in changes.items():
        setattr(settings, name if name == "DEBUG" else f"GITHUB_{name}", value)
    faults = [fault.msg for fault in checks.run_checks(tags=[TAG]) if fault.id == "portal.E012"]
    assert len(faults) == len(words)
    assert all(fault.startswith(start) for fault, start in zip(faults, words, strict=True)), faults
    assert "secret" not in "".join(faults)


@pytest.mark.parametrize(("key", "count"), [("", 0), (RSA, 1), ("-----BEGIN PRIVATE KEY-----", 1)])
def test_certificates_are_signed_by_an_ed25519_key_or_by_none(settings, key, count):
    settings.CERTIFICATE_KEY = key
    assert [fault.id for fault in checks.run_checks(tags=[TAG])].count("portal.E014") == count


def test_a_key_is_read_from_its_file_or_from_one_line(monkeypatch, tmp_path):
    (tmp_path / "app.pem").write_text(RSA)
    for value in (RSA, RSA.replace("\n", "\\n"), str(tmp_path / "app.pem")):
        monkeypatch.setenv("GITHUB_APP_PRIVATE_KEY", value)
        assert Env().pem("GITHUB_APP_PRIVATE_KEY") == RSA.strip()
    monkeypatch.setenv("GITHUB_APP_PRIVATE_KEY", str(tmp_path / "absent.pem"))
    with pytest.raises(ImproperlyConfigured, match="the path of its file"):
        Env().pem("GITHUB_APP_PRIVATE_KEY")


def test_setting_that_cannot_be_read_is_reported_with_its_name_and_never_with_a_password(monkeypatch):
    env = Env()
    readers = {"PORT": env.int, "PUSHES_PER_HOUR": env.int, "GRADING_LEASE_SECONDS": env.float}
    readers |= {"DEBUG": env.bool, "DATABASE_URL": env.db_url, "EMAIL_URL": env.email_url}
    readers |= {"LOG_LEVEL": lambda name: env.log_level(name, default="INFO")}
    wrong = [*UNREADABLE.items(), ("PORT", ""), ("DATABASE_URL", "mysql://u:secret@db/portal")]
    wrong += [("DATABASE_URL", "postgres://u:secret@db:x/portal"), ("EMAIL_URL", "http://u:secret@mail")]
    for name, value in wrong:
        monkeypatch.setenv(name, value)
        with pytest.raises(ImproperlyConfigured, match=f"^{name} .*It must be ") as told:
            readers[name](name)
        assert "secret" not in str(told.value)


@pytest.mark.heavy
def test_commands_report_it_in_one_line(tmp_path):
    """The commands of the container and of `make run`, which reads the port itself."""
    own = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    for argv, name, value in [
        (["manage.py", "check"], "PUSHES_PER_HOUR", "x"),
        (["-m", "portal.services"], "DATABASE_URL", "nonsense"),
        (["-m", "portal.services"], "ACCESS_TOKEN_DAYS", "0"),
        (["-m", "portal.services", "web"], "PORT", "abc"),
        (["-m", "portal.supervisor"], "PUSHES_PER_HOUR", "x"),
    ]:
        ran = subprocess.run(
            [sys.executable, *argv],
            cwd=ROOT,
            env={**own, "VAR": str(tmp_path), name: value},
            capture_output=True,
            text=True,
        )
        assert (ran.returncode, ran.stdout) == (1, ""), (argv, ran)
        (line,) = ran.stderr.splitlines()
        assert line.startswith(f"{name} "), line
