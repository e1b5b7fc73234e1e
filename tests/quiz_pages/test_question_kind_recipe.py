"""The recipe of lessons/quizzes/kinds: a new kind of question needs only a file and its place in the list."""

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Self

import pytest
from django.template.loader import get_template
from django.urls import reverse
from pytest_django.asserts import assertContains

from lessons.models import Quiz
from lessons.quizzes import kinds, parse, reference
from lessons.quizzes.blocks import Block
from lessons.quizzes.lines import Syntax
from lessons.quizzes.problems import ReportProblem
from lessons.quizzes.question import FIELD, FormData, Question, QuestionLayout, common, last
from tests.authoring.conftest import make_instructor
from tests.factories import make_learner, make_lesson, make_session
from tests.quiz_pages.conftest import client_of

pytestmark = pytest.mark.django_db

TEMPLATE = """{% for entry in asked.entries %}
<label>{{ entry.html }} <input type="color" name="{{ entry.name }}" value="{{ entry.value }}"></label>
{% endfor %}"""
QUIZ = """\
---
title: Colours
pass_mark: 70
attempts: 3
release: now
---

## Which colour is a passed check? {#passed points=2}
= #00ff00
> Green.
"""


@dataclass(frozen=True, kw_only=True)
class Colour(Question[str]):
    """A response is a colour as a browser posts it."""

    kind: ClassVar[str] = "colour"
    template: ClassVar[str] = "lessons/controls/colour.html"
    hint: ClassVar[str] = "Pick a colour."
    example: ClassVar[str] = "## Which colour is the sky? {#sky}\n= #0000ff\n> It is blue.\n"
    answers_are_markdown: ClassVar[bool] = False
    accepted: str

    @classmethod
    def recognises(cls, block: Block) -> bool:
        return block.syntax is Syntax.EQUALS and block.answers[0].content.startswith("#")

    @classmethod
    def parse(cls, block: Block, report: ReportProblem) -> Self:
        for line in block.answers[1:]:
            report(line.number, "A colour has one right answer.")
        return cls(**common(block), accepted=block.answers[0].content)

    def read_response(self, layout: QuestionLayout, data: FormData) -> str | None:
        return last(data, FIELD) or None

    def form_fields(self, layout: QuestionLayout, response: str) -> dict[str, list[str]]:
        return {FIELD: [response]}

    def credit(self, response: str) -> Fraction:
        return Fraction(response == self.accepted)

    def right_answer(self) -> list[str]:
        return [self.accepted]

    def given_answer(self, response: str) -> list[str]:
        return [response]


@pytest.fixture
def registered(monkeypatch, settings, tmp_path):
    """Add the kind to the list and its template to the others."""
    monkeypatch.setattr(kinds, "KINDS", (Colour, *kinds.KINDS))
    template = tmp_path / Colour.template
    template.parent.mkdir(parents=True)
    template.write_text(TEMPLATE)
    [engine] = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], tmp_path]}]


@pytest.fixture
def lesson():
    return make_lesson(make_session())


@pytest.fixture
def staff(lesson):
    return client_of(make_instructor(lesson.course))


@pytest.fixture
def quiz(registered, lesson, staff) -> Quiz:
    """Save the quiz in the editor."""
    staff.post(
        reverse("admin:lessons_quiz_add"), {"course": lesson.course_id, "lesson": lesson.pk, "source": QUIZ}
    )
    return Quiz.objects.get()


def test_a_new_kind_is_previewed_with_its_mistakes(registered, lesson, staff):
    address, asked = reverse("markdownx_markdownify"), {"course": lesson.course_id, "kind": "quiz"}
    shown = staff.post(address, {**asked, "content": QUIZ}).json()
    for words in ("Pick a colour.", '<input type="color" name="answer" value="">', "#00ff00", "Green."):
        assert words in shown["page"]
    refused = staff.post(address, {**asked, "content": QUIZ.replace("> Green", "= red\n> Green")}).json()
    assert 'data-line="10">Line 10</a>: A colour has one right answer.' in refused["notes"]


@pytest.mark.daily(1)
@pytest.mark.parametrize(
    ("colour", "status", "points"),
    [("#00ff00", "Correct", "2 of 2 points"), ("#ff0000", "Incorrect", "0 of 2 points")],
)
def test_a_new_kind_is_asked_answered_and_reviewed(quiz, staff, colour, status, points):
    enrollment = make_learner(quiz.course)
    learner, at = client_of(enrollment.user), [quiz.course.slug, quiz.slug]
    assert quiz.current.question_count == 1
    learner.post(reverse("quiz", args=at))
    question = reverse("question", args=[*at, 1, 1])
    assertContains(learner.get(question), "2 points. Pick a colour.")
    learner.post(question, {"answer": colour, "go": "summary"})
    assertContains(learner.get(question), f'<input type="color" name="answer" value="{colour}">')
    review = learner.post(reverse("attempt_summary", args=[*at, 1]), follow=True)
    of_staff = staff.get(reverse("attempt_of", args=[*at, 1, enrollment.pk]))
    attempt = enrollment.attempts.get()
    in_admin = staff.get(reverse("admin:lessons_attempt_change", args=[attempt.pk]))
    for page in (review, of_staff, in_admin):
        assertContains(page, f"{status}, {points}")
        for words in (f"<dd>{colour}</dd>", "<dt>Correct answer</dt><dd>#00ff00</dd>", "Green."):
            assertContains(page, words)
    progress = learner.get(reverse("progress", args=[quiz.course.slug]))
    assertContains(progress, points.removesuffix(" points"))


def test_a_new_kind_is_in_the_help_beside_the_editor(registered, staff):
    page = staff.get(reverse("admin:lessons_quiz_add"))
    for words in ("<b>Colour</b> Learners see: Pick a colour.", f"<pre>{Colour.example}</pre>"):
        assertContains(page, words.replace("> It", "&gt; It"))


def test_a_new_kind_is_in_the_docs(registered):
    page = reference.with_example("<!-- made by lessons.quizzes.reference -->\n<!-- end -->\n")
    assert Colour.example in page
    assert [type(question) for question in parse(reference.example_quiz()).questions] == list(kinds.KINDS)


@pytest.mark.parametrize("kind", kinds.KINDS, ids=lambda kind: kind.kind)
def test_each_kind_has_what_the_recipe_asks_for(kind):
    get_template(kind.template)
    assert kind.hint
    [question] = parse(f"{reference.FRONT_MATTER}\n{kind.example}").questions
    assert type(question) is kind
