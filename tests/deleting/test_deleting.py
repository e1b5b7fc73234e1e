"""Deleted content disappears for everybody, comes back as it was, and is removed for good after 30 days."""

from dataclasses import replace
from itertools import chain

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import Http404
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from labs.models import Lab, Submission
from labs.tokens import new_token
from lessons import attempt_actions, deletable, deleting, quiz_queries
from lessons.lesson_queries import get_lesson
from lessons.models import Attempt, Deletion, Enrollment, FormerSlug, Lesson, Quiz, Session
from lessons.queries import open_course
from lessons.search import index
from portal.accounts.models import AuditEntry
from portal.progress.queries import course_outline, course_standing
from tests.deleting.conftest import delete, every_row, let_time_pass, restore, row_of
from tests.factories import QUIZ_SOURCE, make_course, make_lesson, make_quiz
from tests.staff.conftest import change_address
from tests.web.world import authorization

pytestmark = pytest.mark.django_db

KINDS = ("course", "session", "lesson", "quiz", "lab")
# each kind with what disappears with it
INSIDE = {
    "course": {"course", "session", "lesson", "quiz", "lab"},
    "session": {"session", "lesson", "quiz"},
    "lesson": {"lesson", "quiz"},
    "quiz": {"quiz"},
    "lab": {"lab"},
}
SEEN_FROM = ("/", "/progress/", "/search?q=antipode+north")


def pages_of(place) -> dict[str, list[str]]:
    """Return the addresses that belong to each kind."""
    course = place.course.get_absolute_url()
    return {
        "course": [course, f"{course}progress/"],
        "session": [],
        "lesson": [place.lesson.get_absolute_url(), f"{place.lesson.get_absolute_url()}as-learner/"],
        "quiz": [
            place.quiz.get_absolute_url(),
            place.attempt.get_absolute_url(),
            reverse("attempt_review", args=[place.course.slug, place.quiz.slug, place.submitted.number]),
            reverse(
                "attempt_of",
                args=[place.course.slug, place.quiz.slug, place.submitted.number, place.learner.pk],
            ),
        ],
        "lab": [place.lab.get_absolute_url(), place.submission.get_absolute_url()],
    }


def lists_of_staff() -> list[str]:
    models = (
        *("course", "session", "lesson", "quiz", "attempt", "answer", "reading", "tick", "quizversion"),
        *("cohort", "meeting", "enrollment", "coursestaff", "quizdeadline", "extratime", "snippet"),
        "quizextension",
    )
    of_labs = (
        "lab",
        "submission",
        "report",
        "labversion",
        "repository",
        "receipt",
        "localreport",
        "failedcheck",
        *("labdeadline", "labextension", "outage"),
    )
    return [
        *(reverse(f"admin:lessons_{name}_changelist") for name in models),
        *(reverse(f"admin:labs_{name}_changelist") for name in of_labs),
    ]


@pytest.mark.parametrize(
    ("kind", "roles"),
    [
        ("lesson", ["instructor"]),
        *(
            pytest.param(kind, ["learner", "instructor", "administrator"], marks=pytest.mark.heavy)
            for kind in KINDS
        ),
    ],
)
def test_what_is_deleted_disappears_from_every_page_of_learners_and_staff(world, client, kind, roles):
    pages = pages_of(world.here)
    hidden = [page for inside in INSIDE[kind] for page in pages[inside]]
    kept = [page for other in set(KINDS) - INSIDE[kind] for page in pages[other]]
    titles = {str(getattr(row_of(world, inside), "title", "")) for inside in INSIDE[kind]}
    people = [world.people[role] for role in roles]
    before = {}
    for person in people:
        client.force_login(person)
        before[person] = {page: client.get(page).status_code for page in chain(hidden, kept)}
    delete(world, kind)
    for person in people:
        client.force_login(person)
        answers = {page: client.get(page).status_code for page in chain(hidden, kept)}
        gone = {page: 404 for page in hidden if before[person][page] != 403}
        assert answers == before[person] | gone
        lists = lists_of_staff() if person.is_staff else []
        shown = [page for page in kept if before[person][page] == 200]
        for page in [*SEEN_FROM, *shown, *lists]:
            text = client.get(page, follow=True).content.decode()
            assert not [title for title in titles if f">{title}<" in text], page


