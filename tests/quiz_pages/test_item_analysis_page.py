import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from lessons import actions, attempt_actions
from lessons.models import Answer, Attempt
from lessons.pages.csv_file import csv_response
from tests.factories import make_cohort, make_enrollment
from tests.quiz_pages.conftest import client_of
from tests.quiz_pages.examples import RIGHT, WRONG, quiz_source

FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def staff(cast):
    cast.instructor.is_staff = True
    cast.instructor.save()
    return client_of(cast.instructor)


def take(cast, count: int, responses: dict, cohort=None) -> list[Attempt]:
    cohort = cohort or make_cohort(cast.quiz.course)
    taken = []
    for _ in range(count):
        attempt = attempt_actions.start_attempt(enrollment=make_enrollment(cohort=cohort), quiz=cast.quiz)
        given = [Answer(attempt=attempt, key=key, response=each) for key, each in responses.items()]
        Answer.objects.bulk_create(
            given
        )  # at once, because saving each takes most of the time of these tests
        taken.append(attempt_actions.submit_attempt(attempt=attempt))
    return taken


def analysis(staff, cast, **query):
    return staff.get(cast.address("item_analysis"), query)


def items(page) -> dict:
    return {row.item.key: row for row in page.context["items"]}


def table(staff, cast, of: str, **query) -> list[dict[str, str]]:
    response = staff.get(cast.address("item_analysis_csv", of), query)
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_without_attempts_the_page_says_so(staff, cast):
    cast.start()
    assertContains(analysis(staff, cast), "Nobody has taken this quiz yet")


def test_few_attempts_give_counts_only(staff, cast):
    take(cast, 4, RIGHT)
    take(cast, 5, WRONG)
    page = analysis(staff, cast)
    assertContains(page, "9 learners so far: counts only")
    assertContains(page, "<b>9 learners. Treat these figures as hints.</b>")
    row = items(page)["approval"]
    assert (row.right, row.discrimination, row.item.right) == ("", "", 4)
    assert [(bar.both, bar.upper, bar.lower) for bar in row.bars] == [(5, 1, 4), (4, 4, 0), (0, 0, 0)]
    assertNotContains(page, "How to read this")


def test_only_the_first_attempt_of_each_learner_counts(staff, cast):
    cast.submit(**WRONG)
    cast.submit(**RIGHT)
    take(cast, 9, RIGHT)
    page = analysis(staff, cast)
    row = items(page)["approval"]
    assert (page.context["found"].count, row.item.right, row.right) == (10, 9, "90%")
    assertContains(page, "9 of 10 correct (90%)")


def test_an_edit_does_not_mix_versions(staff, cast):
    take(cast, 10, RIGHT)
    old = cast.quiz.current_id
    changed = quiz_source().replace("Who approves a *release*?", "Who may approve?")
    cast.quiz.source = changed.replace("The product owner", "The owner")
    actions.save_quiz(quiz=cast.quiz)
    take(cast, 11, WRONG)
    now = analysis(staff, cast)
    assert (now.context["found"].count, items(now)["vcs"].item.right) == (11, 0)
    before = analysis(staff, cast, version=old)
    assert (before.context["found"].count, items(before)["vcs"].item.right) == (10, 10)
    both = analysis(staff, cast, version="all")
    assert both.context["found"].count == 21
    # The changed question counts only where it was asked as it is now; the others are joined.
    assert (items(both)["approval"].item.asked, items(both)["vcs"].item.asked) == (11, 21)
    assert (items(both)["vcs"].right, items(both)["vcs"].item.flags) == ("48%", items(both)["vcs"].item.flags)


@pytest.mark.parametrize("version", ["", "0", "x", "9" * 30])
def test_unknown_version_shows_the_current_one(staff, cast, version):
    take(cast, 1, RIGHT)
    page = analysis(staff, cast, version=version)
    assert (page.status_code, page.context["chosen"]) == (200, str(cast.quiz.current_id))


