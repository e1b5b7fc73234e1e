"""A worker that is killed while it sends: a real one, a real broker, and a mail server that stops in the middle."""

import threading

import pytest
from django.utils import timezone

from portal.notices import actions
from portal.notices.models import Mail
from tests.factories import make_user
from tests.notices.smtp import mail_server
from tests.servers import MAX_WAIT_SECONDS, Stack, wait_for

pytestmark = [pytest.mark.heavy, pytest.mark.processes]


@pytest.fixture
def server():
    with mail_server() as found:
        yield found


@pytest.fixture
def stack(tmp_path, server, migrated_sqlite, django_db_blocker):
    url = f"smtp://127.0.0.1:{server.port}"
    stack = Stack(tmp_path / "portal", EMAIL_URL=url, EMAIL_TIMEOUT=str(MAX_WAIT_SECONDS))
    with django_db_blocker.unblock():
        stack.migrate(migrated_sqlite)
        try:
            stack.start("broker", "later-worker", "beat")
            yield stack
        finally:
            stack.end()


@pytest.mark.parametrize(
    ("step", "copies"), [("before the mail server has it", 1), ("before that is stored", 2)]
)
def test_email_survives_a_worker_that_is_killed(stack, server, step, copies):
    is_there, may_go_on = threading.Event(), threading.Event()

    def stop(command: str = "") -> str:
        if not is_there.is_set() and command in ("", "DATA"):
            is_there.set()
            may_go_on.wait(MAX_WAIT_SECONDS)
        return ""

    if copies == 1:
        server.answer = stop
    else:
        server.after_data = stop
    with stack.orm():
        actions.notify(user=make_user("reader@example.org"), kind="meeting", text="Moved")
        assert is_there.wait(MAX_WAIT_SECONDS)
        stack.kill("later-worker")
        may_go_on.set()
        row = Mail.objects.get()
        assert (row.state, row.tries) == (Mail.State.WAITING, 1)
        Mail.objects.update(leased_until=timezone.now())  # as if five minutes had passed
        stack.revive("later-worker")
        wait_for(lambda: Mail.objects.filter(state=Mail.State.SENT).exists(), what="the email is sent")
        assert Mail.objects.get().tries == 2
    assert len(server.received) == copies
    assert len({message["Message-ID"] for message in server.received}) == 1
