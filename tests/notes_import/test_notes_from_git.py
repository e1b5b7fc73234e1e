"""Notes in a Git repository, fetched from a real server."""

import re

import pytest
from django.urls import reverse

from lessons.models import IncomingNotes, Notes
from lessons.notes_import import incoming
from tests.authoring.conftest import make_instructor
from tests.factories import make_course
from tests.fetch.conftest import Learner
from tests.notes_import.test_notes_import import FIRST_DAY, SEED
from tests.submit.conftest import host, open_folder, server, tls_server

__all__ = ["host", "open_folder", "server", "tls_server"]
pytestmark = pytest.mark.django_db


class Trainer(Learner):
    def publish(self, **files: bytes) -> str:
        for path, data in files.items():
            self.put(path.replace("__", "/").replace("_", "."), data)
        commit = self.commit("Teach")
        self.push()
        return commit


@pytest.fixture
def trainer(host, tmp_path) -> Trainer:
    return Trainer(tmp_path / "trainer", host, None)


@pytest.fixture
def course():
    return make_course()


@pytest.fixture
def staff(client, course, monkeypatch):
    """An instructor; the worker is woken by the tests themselves."""
    monkeypatch.setattr("lessons.tasks.wake_notes", lambda row: True)
    client.force_login(make_instructor(course))
    return client


def ask(staff, course, trainer, **more):
    given = {"way": "git", "address": trainer.address.page, **more}
    response = staff.post(reverse("notes", args=[course.slug]), given)
    assert response.status_code == 302, response.content.decode()
    return response.url


def work() -> IncomingNotes:
    row = IncomingNotes.objects.latest("pk")
    incoming.fetch(row)
    return row


def test_the_only_file_is_found_and_fetched_again_by_a_click(staff, course, trainer):
    first = trainer.publish(README_md=b"# Hello", notes__edu_txt=FIRST_DAY)
    address = ask(staff, course, trainer)
    assert "Fetching the repository" in staff.get(address).content.decode()
    work()
    notes = Notes.objects.get()
    assert (notes.name, notes.path, notes.commit) == ("edu.txt", "notes/edu.txt", first)
    assert staff.get(address).url == reverse("notes_review", args=[course.slug, notes.pk])
    poll = staff.get(address, headers={"HX-Request": "true"})
    assert poll.headers["HX-Redirect"] == address
    second = trainer.publish(notes__edu_txt=SEED)
    staff.post(reverse("notes_fetch", args=[course.slug, notes.pk]))
    work()
    notes.refresh_from_db()
    assert (notes.commit, bytes(notes.data)) == (second, SEED)


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"path": "gone.txt"}, "no file gone.txt. It has: a.txt, b.md."),
        ({}, "Enter the file with the notes. The repository has: a.txt, b.md."),
        ({"branch": "gone", "path": "a.txt"}, "gone"),
        ({"path": "large.txt"}, "over 1 MB"),
        ({"path": "empty.txt"}, "no text"),
    ],
)
def test_what_cannot_be_fetched_says_what_to_do_and_keeps_the_address(staff, course, trainer, given, says):
    files = {"a_txt": b"- a", "b_md": b"- b"}
    if given.get("path") in ("large.txt", "empty.txt"):
        files["large_txt" if given["path"] == "large.txt" else "empty_txt"] = (
            b"\n" if given["path"] == "empty.txt" else b"- words\n" * 150_000
        )
    trainer.publish(**files)
    address = ask(staff, course, trainer, **given)
    work()
    shown = staff.get(address).content.decode()
    assert says in shown
    assert f'name="address" value="{trainer.address.page}"' in shown
    assert not Notes.objects.exists()
    change = re.search(r'href="([^"]+)">Change the address', shown)[1].replace("&amp;", "&")
    assert f'value="{trainer.address.page}"' in staff.get(change).content.decode()


def test_an_unclear_encoding_is_asked_for_after_the_fetch_and_remembered(staff, course, trainer):
    data = "Café Größe naïve :::\n\t- Übung für Anfänger\n".encode("cp1250", "replace") * 3
    trainer.publish(alt_txt=data)
    address = ask(staff, course, trainer)
    work()
    shown = staff.get(address).content.decode()
    assert "Which one can you read?" in shown
    staff.post(address, {"encoding": "cp1250"})
    notes = Notes.objects.get()
    assert (notes.encoding, notes.path) == ("cp1250", "alt.txt")
    trainer.publish(alt_txt=data + "\t- Öl\n".encode("cp1250"))
    staff.post(reverse("notes_fetch", args=[course.slug, notes.pk]))
    assert work().state == IncomingNotes.State.STORED
    notes.refresh_from_db()
    assert notes.encoding == "cp1250"


def test_a_fetch_without_a_worker_says_so(client, course, trainer, monkeypatch):
    trainer.publish(a_txt=b"- a")
    monkeypatch.setattr("lessons.tasks.wake_notes", lambda row: False)
    client.force_login(make_instructor(course))
    assert "No worker can be reached" in client.get(ask(client, course, trainer)).content.decode()