def test_no_form_offers_a_cohort_of_a_deleted_course(world, client):
    client.force_login(world.administrator)
    delete(world, "course")
    for name in ("enrollment", "extratime", "quizextension", "quizdeadline", "meeting", "snippet"):
        text = client.get(reverse(f"admin:lessons_{name}_add")).content.decode()
        assert world.there.cohort.title in text or name == "snippet"
        assert world.here.cohort.title not in text, name


def test_no_lesson_can_choose_a_deleted_lab(world, client):
    client.force_login(world.here.instructor)
    for page in (reverse("admin:lessons_lesson_add"), change_address(world.here.lesson)):
        assert world.here.lab.title in client.get(page).content.decode()
    delete(world, "lab")
    for page in (reverse("admin:lessons_lesson_add"), change_address(world.here.lesson)):
        assert world.here.lab.title not in client.get(page).content.decode()


def test_deleting_restoring_and_removing_are_in_the_audit_log(world):
    title = str(row_of(world, "lab"))
    restore(world, delete(world, "lab"))
    let_time_pass(delete(world, "lab"))
    deleting.remove_old()
    found = AuditEntry.objects.filter(event="content").order_by("pk").values_list("user", "what")
    starts = ["deleted: lab", "restored: lab", "deleted: lab", "removed for good after 30 days: lab"]
    assert [bool(user) for user, _ in found] == [True, True, True, False]
    assert all(what.startswith(f"{start} {title}") for start, (_, what) in zip(starts, found, strict=True))


@pytest.mark.daily(2)
@pytest.mark.parametrize("kind", KINDS)
def test_restoring_brings_back_exactly_what_was_deleted(world, kind):
    before = every_row()
    deletion = delete(world, kind)
    assert every_row() != before
    restored = restore(world, deletion)
    assert (restored.row, restored.renamed) == (row_of(world, kind), [])
    assert every_row() == before


@pytest.mark.daily(2)
@pytest.mark.parametrize("kind", KINDS)
def test_after_30_days_it_is_removed_with_all_work_in_it_and_nothing_else(world, kind):
    before = every_row()
    deletion = delete(world, kind)
    assert deleting.remove_old() == 0
    let_time_pass(deletion)
    assert deleting.remove_old() == 1
    assert not Deletion.objects.exists()
    after = every_row()
    keys = {inside: row_of(world, inside).pk for inside in INSIDE[kind]}
    for inside, key in keys.items():
        label = f"{'labs' if inside == 'lab' else 'lessons'}.{inside.capitalize()}"
        assert key not in after[label]
        assert (
            not [
                row
                for row in after[f"{label[: label.index('.')]}.Historical{inside.capitalize()}"].values()
                if row["id"] == key
            ]
            if inside in ("lesson", "quiz", "lab")
            else True
        )
    # everything that is left is as it was, and all of the other course is there
    for label, rows in after.items():
        assert {key: before[label].get(key) for key in rows} == rows, label
        there = {key for key, row in before[label].items() if row.get("course_id") == world.there.course.pk}
        assert there <= rows.keys(), label
    if "quiz" in INSIDE[kind]:
        assert not Attempt.objects.filter(quiz=keys["quiz"]).exists()
    if "lab" in INSIDE[kind]:
        assert not Submission.objects.filter(lab=keys["lab"]).exists()
    assert Enrollment.objects.filter(course=world.here.course).exists() == (kind != "course")


@pytest.mark.heavy
@settings(max_examples=25)
@given(order=st.permutations(["quiz", "lesson", "session", "lab"]), count=st.integers(1, 4), data=st.data())
def test_any_order_of_deleting_and_restoring_loses_nothing(world, order, count, data):
    before = every_row()
    deletions = []
    for kind in order[:count]:
        try:
            deletions.append(delete(world, kind))
        except deleting.AlreadyDeletedError:  # with what it is in
            continue
    waiting = data.draw(st.permutations(deletions))
    while waiting:
        left = []
        for deletion in waiting:
            try:
                restore(world, deletion)
            except deleting.CannotRestoreError:
                left.append(deletion)
        assert len(left) < len(waiting), "restoring comes to an end"
        waiting = left
    assert every_row() == before


def test_what_would_be_lost_is_counted(world):
    assert deleting.losses(world.here.course).lines == [
        "1 session", "1 lesson", "1 quiz", "2 labs", "1 reading", "2 quiz attempts", "3 lab submissions",
        "2 learners’ work",
    ]  # fmt: skip
    assert deleting.losses(world.here.lab).lines == ["1 lab submission", "1 learner’s work"]
    assert deleting.losses(make_lesson()).lines == []


