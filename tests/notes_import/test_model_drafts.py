"""Questions and summaries drafted by a language model: requested, made by a worker, accepted by a person."""

import re
import threading

import pytest
from django.urls import reverse

from lessons import tasks
from lessons.models import Lesson, ModelDraft, Notes, Quiz
from lessons.notes_import import model_drafts
from lessons.notes_import.applying import apply_notes
from lessons.notes_import.model_answers import NothingUsableError, read_questions, read_summary, text_to_send
from lessons.notes_import.storing import store_notes
from lessons.quizzes import parse
from tests.authoring.conftest import make_instructor
from tests.factories import make_course

from .model_server import run_model_server

pytestmark = pytest.mark.django_db
NOTES = b"""Tables :::
\t- a table has rows and columns, and each column has a type
\t- a primary key names one row, and no two rows share it
\t- an index makes a search fast, and each write a little slower
"""
GOOD = """## What names one row of a table?
- [x] A primary key
- [ ] An index
> No two rows share it.
"""
OTHER = "## What makes a search fast?\n- [x] An index\n- [ ] A column\n> As said.\n"
TWO = f"Here you are:\n\n```markdown\n{GOOD}\n{OTHER}```"


@pytest.fixture
def model(settings):
    with run_model_server() as server:
        settings.NOTES_MODEL_URL, settings.NOTES_MODEL_NAME = server.url, "small"
        settings.NOTES_MODEL_KEY, settings.NOTES_MODEL_SECONDS = "secret-of-the-operator", 5
        yield server


@pytest.fixture
def notes():
    return store_notes(course=make_course(), name="tables.txt", data=NOTES)[0]


@pytest.fixture
def staff(client, notes, monkeypatch):
    """An instructor; the worker is woken by the tests themselves."""
    monkeypatch.setattr(tasks, "send", lambda task, **arguments: True)
    client.force_login(make_instructor(notes.course))
    return client


def review_of(notes):
    return reverse("notes_review", args=[notes.course.slug, notes.pk])


def page_of(client, notes):
    return client.get(review_of(notes)).content.decode()


def ask(client, notes, kind="questions"):
    key = re.search(rf'name="draft_{kind}" value="([^"]+)"', page_of(client, notes))[1]
    assert client.post(review_of(notes), {f"draft_{kind}": key}).status_code == 302
    return ModelDraft.objects.get(kind=kind)


def work(row):
    tasks.draft_by_model(pk=row.pk)
    row.refresh_from_db()
    return row


def test_without_the_setting_there_is_no_button_and_no_request(staff, notes):
    assert "model" not in page_of(staff, notes).replace("modele", "")
    staff.post(review_of(notes), {"draft_questions": "day-1-tables"})
    assert not ModelDraft.objects.exists()


def test_an_accepted_question_is_in_the_draft_of_the_quiz_and_others_are_not(staff, notes, model):
    model.words = TWO
    row = ask(staff, notes)
    assert "the model hasn’t answered yet" in page_of(staff, notes)
    work(row)
    page = page_of(staff, notes)
    assert page.count("drafted by a model") == 2
    first, second = re.findall(r'name="accept" value="(drafted-\d+-\d)"', page)
    staff.post(review_of(notes), {"accept": first})
    staff.post(review_of(notes), {"skip": second})
    notes.refresh_from_db()
    assert notes.decisions == {}
    apply_notes(notes=notes)
    quiz = Quiz.objects.get()
    assert quiz.is_draft
    assert [question.prompt for question in parse(quiz.source).questions] == [
        "What names one row of a table?"
    ]
    assert apply_notes(notes=notes).asked == []


def test_nothing_that_nobody_accepted_is_stored(staff, notes, model):
    model.words = TWO
    work(ask(staff, notes))
    staff.post(review_of(notes), {"accept_all": "1"})
    apply_notes(notes=notes)
    assert not Quiz.objects.filter(source__contains="primary key").exists()


def test_an_accepted_summary_is_stored_unless_somebody_wrote_one(staff, notes, model):
    model.words = "Tables, keys and indexes."
    row = work(ask(staff, notes, "summary"))
    staff.post(review_of(notes), {"accept": f"drafted-{row.pk}-0"})
    apply_notes(notes=notes)
    lesson = Lesson.objects.get()
    assert lesson.summary == "Tables, keys and indexes."
    lesson.summary = "Mine."
    lesson.save()
    apply_notes(notes=notes)
    assert Lesson.objects.get().summary == "Mine."


