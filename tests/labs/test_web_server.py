"""The web server as it is started: several requests on one connection, as HTTP allows."""

import http.client
import socket

import pytest

pytestmark = pytest.mark.processes

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LOG_IN = b"login=nobody%40example.org&password=wrong+but+long+enough"


@pytest.fixture
def connection(stack):
    connection = http.client.HTTPConnection("localhost", stack.port, timeout=60)
    connection.connect()
    yield connection
    connection.close()


def ask(connection, method, path, body=None, **headers):
    """The response with its `content`. Raises if the server closed the connection before."""
    connection.auto_open = 0
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, named, encode_chunked="Transfer-Encoding" in named)
    answer = connection.getresponse()
    answer.content = answer.read()
    return answer


def test_answers_of_each_kind_on_one_connection(connection):
    page = ask(connection, "GET", "/help/")
    assert (page.status, page.headers["Content-Length"]) == (200, str(len(page.content)))
    head = ask(connection, "HEAD", "/help/")
    assert (head.status, head.headers["Content-Length"], head.content) == (200, str(len(page.content)), b"")

    style = ask(connection, "GET", "/static/css/base.css")
    unchanged = ask(connection, "GET", "/static/css/base.css", If_None_Match=style.headers["ETag"])
    assert (unchanged.status, unchanged.content, len(style.content) > 1000) == (304, b"", True)
    first = ask(connection, "GET", "/static/css/base.css", Range="bytes=0-9")
    assert (first.status, first.content) == (206, style.content[:10])

    page = ask(connection, "GET", "/accounts/login/")
    cookie = page.headers["Set-Cookie"].split(";")[0]
    form = LOG_IN + b"&csrfmiddlewaretoken=" + cookie.partition("=")[2].encode()
    whole = ask(connection, "POST", "/accounts/login/", form, Cookie=cookie, **FORM)
    chunked = {"Transfer-Encoding": "chunked", "Cookie": cookie, **FORM}
    pieces = ask(
        connection, "POST", "/accounts/login/", (form[at : at + 9] for at in range(0, 500, 9)), **chunked
    )
    for answer in (whole, pieces):
        assert (answer.status, b"not correct" in answer.content) == (200, True), answer.content[-500:]
    moved = ask(connection, "GET", "/help")
    assert (moved.status, moved.headers["Location"], moved.content) == (301, "/help/", b"")


def test_body_is_requested_only_if_it_is_wanted(stack):
    """A client that sends Expect waits for 100 Continue, which a body refused by its length does not get."""
    form = b"Content-Type: application/x-www-form-urlencoded\r\n"
    head = b"POST /theme/ HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n" + form
    with socket.create_connection(("127.0.0.1", stack.port), timeout=60) as client:
        client.sendall(head + b"Content-Length: 10\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"theme=dark")
        assert b"theme=dark" in client.recv(4096)
    with socket.create_connection(("127.0.0.1", stack.port), timeout=60) as client:
        client.sendall(head + b"Content-Length: 300000000\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("sends_length", [True, False])
def test_large_form_from_anybody_is_refused_in_words(stack, sends_length):
    """F2, as programs send it: they send everything, and only then read."""
    connection = http.client.HTTPConnection("localhost", stack.port, timeout=60)
    length = {"Content-Length": str(300 << 20)} if sends_length else {"Transfer-Encoding": "chunked"}
    connection.putrequest("POST", "/accounts/login/")
    for name, value in {"Content-Type": "multipart/form-data; boundary=x", **length}.items():
        connection.putheader(name, value)
    connection.endheaders()
    piece = bytes(1 << 20) if sends_length else b"100000\r\n" + bytes(1 << 20) + b"\r\n"
    with pytest.raises(ConnectionError):
        for _ in range(300):
            connection.send(piece)
    answer = connection.getresponse()
    assert (answer.status, b"The request is too large" in answer.read()) == (413, True)