@pytest.mark.heavy
@pytest.mark.parametrize("many", [1, 30])
def test_counting_and_deleting_take_a_fixed_number_of_statements(world, django_assert_max_num_queries, many):
    for number in range(many):
        make_quiz(lesson=make_lesson(world.here.session, f"more-{number}"))
    with django_assert_max_num_queries(32):
        delete(world, "course")


def test_a_lab_that_would_open_without_its_lesson_is_named(world):
    lesson, lab = world.here.lesson, world.here.lab
    Lesson.objects.filter(pk=lesson.pk).update(lab_slugs=[lab.slug])
    assert deleting.losses(lesson).opened == [str(lab)]
    other = make_lesson(world.here.session, lab_slugs=[lab.slug])
    assert deleting.losses(lesson).opened == []
    assert deleting.losses(world.here.session).opened == [str(lab)]
    assert deleting.losses(other).opened == []


def test_what_cannot_be_removed_does_not_keep_the_rest(world, monkeypatch):
    first, second = delete(world, "lab"), delete(world, "lesson")
    for deletion in (first, second):
        let_time_pass(deletion)

    def refuse(keys):
        raise IntegrityError("protected")

    monkeypatch.setitem(deletable.KINDS, "lab", replace(deletable.KINDS["lab"], clear=refuse))
    assert deleting.remove_old() == 1
    assert list(Deletion.objects.all()) == [first]
    assert Lab.with_deleted().filter(pk=world.here.lab.pk).exists()


def test_a_lesson_that_is_saved_meanwhile_still_names_its_deleted_lab(world, client):
    lesson, lab = world.here.lesson, world.here.lab
    Lesson.objects.filter(pk=lesson.pk).update(lab_slugs=["gone", lab.slug])
    delete(world, "lab")
    client.force_login(world.here.instructor)
    sent = {"title": "Changed", "session": lesson.session_id, "status": "draft", "source": "Text."}
    edit = reverse("admin:lessons_lesson_change", args=[lesson.pk])
    assert client.post(edit, sent).status_code == 302
    lesson.refresh_from_db()
    assert (lesson.title, lesson.lab_slugs) == ("Changed", [lab.slug])


# --- slugs and places -------------------------------------------------------------------------------------------------


def test_a_new_lesson_may_take_the_slug_and_the_restored_one_gets_another(world, client):
    old = world.here.lesson
    deletion = delete(world, "lesson")
    new = make_lesson(world.here.session, old.slug, title="The new one")
    with pytest.raises(ValidationError):
        Lesson(course=old.course, session=old.session, slug=old.slug, title="x", source="x").full_clean()
    client.force_login(world.here.instructor)
    page = client.post(reverse("admin:lessons_course_deleted"), {"deletion": deletion.pk}, follow=True)
    assert f"Another lesson now has the slug {old.slug}" in page.content.decode()
    found = {lesson.slug: lesson for lesson in world.here.course.lessons.all()}
    assert (found[old.slug], found[f"{old.slug}-2"]) == (new, old)
    assert found[f"{old.slug}-2"].quiz == world.here.quiz


def test_a_lesson_may_get_a_new_quiz_and_the_old_one_waits_until_that_is_gone(world):
    lesson, attempts = world.here.lesson, set(Attempt.objects.values_list("pk", flat=True))
    deletion = delete(world, "quiz")
    lesson.refresh_from_db()
    assert getattr(lesson, "quiz", None) is None
    new = make_quiz(QUIZ_SOURCE, lesson)
    with pytest.raises(deleting.CannotRestoreError, match="has a new quiz"):
        restore(world, deletion)
    second = deleting.delete(row=new, by=world.here.instructor)
    assert restore(world, deletion).renamed == []
    assert Lesson.objects.get(pk=lesson.pk).quiz == world.here.quiz
    assert set(Attempt.objects.values_list("pk", flat=True)) == attempts
    with pytest.raises(deleting.CannotRestoreError, match="has a new quiz"):
        restore(world, second)


def test_the_attempt_of_a_deleted_quiz_does_not_stand_for_one_at_a_new_quiz_with_its_slug(world):
    old = world.here.attempt
    delete(world, "quiz")
    new = make_quiz(QUIZ_SOURCE, Lesson.objects.get(pk=world.here.lesson.pk))
    assert new.slug == world.here.quiz.slug
    asked = (world.here.learner.user, new.course.slug, new.slug, old.number)
    for get in (quiz_queries.get_attempt, quiz_queries.get_answer_target):
        with pytest.raises(Http404):
            get(*asked)
    mine = attempt_actions.start_attempt(enrollment=world.here.learner, quiz=new)
    assert mine.number == 1
    assert quiz_queries.get_attempt(*asked[:3], 1).attempt == mine