def test_only_the_text_that_learners_see_is_sent_with_key_and_limits(staff, notes, model):
    apply_notes(notes=notes)
    lesson = Lesson.objects.get()
    lesson.source = (
        f"<!-- the password of the meeting -->\n\n::: staff\nnot for learners\n:::\n\n{lesson.source}"
    )
    lesson.save()
    model.words = GOOD
    work(ask(staff, notes))
    path, headers, body = model.requests[0]
    assert (path, headers["Authorization"]) == ("/v1/chat/completions", "Bearer secret-of-the-operator")
    assert (body["model"], body["stream"]) == ("small", False)
    assert body["max_tokens"] <= 3_000
    assert "a primary key names one row" in model.sent
    assert not re.search("password|not for learners|staff", model.sent)
    assert ModelDraft.objects.get().text == ""
    assert len(text_to_send("words " * 20_000)) == 24_000


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"status": 401}, "refused the key"),
        ({"status": 404}, "doesn’t know this address or model"),
        ({"status": 429}, "too many requests"),
        ({"status": 503}, "had an error (HTTP 503)"),
        ({"status": 418}, "refused the request (HTTP 418)"),
        ({"status": 302, "headers": {"Location": "http://127.0.0.1:1/"}}, "redirects to another address"),
        ({"body": b"<!doctype html><title>Sign in</title>"}, "did not answer with JSON"),
        ({"body": b"[" * 200_000}, "did not answer with JSON"),
        ({"body": b"\xff\xfe"}, "did not answer with JSON"),
        ({"body": b'{"choices": [{"message": {"content": 7}}]}'}, "answer was empty"),
        ({"body": b'{"choices": []}'}, "answer was empty"),
        ({"body": b"x" * 2_000_000}, "over 512 KB"),
        ({"words": "I would rather not."}, "Nothing usable came back"),
    ],
)
def test_each_failure_is_a_message_on_the_page_and_nothing_is_lost(staff, notes, model, answer, says):
    for name, value in answer.items():
        setattr(model, name, value)
    row = work(ask(staff, notes))
    page = page_of(staff, notes)
    assert row.state == "failed"
    assert says in page
    assert "secret-of-the-operator" not in page
    assert "Draft quiz questions again" in page
    assert len(model.requests) == 1
    model.status, model.headers, model.body, model.words = 200, {}, None, GOOD
    assert work(ask(staff, notes)).state == "done"


def test_a_model_that_does_not_answer_ends_in_time(staff, notes, model, settings):
    settings.NOTES_MODEL_SECONDS = 0.3
    model.hold = threading.Event()
    assert "did not answer within 0.3 seconds" in work(ask(staff, notes)).problem


def test_headers_that_drip_end_in_time_too(staff, notes, model, settings):
    settings.NOTES_MODEL_SECONDS, model.drips = 0.3, True
    assert "did not answer within 0.3 seconds" in work(ask(staff, notes)).problem


def test_a_server_that_cannot_be_reached_is_reported(staff, notes, model, settings):
    settings.NOTES_MODEL_URL = "http://127.0.0.1:9/v1"
    assert "No connection to the model’s server" in work(ask(staff, notes)).problem


def test_without_a_worker_the_page_says_so(staff, notes, model, monkeypatch):
    monkeypatch.setattr(tasks, "send", lambda task, **arguments: False)
    ask(staff, notes)
    assert "No worker can be reached" in page_of(staff, notes)


def test_a_draft_is_asked_for_once_and_a_dead_worker_frees_it(staff, notes, model):
    model.words = GOOD
    row = ask(staff, notes)
    assert model_drafts.waiting().get() == row
    staff.post(review_of(notes), {"draft_questions": row.key})
    assert ModelDraft.objects.get().tries == 0
    work(row)
    work(row)
    assert len(model.requests) == 1
    ModelDraft.objects.update(state="queued", tries=model_drafts.MAX_TRIES)
    assert "did not end in time" in work(row).problem
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("## What is it?\n- [ ] A\n- [ ] B\n", ""),
        ("## What is it?\nIt is a table.\n", ""),
        ("## See [this](https://evil.example)?\n- [x] A\n- [ ] B\n", "a link"),
        ("## What?\n- [x] <script>alert(1)</script>\n- [ ] B\n", "HTML"),
        ("## What?\n- [x] ![x](x.png)\n- [ ] B\n", "a picture"),
        ("## What?\n::: staff\n- [x] A\n- [ ] B\n", "a block"),
        ("## \n- [x] A\n- [ ] B\n", "it is empty"),
        ("## What?\n- [x] A\n- [ ] " + "B" * 4_000 + "\n", "longer than"),
        ("## What" + " " * 20_000 + "is it?\n- [x] A\n- [ ] B\n", "longer than"),  # in linear time
    ],
)
def test_a_question_that_the_portal_refuses_is_left_out_with_its_reason(question, why):
    answer = read_questions(f"{question}\n{GOOD}")
    assert [item["text"].split(" {#")[0] for item in answer.items] == ["## What names one row of a table?"]
    assert len(answer.dropped) == 1
    assert why in answer.dropped[0]


def test_an_answer_is_limited():
    answer = read_questions("\n".join(GOOD.replace("one row", f"row {number}") for number in range(40)))
    assert (len(answer.items), len(answer.dropped)) == (10, 20)
    assert len({item["key"] for item in answer.items}) == 10


@pytest.mark.parametrize("answer", ["", "  ", "x" * 500, "See https://evil.example.", "<b>bold</b> words"])
def test_a_text_that_is_not_a_summary_is_refused(answer):
    with pytest.raises(NothingUsableError):
        read_summary(answer)


def test_answers_to_drafts_of_other_notes_change_nothing(staff, notes, model):
    model.words = GOOD
    row = work(ask(staff, notes))
    other = store_notes(course=notes.course, name="other.txt", data=NOTES)[0]
    staff.post(
        review_of(other), {"accept": [f"drafted-{row.pk}-0", "drafted-999999999999-0", "drafted-0-999"]}
    )
    row.refresh_from_db()
    assert row.items[0]["answer"] is None
    assert Notes.objects.get(pk=other.pk).decisions == {}
