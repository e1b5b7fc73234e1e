"""B1: a large body is not accepted without a valid token."""

import base64
import http.client

import pytest

pytestmark = pytest.mark.processes
MB = 1 << 20


@pytest.mark.parametrize("sends_length", [True, False])
def test_large_push_with_a_made_up_token_is_answered_in_words_without_its_body(stack, sends_length):
    """None of 50 MB is sent, and the server waits for none."""
    connection = http.client.HTTPConnection("localhost", stack.port, timeout=60)
    connection.putrequest("POST", "/git/tiny/first.git/git-receive-pack")
    connection.putheader("Authorization", "Basic " + base64.b64encode(b"git:made-up").decode())
    connection.putheader("Content-Type", "application/x-git-receive-pack-request")
    name, value = ("Content-Length", str(50 * MB)) if sends_length else ("Transfer-Encoding", "chunked")
    connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, answer.headers["WWW-Authenticate"][:5]) == (401, "Basic")
    assert b"The access token is missing or incorrect." in answer.read()
    connection.close()
