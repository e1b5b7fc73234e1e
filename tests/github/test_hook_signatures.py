"""D1, D2, D3, D6, D9, D11 of the security cases: who may send a message, and which bodies are read."""

import io
import json
from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from labs.github import signatures
from labs.github.signatures import BodyTooLargeError, read_signed
from labs.models import Connection, Delivery
from tests.github.signing import A, make_connection, push, send, sign

VECTOR = ("It's a Secret to Everybody", b"Hello, World!")
VECTOR_MAC = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


@pytest.fixture
def connection(db) -> Connection:
    return make_connection()


def test_d1_vector_of_githubs_documentation_is_accepted():
    secret, body = VECTOR
    file, is_signed = read_signed(io.BytesIO(body), [b"another", secret.encode()], VECTOR_MAC)
    assert (file.read(), is_signed) == (body, True)


def test_d2_body_with_one_byte_changed_is_refused(connection):
    body = json.dumps(push()).encode()
    refused = send(connection, body=body + b" ", **{"X-Hub-Signature-256": sign(body, connection.secret)})
    assert (refused.status_code, refused.content) == (403, b"")
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    "header",
    ["", "sha1=" + "0" * 40, "sha256=\xe9" + "0" * 63, "sha256=" + "A" * 64, "sha256=" + "0" * 63, "0" * 64],
)
def test_d3_signature_of_another_form_is_refused(connection, header):
    assert send(connection, **{"X-Hub-Signature-256": header}).status_code == 403
    connection.refresh_from_db()
    assert connection.mismatched_at is not None


@pytest.mark.parametrize("secrets", [[], [b"one"]])
def test_signature_with_the_secret_of_nobody_is_refused(secrets):
    body = b"{}"
    header = sign(body, signatures._NOBODY)
    assert not read_signed(io.BytesIO(body), secrets, header)[1]


def test_unknown_address_gets_the_same_answer_by_the_same_statements(connection, django_assert_num_queries):
    with django_assert_num_queries(2):
        wrong = send(connection, secret="wrong")
    with django_assert_num_queries(2):
        unknown = send(connection, address="/github/hooks/unknown/")
    for answer in (wrong, unknown):
        del answer.headers["Expires"]  # the present second
    answers = [(each.status_code, each.content, dict(each.headers)) for each in (wrong, unknown)]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("secrets", [[], [b"one"], [b"one", b"two"]])
def test_each_message_costs_the_same_number_of_comparisons(monkeypatch, secrets):
    compared = []
    monkeypatch.setattr(signatures.hmac, "compare_digest", lambda a, b: compared.append(a) or False)
    read_signed(io.BytesIO(b"{}"), secrets, "sha256=" + "0" * 64)
    assert len(compared) == 2


@pytest.mark.parametrize(
    ("number", "status"), [(43, 403), (None, 403), (True, 400), ("1", 400), (-1, 400), (1 << 70, 400)]
)
def test_d6_message_about_another_repository_is_refused(connection, number, status):
    Connection.objects.update(github_id=1)
    repository = {"id": number, "full_name": "octo/work"}
    assert send(connection, push(repository=repository)).status_code == status
    assert not Delivery.objects.exists()


def test_until_the_id_is_known_the_name_must_match_and_the_id_is_not_believed(connection):
    Connection.objects.update(github_id=None)
    other = push(repository={"id": 42, "full_name": "someone/else"})
    assert send(connection, other).status_code == 403
    assert send(connection, push(repository={"id": 7, "full_name": "Octo/Work"})).status_code == 202
    connection.refresh_from_db()
    assert connection.github_id is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[" * 100_000, 400),
        (b'{"a": [%s{}]}' % (b"{}," * 1_000_000), 400),  # would take half a gigabyte
        (b"[]", 400),
        (b'{"repository": 1}', 400),
        (b"\xff\xfe", 400),
        (b"payload=%7B%7D", 400),
    ],
)
def test_d9_body_that_is_not_a_message_is_refused_in_words(connection, body, status):
    answer = send(connection, body=body)
    assert (answer.status_code, bool(answer.content)) == (status, True)


def test_d9_body_over_the_cap_is_refused(connection, monkeypatch):
    monkeypatch.setattr(signatures, "MAX_BYTES", 1_000)
    assert send(connection, push(padding="x" * 1_000)).status_code == 413
    with pytest.raises(BodyTooLargeError):
        read_signed(io.BytesIO(b"x" * 1_001), [], "")


def test_push_of_2048_commits_is_read_as_one_message(connection):
    # beyond Django's own limit for a body
    commits = [{"id": A, "message": "x" * 3_000} for _ in range(2_048)]
    assert send(connection, push(commits=commits)).status_code == 202


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/plain"])
def test_only_json_is_read(connection, content_type):
    answer = send(connection, content_type=content_type)
    assert (answer.status_code, b"application/json" in answer.content) == (415, True)


@pytest.mark.parametrize("headers", [{"guid": "x"}, {"event": "No-Event!"}])
def test_headers_that_github_would_not_send_are_refused(connection, headers):
    assert send(connection, **headers).status_code == 400


def test_d11_old_secret_is_accepted_for_a_day_after_it_was_replaced(connection):
    old = connection.secret
    connection.secret_number, connection.previous_until = 2, timezone.now() + timedelta(days=1)
    connection.save()
    assert connection.secret != old
    for secret in (old, connection.secret):
        assert send(connection, secret=secret).status_code in (202, 204)
    connection.previous_until = timezone.now()
    connection.save()
    assert send(connection, secret=old).status_code == 403


def test_secrets_survive_a_new_secret_key_as_long_as_the_old_one_is_a_fallback(connection, settings):
    old, key = connection.secret, settings.SECRET_KEY
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=[key]):
        assert send(connection, secret=old).status_code == 202
    with override_settings(SECRET_KEY="new"):
        assert send(connection, secret=old).status_code == 403


def test_get_is_not_allowed(client, connection):
    assert client.get(f"/github/hooks/{connection.key}/").status_code == 405