@pytest.mark.parametrize(
    ("inner", "outer"), [("lesson", "session"), ("quiz", "lesson"), ("session", "course")]
)
def test_it_cannot_be_restored_into_something_that_is_deleted(world, inner, outer):
    first, second = delete(world, inner), delete(world, outer)
    with pytest.raises(deleting.CannotRestoreError, match=f"Restore the {outer} "):
        restore(world, first)
    restore(world, second)
    assert not type(row_of(world, inner)).objects.filter(pk=row_of(world, inner).pk).exists()
    restore(world, first)
    assert type(row_of(world, inner)).objects.filter(pk=row_of(world, inner).pk).exists()


def test_a_restored_course_gets_another_slug_if_a_new_course_has_its_own(world):
    deletion = delete(world, "course")
    make_course(world.here.course.slug)
    assert restore(world, deletion).renamed == [
        ("course", world.here.course.slug, f"{world.here.course.slug}-2")
    ]


def test_nobody_deletes_twice(world):
    delete(world, "session")
    for kind in ("session", "lesson", "quiz"):
        with pytest.raises(deleting.AlreadyDeletedError):
            delete(world, kind)


# --- other ways to content --------------------------------------------------------------------------------------------


@pytest.mark.daily(3)
@pytest.mark.parametrize("kind", KINDS)
def test_a_form_that_is_saved_meanwhile_does_not_bring_it_back(world, kind):
    read_before = row_of(world, kind)
    deletion = delete(world, kind)
    read_before.title = "Saved meanwhile"
    read_before.save()
    assert not type(read_before).objects.filter(pk=read_before.pk).exists()
    assert restore(world, deletion).row.title == "Saved meanwhile"
    assert Lesson.objects.filter(pk=world.here.lesson.pk).exists()


def test_what_is_in_use_again_is_not_removed_with_an_old_deletion(world):
    deletion = delete(world, "session")
    for model in (Session, Lesson, Quiz):
        model.with_deleted().filter(deletion=deletion).update(deletion=None)
    let_time_pass(deletion)
    assert deleting.remove_old() == 1
    assert Lesson.objects.filter(pk=world.here.lesson.pk).exists()


def test_a_redirect_to_a_deleted_lesson_leads_nowhere(world, client):
    lesson = world.here.lesson
    FormerSlug.objects.create(course=lesson.course, kind="lesson", slug="before", target=lesson.pk)
    old = reverse("lesson", args=[lesson.course.slug, "before"])
    client.force_login(world.here.learner.user)
    assert client.get(old).status_code == 302
    delete(world, "lesson")
    assert client.get(old).status_code == 404


def test_a_push_to_a_deleted_lab_is_refused_with_the_reason(world, client):
    token = new_token(user=world.here.learner.user)
    address = reverse("practice_refs", args=[world.here.course.slug, world.here.lab.slug])
    ask = f"{address}?service=git-receive-pack"
    assert client.get(ask, **authorization(token)).status_code == 200
    delete(world, "lab")
    answer = client.get(ask, **authorization(token))
    assert answer.status_code == 410
    assert "was deleted by the staff of the course" in answer.content.decode()
    token = new_token(user=world.there.learner.user)
    assert client.get(ask, **authorization(token)).status_code == 404


def test_the_index_is_made_again_with_what_was_deleted_so_that_it_can_be_restored(world):
    deletion = delete(world, "lesson")
    index.rebuild()
    restore(world, deletion)
    assert get_lesson(world.here.learner.user, world.here.course.slug, world.here.lesson.slug)
    assert index.complete() == 0


def test_points_of_a_deleted_quiz_and_lab_do_not_count(world):
    def points():
        reader = open_course(world.here.learner.user, world.here.course)
        standing, outline = course_standing(reader), course_outline(reader)
        assert standing.points == outline.points
        return standing.points, len(standing.scores.items), standing.lesson_count

    make_quiz(lesson=make_lesson(world.here.session))
    before = points()
    deletions = [delete(world, "lab"), delete(world, "lesson")]
    assert points()[1:] == (1, 1)
    for deletion in deletions:
        restore(world, deletion)
    assert points() == before
