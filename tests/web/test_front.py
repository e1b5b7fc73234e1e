"""The front: the part of a request that reaches a thread, and how a response is sent. Fakes stand in for Granian."""

import asyncio
import io
import random
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.urls import reverse

from labs.practice.request_body import NO_ROOM_MARK
from portal import transfers
from portal.front import Front
from portal.pools import Pool
from portal.transfers import TooSlowError, Transfer, Transfers
from tests.servers import MAX_WAIT_SECONDS

SESSION = {"cookie": f"{settings.SESSION_COOKIE_NAME}=abc"}
TOKEN = {"authorization": "Basic YTpi"}
FORM = {"content-length": "5"}
MB = 1 << 20


class Headers:
    def __init__(self, pairs):
        self.pairs = list(pairs)

    def items(self):
        return self.pairs

    def get(self, name, default=None):
        return next((value for key, value in self.pairs if key == name), default)

    def __contains__(self, name):
        return self.get(name) is not None


class Client:
    """A client that sends `pieces` and then, unless it `stays_silent`, ends its request. `sent` is what it reads."""

    def __init__(self, pieces=(), stays_silent=False, leaves=False):
        self.pieces, self.stays_silent, self.leaves = list(pieces), stays_silent, leaves
        self.read = 0
        self.status, self.headers, self.sent = None, {}, []

    async def __aiter__(self):
        for piece in self.pieces:
            await asyncio.sleep(0)
            self.read += len(piece)
            yield piece
        if self.stays_silent:
            await asyncio.sleep(60)

    async def client_disconnect(self):
        if not self.leaves:
            await asyncio.sleep(60)

    def response_bytes(self, status, headers, body):
        assert self.status is None
        self.status, self.headers, self.sent = status, dict(headers), [body]

    def response_empty(self, status, headers):
        self.response_bytes(status, headers, b"")

    def response_stream(self, status, headers):
        self.response_bytes(status, headers, b"")
        return self

    async def send_bytes(self, piece):
        self.sent.append(piece)

    @property
    def text(self):
        return b"".join(self.sent).decode()