def test_question_whose_wrong_answer_wins_is_flagged_and_can_be_edited(staff, cast):
    take(cast, 4, RIGHT)
    take(cast, 7, {**RIGHT, "approval": [0]})
    page = analysis(staff, cast)
    assertContains(page, "1 question needs attention")
    assertContains(page, "A wrong answer was given more often (7) than a correct one (4).")
    line = next(
        number for number, text in enumerate(cast.quiz.source.splitlines(), 1) if "{#approval" in text
    )
    assertContains(page, f"/staff/lessons/quiz/{cast.quiz.pk}/change/#source-{line}")


def test_times_are_known_only_for_answers_saved_in_order(staff, cast):
    taken = take(cast, 4, {"approval": [1], "vcs": [0, 1]})
    for number, attempt in enumerate(taken):
        start = timezone.now()
        saved = (
            {"approval": 20, "vcs": 50} if number < 3 else {"approval": 90, "vcs": 10}
        )  # the last went back
        Attempt.objects.filter(pk=attempt.pk).update(started_at=start)
        for key, seconds in saved.items():
            at = start + timezone.timedelta(seconds=seconds)
            Answer.objects.filter(attempt=attempt, key=key).update(saved_at=at)
    rows = items(analysis(staff, cast))
    assert [(rows[key].time, rows[key].item.timed) for key in ("approval", "vcs", "hours")] == [
        ("20 s", 3), ("30 s", 3), ("", 0),
    ]  # fmt: skip


def test_question_of_a_pool_counts_only_where_it_was_drawn(staff, cast):
    (first,) = take(cast, 1, RIGHT)
    Attempt.objects.filter(pk=first.pk).update(questions=["vcs", "approval"])
    take(cast, 2, RIGHT)
    rows = items(analysis(staff, cast))
    assert [rows[key].item.asked for key in ("approval", "vcs", "branch")] == [3, 3, 2]


def test_new_attempt_is_on_the_page_at_once(staff, cast):
    take(cast, 1, RIGHT)
    assert analysis(staff, cast).context["found"].count == 1
    take(cast, 1, RIGHT)
    assert analysis(staff, cast).context["found"].count == 2


def test_number_of_queries_does_not_grow(staff, cast):
    counts = []
    for count in (1, 12):
        take(cast, count, RIGHT)
        with CaptureQueriesContext(connection) as captured:
            analysis(staff, cast)
        counts.append(len(captured))
    assert counts == [12, 12]


def test_csv_has_the_figures_and_no_formula(staff, cast):
    take(cast, 9, RIGHT)
    take(cast, 3, {**WRONG, "branch": FORMULA})
    rows = table(staff, cast, "questions")
    assert [row["key"] for row in rows] == list(RIGHT)
    assert (rows[0]["asked"], rows[0]["right"], rows[0]["share right"]) == ("12", "9", "0.75")
    assert (rows[0]["question"], rows[0]["discrimination"]) == ("Who approves a release?", "1.0")
    answers = [row for row in table(staff, cast, "answers") if row["key"] == "branch"]
    assert [(row["answer"], row["correct"], row["both"]) for row in answers] == [
        ("git branch canary", "yes", "9"),
        (f"'{FORMULA}", "no", "3"),
    ]
    assert staff.get(cast.address("item_analysis_csv", "people")).status_code == 404


@pytest.mark.parametrize("start", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "  =1", "＝1"])
def test_text_that_a_spreadsheet_would_run_becomes_text(start):
    lines = csv_response("a.csv", ["a"], [[start], [-1.5]]).content.decode("utf-8-sig")
    assert [row["a"] for row in csv.DictReader(io.StringIO(lines, newline=""))] == [f"'{start}", "-1.5"]


def test_learners_and_other_staff_do_not_see_it(cast):
    for user in (cast.learner.user, cast.outsider):
        assert client_of(user).get(cast.address("item_analysis")).status_code == 403
    cast.outsider.is_staff = True
    cast.outsider.save()
    assert client_of(cast.outsider).get(cast.address("item_analysis")).status_code == 404