def run_apart(task):
    """Run in a separate thread: after a browser test, this one has Playwright's event loop and cannot run a second."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, task).result()


def echo(environ, start):
    """Respond with the parts of the request that were read."""
    environ["seen"] = True
    body = environ["wsgi.input"].read()
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"%d of %s" % (len(body), environ["CONTENT_LENGTH"].encode())]


def refusing(application):
    """Respond as `portal.outages` does."""

    def answer(environ, start):
        if status := environ.get("portal.refusal"):
            start(f"{status} x", [])
            return [b"refused"]
        return application(environ, start)

    return answer


def scope(path, headers=(), query="", method="GET"):
    """A request as granian describes it."""
    pairs = headers.items() if isinstance(headers, dict) else headers
    return SimpleNamespace(
        method=method, path=path, query_string=query, server="testserver:80", client="192.0.2.7:4711",
        http_version="1.1", scheme="http", headers=Headers(pairs),
    )  # fmt: skip


def ask(*clients, application=echo, path="/", method="POST", headers=FORM, front=None):
    """Send the requests of all clients at once; return the first client."""
    front = front or Front(refusing(application))
    asked = scope(path, headers, "a=1", method)

    async def all_of_them():
        await asyncio.wait_for(
            asyncio.gather(*(front.__rsgi__(asked, client) for client in clients)), MAX_WAIT_SECONDS
        )

    run_apart(all_of_them())
    assert (front.bodies.size, front.answers.size) == (0, 0)
    return clients[0]


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(transfers, "IDLE_SECONDS", 0.05)


# --- bodies ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [FORM, {"transfer-encoding": "chunked"}])
def test_body_arrives_whole_with_its_length(headers):
    assert ask(Client([b"abc", b"de"]), headers=headers).text == "5 of 5"


def test_body_that_never_arrives_takes_no_thread_and_is_cut_off(impatient):
    for path, headers in {"/": SESSION | FORM, "/git/a/b.git/git-receive-pack": TOKEN | FORM}.items():
        called = []
        client = ask(
            Client([b"ab"], stays_silent=True), application=called.append, path=path, headers=headers
        )
        assert (client.status, client.headers["connection"], called) == (408, "close", [])


def test_body_that_trickles_is_cut_off(impatient, monkeypatch):
    class Trickling(Client):
        async def __aiter__(self):
            for _ in range(30):
                await asyncio.sleep(0.01)
                yield b"x"

    assert ask(Trickling(), headers={"content-length": "30"}).status == 408
    monkeypatch.setattr(transfers, "PIECE", 1)
    assert ask(Trickling(), headers={"content-length": "30"}).status == 200
    monkeypatch.setattr(transfers, "TOTAL_SECONDS", 0.2)
    assert ask(Trickling(), headers={"content-length": "30"}).status == 408


def test_truncated_body_is_not_a_request():
    for headers in (FORM, {"transfer-encoding": "chunked"}):
        client = ask(Client([b"abc"], leaves=True), headers=headers)
        assert client.status is None


@pytest.mark.parametrize(
    ("path", "headers", "limit"),
    [
        ("/accounts/login/", {}, MB),
        ("/markdownx/upload/", {}, MB),
        ("/staff/lessons/quiz/import/", {}, MB),
        ("/staff/lessons/quiz/import/", SESSION, 8 * MB),
        ("/staff/", SESSION, MB),
        ("/markdownx/upload/", SESSION, 8 * MB),
    ],
)
def test_large_body_is_refused_before_it_is_stored(monkeypatch, path, headers, limit):
    """F2. With a length, nothing is read before the response; without one, no more is stored than the URL accepts."""
    kept = []
    monkeypatch.setattr(Transfer, "write", lambda self, data: kept.append(len(data)))
    told = Client([b"x" * MB] * 300)
    assert ask(told, path=path, headers=headers | {"content-length": str(300 * MB)}).status == 413
    assert kept == []
    untold = Client([b"x" * MB] * 300)
    assert ask(untold, path=path, headers=headers | {"transfer-encoding": "chunked"}).status == 413
    assert limit <= sum(kept) <= limit + 64 * 1024
    assert max(told.read, untold.read) < 100 * MB


def test_push_that_is_too_large_reaches_its_view_which_says_so_to_git(settings):
    settings.PRACTICE_MAX_BYTES = MB
    path, headers = "/git/a/b.git/git-receive-pack", TOKEN | {"content-length": str(300 * MB)}
    client = ask(Client([b"x" * MB] * 300), path=path, headers=headers)
    assert client.status == 200
    assert MB < int(client.text.split()[0]) < 1.1 * MB


def test_push_without_a_token_is_answered_before_its_body_arrives(settings):
    client = ask(
        Client([b"x"], stays_silent=True),
        path="/git/a/b.git/git-receive-pack",
        headers={"content-length": "9"},
    )
    assert client.text == "0 of 0"


def test_push_with_a_made_up_token_is_answered_before_its_body_arrives(monkeypatch):
    """The view sees the headers first. A small body is read at once: that costs less than asking."""
    kept, asked = [], []
    monkeypatch.setattr(Transfer, "write", lambda self, data: kept.append(len(data)))

    def view(environ, start):
        asked.append(environ["CONTENT_LENGTH"])
        start("401 Unauthorized", [("WWW-Authenticate", "Basic")])
        return [b"The access token is missing or misspelt."]

    path = "/git/a/b.git/git-receive-pack"
    for headers in ({"content-length": str(50 * MB)}, {"transfer-encoding": "chunked"}):
        client = Client([b"x" * 16384] * 3200)
        ask(client, application=view, path=path, headers=TOKEN | headers)
        assert (client.status, client.headers["connection"]) == (401, "close")
        assert client.text == "The access token is missing or misspelt."
        assert client.read < MB
    assert (kept, asked) == ([], ["0", "0"])
    ask(Client([b"abcde"]), application=view, path=path, headers=TOKEN | FORM)
    assert kept == [5]


def test_full_disk_is_reported(monkeypatch):
    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Transfer, "write", full)
    assert ask(Client([b"abcde"])).status == 503


def test_push_to_a_full_disk_is_answered_by_its_view(monkeypatch):
    """The view reports it in the terminal, where a page would not be shown. The whole body is read first."""

    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(28, "No space left on device")

    def view(environ, start_response):
        start_response("200 OK", [])
        return [environ["wsgi.input"].read(), b" " + str(NO_ROOM_MARK in environ).encode()]

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", lambda max_size: Full())
    client = Client([b"commands", b"x" * 10_000, b"y" * 10_000])
    path = "/git/a/b.git/git-receive-pack"
    ask(client, application=view, path=path, headers=TOKEN | {"content-length": "20008"})
    assert (client.status, client.read) == (200, 20_008)
    assert client.text == "commands True"


# --- limits ---------------------------------------------------------------------------------------------------------


def silent_transfers(count, owner):
    """Coroutines that each hold a transfer, and the list of their numbers in the order in which they are ended."""
    ended = []

    async def hold(number):
        transfer = Transfer(owner)
        try:
            async with transfer.patience():
                transfer.progress(transfers.PIECE if number == 0 else 0)
                await asyncio.sleep(30)
        except TooSlowError:
            ended.append(number)

    return [hold(number) for number in range(count)], ended


def test_slowest_transfer_makes_room_for_the_newest(monkeypatch):
    monkeypatch.setattr(transfers, "MAX_TRANSFERS", 3)
    owner = Transfers()
    holds, ended = silent_transfers(5, owner)

    async def run():
        tasks = []
        for hold in holds:
            tasks.append(asyncio.create_task(hold))
            await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    run_apart(run())
    assert ended == [0, 1]


def test_slowest_transfer_makes_room_for_bytes_and_releases_its_own(monkeypatch):
    monkeypatch.setattr(transfers, "MAX_BYTES", MB)
    front = Front(refusing(echo))
    stuck = Client([b"x" * 600_000], stays_silent=True)
    quick = Client([b"x" * 600_000])
    ask(stuck, quick, front=front, headers={"transfer-encoding": "chunked"})
    assert (stuck.status, quick.status) == (408, 200)


def slow_addresses():
    """Return the URLs of views that query a Git host, prove a lab or try one."""
    pages = ("lab_repository", "lab_submit", "lab_latest")
    admin = {"labs_lab_add": [], "labs_lab_change": [7], "labs_lab_try": [7]}
    return [
        *(reverse(name, args=["mlops", "first"]) for name in pages),
        *(reverse(f"admin:{name}", args=key) for name, key in admin.items()),
    ]


def test_slow_requests_have_their_own_threads():
    front = Front(echo)

    def pool_of(path, method="POST"):
        return front.pool_for({"PATH_INFO": path, "REQUEST_METHOD": method})

    assert {pool_of(path) for path in slow_addresses()} == {front.slow}
    assert {pool_of(path, "GET") for path in slow_addresses()} == {front.pages}
    others = [
        reverse("lab", args=["mlops", "first"]), reverse("lab_address", args=["mlops", "first"]), reverse("home"),
        reverse("admin:labs_lab_preview"), reverse("account_login"), reverse("quiz", args=["mlops", "first"]),
    ]  # fmt: skip
    assert {pool_of(path) for path in others} == {front.pages}


@pytest.mark.parametrize("busy", [["/git/a/b.git/info/refs"], slow_addresses()], ids=["pushes", "slow work"])
def test_pages_and_health_are_answered_while_all_other_threads_are_busy(busy):
    held, answered = threading.Event(), []

    def application(environ, start):
        if environ["PATH_INFO"] in busy:
            assert held.wait(MAX_WAIT_SECONDS)
        start("200 OK", [])
        answered.append(environ["PATH_INFO"])
        if len(answered) == 3:
            held.set()
        return [b"ok"]

    front = Front(application)

    async def run():
        asked = [scope(path, method="POST") for path in (busy * 40)[:40]]
        asked += [scope(path) for path in ("/", "/healthz", "/readyz")]
        await asyncio.wait_for(asyncio.gather(*(front.__rsgi__(each, Client()) for each in asked)), 60)

    run_apart(run())
    assert set(answered[:3]) == {"/", "/healthz", "/readyz"}
    assert len(answered) == 43


def test_health_is_answered_while_refusals_are_written():
    """B1. A hundred requests are refused at once; none of them is answered before the probe is."""
    refusing_now, answered = threading.Event(), threading.Event()

    def application(environ, start):
        status = environ.get("portal.refusal", 200)
        if status != 200:
            refusing_now.set()
            assert answered.wait(MAX_WAIT_SECONDS)
        start(f"{status} x", [])
        return [b"said"]

    front = Front(application)
    refused, probe = [Client() for _ in range(100)], Client()

    async def run():
        large = {"content-length": str(300 * MB)}
        tasks = [asyncio.create_task(front.__rsgi__(scope("/", large), client)) for client in refused]
        assert await asyncio.to_thread(refusing_now.wait, MAX_WAIT_SECONDS)
        await asyncio.wait_for(front.__rsgi__(scope("/healthz"), probe), MAX_WAIT_SECONDS)
        answered.set()
        await asyncio.wait_for(asyncio.gather(*tasks), MAX_WAIT_SECONDS)

    try:
        run_apart(run())
    finally:
        answered.set()
    assert (probe.status, {client.status for client in refused}) == (200, {413})


def test_request_that_waits_too_long_for_a_thread_is_turned_away(monkeypatch):
    monkeypatch.setattr("portal.front.MAX_QUEUE", 2)
    clients = [Client([b"abcde"]) for _ in range(5)]
    ask(*clients)
    assert sorted(client.status for client in clients) == [200, 200, 503, 503, 503]


def test_request_is_turned_away_while_its_kind_hangs_and_accepted_afterwards():
    """As if the database hangs: some requests wait, the next are refused at once, and then all recovers by itself."""
    held, stuck = threading.Event(), threading.Barrier(3)

    def hanging(environ, start):
        if environ["QUERY_STRING"] == "a=1":
            stuck.wait(MAX_WAIT_SECONDS)
            assert held.wait(MAX_WAIT_SECONDS)
        return echo(environ, start)

    front = Front(refusing(hanging))
    front.pages = Pool("pages", 2, seconds=30, patience=0)
    waiting = [Client([b"abcde"]) for _ in range(2)]

    async def run():
        tasks = [asyncio.create_task(front.__rsgi__(scope("/", FORM, "a=1"), client)) for client in waiting]
        await asyncio.to_thread(stuck.wait, MAX_WAIT_SECONDS)
        late, again = Client([b"abcde"]), Client([b"abcde"])
        await front.__rsgi__(scope("/", FORM), late)
        held.set()
        await asyncio.gather(*tasks)
        await front.__rsgi__(scope("/", FORM), again)
        return late.status, again.status

    assert run_apart(run()) == (503, 200)
    assert [client.status for client in waiting] == [200, 200]


def test_request_that_takes_too_long_is_abandoned():
    """The response also says if a view was started, which may still save what was sent."""
    held, begun = threading.Event(), []

    def application(environ, start):
        if "portal.refusal" in environ:
            start("503 x", [])
            return [b"unfinished" if "portal.unfinished" in environ else b"not begun"]
        begun.append(environ)
        held.wait(MAX_WAIT_SECONDS)
        return echo(environ, start)

    front = Front(application)
    front.pages = Pool("pages", 1, seconds=0.05)
    first, queued = Client([b"abcde"]), Client([b"abcde"])
    try:
        ask(first, queued, front=front)
    finally:
        held.set()
    assert (first.status, queued.status) == (503, 503)
    said = sorted([first.text, queued.text])
    assert said == ["not begun", "unfinished" if begun else "not begun"]


# --- responses ------------------------------------------------------------------------------------------------------


def answering(status, pieces, closed, **headers):
    class Produced:
        def __iter__(self):
            return iter(pieces)

        def close(self):
            closed.append(True)

    def application(environ, start):
        start(status, [(name.replace("_", "-"), value) for name, value in headers.items()])
        return Produced()

    return application


@pytest.mark.parametrize(
    ("method", "status", "pieces", "sent"),
    [
        ("GET", "200 OK", [b"a", b"b"], b"ab"),
        ("GET", "200 OK", [], b""),
        ("GET", "304 Not Modified", [b""], b""),
        ("GET", "204 No Content", [], b""),
        ("HEAD", "200 OK", [b"a page"], b""),
    ],
)
def test_response_is_sent_whole_and_closed(method, status, pieces, sent):
    closed = []
    application = answering(status, pieces, closed, Content_Length="6", ETag="x")
    client = ask(Client(), application=application, method=method, headers={})
    assert (client.status, b"".join(client.sent), client.headers["etag"]) == (int(status[:3]), sent, "x")
    assert client.headers["content-length"] == "6"
    assert closed == [True]


def test_long_response_is_sent_in_pieces():
    closed = []
    client = ask(Client(), application=answering("200 OK", [b"x" * 700_000] * 5, closed), headers={})
    assert (len(b"".join(client.sent)), max(map(len, client.sent)) < MB) == (3_500_000, True)
    assert closed == [True]


def test_long_response_that_cannot_be_stored_does_not_say_that_nothing_was_saved():
    """Its view has ended by then, and may have saved what was sent."""

    def pieces():
        yield b"x" * 2 * MB
        raise OSError(28, "No space left on device")

    def application(environ, start):
        if "portal.refusal" in environ:
            start("503 x", [])
            return [b"unfinished" if "portal.unfinished" in environ else b"not begun"]
        start("200 OK", [])
        return pieces()

    client = ask(Client([b"abcde"]), front=Front(application))
    assert (client.status, client.text) == (503, "unfinished")


def test_long_response_that_is_a_file_is_sent_without_a_copy(monkeypatch, tmp_path):
    monkeypatch.setattr("portal.front.write", None)
    whole = random.Random(1).randbytes(3_500_000)
    (tmp_path / "pack").write_bytes(whole)
    for method, start, sent in (("GET", 0, whole), ("GET", 3_000_000, whole[3_000_000:]), ("HEAD", 0, b"")):
        file = (tmp_path / "pack").open("rb")
        file.seek(start)

        def application(environ, start_response, file=file):
            start_response("200 OK", [])
            return environ["wsgi.file_wrapper"](file, 4096)

        client = ask(Client(), application=application, method=method, headers={})
        assert (b"".join(client.sent) == sent, file.closed) == (True, True)


def test_long_responses_cut_off_no_body(monkeypatch):
    """A fetch of a whole repository, next to a push that is slower."""
    monkeypatch.setattr(transfers, "MAX_BYTES", MB)
    sent = asyncio.Event()

    class Slow(Client):
        async def __aiter__(self):
            yield b"x" * 600_000
            await sent.wait()
            yield b"x" * 10

    class Quick(Client):
        async def send_bytes(self, piece):
            await super().send_bytes(piece)
            if sum(map(len, self.sent)) == 3_500_000:
                sent.set()

    def application(environ, start):
        if environ["CONTENT_LENGTH"] != "5":
            return echo(environ, start)
        start("200 OK", [])
        return iter([b"x" * 700_000] * 5)

    front = Front(refusing(application))
    slow, quick = Slow(), Quick([b"abcde"])

    async def run():
        push = asyncio.create_task(front.__rsgi__(scope("/", {"content-length": "600010"}), slow))
        await front.__rsgi__(scope("/", FORM), quick)
        await asyncio.wait_for(push, MAX_WAIT_SECONDS)

    run_apart(run())
    assert (slow.text, quick.status) == ("600010 of 600010", 200)


def test_client_that_does_not_read_a_long_response_is_disconnected(impatient):
    class Asleep(Client):
        async def send_bytes(self, piece):
            await asyncio.sleep(60)

    closed = []
    ask(Asleep(), application=answering("200 OK", [b"x" * 700_000] * 5, closed), headers={})
    assert closed == [True]


def test_streamed_response_is_passed_on_as_it_arrives():
    client, seen, closed = Client(), [], []

    def pieces():
        for piece in (b"one", b"", b"two"):
            seen.append(list(client.sent))
            yield piece

    ask(client, application=answering("200 OK", pieces(), closed, X_Accel_Buffering="no"), headers={})
    assert client.sent == [b"", b"one", b"two"]
    assert seen == [[b""], [b"", b"one"], [b"", b"one"]]
    assert closed == [True]


def test_streamed_response_ends_when_its_client_disconnects():
    closed = []

    def nothing_new():
        while True:
            yield b""

    ask(
        Client(leaves=True),
        application=answering("200 OK", nothing_new(), closed, X_Accel_Buffering="no"),
        headers={},
    )
    assert closed == [True]


def test_a_hundred_streamed_responses_keep_no_page_waiting():
    """Each waits for a verdict; the page that is requested last lets all of them continue."""
    asked, together = threading.Event(), threading.Barrier(100)

    def application(environ, start):
        if environ["PATH_INFO"] == "/":
            asked.set()
            start("200 OK", [])
            return [b"page"]
        start("200 OK", [("X-Accel-Buffering", "no")])
        return wait()

    def wait():
        together.wait(MAX_WAIT_SECONDS)
        assert asked.wait(MAX_WAIT_SECONDS)
        yield b"verdict"

    front = Front(application)
    waiting = [Client() for _ in range(100)]

    async def run():
        streams = [asyncio.create_task(front.__rsgi__(scope("/git/x"), client)) for client in waiting]
        while together.n_waiting and not together.broken:
            await asyncio.sleep(0.01)
        page = Client()
        await asyncio.wait_for(front.__rsgi__(scope("/"), page), MAX_WAIT_SECONDS)
        await asyncio.wait_for(asyncio.gather(*streams), MAX_WAIT_SECONDS)
        return page

    assert run_apart(run()).text == "page"
    assert {client.text for client in waiting} == {"verdict"}


# --- the environ ----------------------------------------------------------------------------------------------------


def test_environ_follows_wsgi():
    seen = {}

    def application(environ, start):
        seen.update(environ)
        start("200 OK", [])
        return []

    headers = [
        ("host", "testserver"), ("cookie", "a=1"), ("cookie", "b=2"), ("x-forwarded-for", "192.0.2.1"),
        ("x_forwarded_for", "203.0.113.9"), ("accept", "text/html"), ("accept", "*/*"), ("content-type", "text/plain"),
    ]  # fmt: skip
    ask(Client(), application=application, method="GET", path="/é/a b", headers=headers)
    expected = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/Ã©/a b",
        "QUERY_STRING": "a=1",
        "REMOTE_ADDR": "192.0.2.7",
        "HTTP_HOST": "testserver",
        "HTTP_COOKIE": "a=1; b=2",
        "HTTP_X_FORWARDED_FOR": "192.0.2.1",
        "HTTP_ACCEPT": "text/html,*/*",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "0",
    }
    assert {name: seen[name] for name in expected} == expected


def test_session_of_a_health_request_is_not_looked_up():
    seen = []

    def application(environ, start):
        seen.append(environ.get("HTTP_COOKIE"))
        start("200 OK", [])
        return []

    ask(Client(), application=application, method="GET", path="/healthz", headers=SESSION)
    assert seen == [None]
