"""Places of a cohort: never more learners than places, and a free one goes to the first who waits."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from lessons.joining import (
    CannotJoinError,
    CohortFullError,
    count_learners,
    end_enrollment,
    give_free_places,
    join_cohort,
    move_learner,
    wait_for_place,
)
from lessons.models import Cohort, Enrollment, Thread, WaitingPlace
from portal.accounts.models import AuditEntry
from portal.notices.models import Notice
from tests.factories import make_cohort, make_course, make_enrollment, make_lab, make_staff, make_user
from tests.joining.test_roles_per_cohort import make_role


@pytest.fixture
def full(db):
    cohort = make_cohort(capacity=1)
    make_enrollment(cohort=cohort)
    return cohort


@pytest.mark.heavy
@pytest.mark.django_db(transaction=True)
def test_concurrent_joins_never_overfill_a_cohort():
    cohort = make_cohort(capacity=5)
    people = [make_user() for _ in range(16)]

    def join(user):
        try:
            return isinstance(wait_for_place(user=user, cohort=cohort), Enrollment)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(join, people))
    assert sum(got) == count_learners(cohort) == 5
    assert WaitingPlace.objects.filter(cohort=cohort).count() == 11

    def leave(enrollment):
        try:
            end_enrollment(enrollment=enrollment, reason="", by=enrollment.user)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(leave, list(Enrollment.objects.active().select_related("user", "cohort__course"))))
    assert count_learners(cohort) == 5
    assert WaitingPlace.objects.filter(cohort=cohort).count() == 6


def test_free_place_goes_to_the_first_who_waits_with_a_notice(full):
    first, second = make_user(), make_user()
    for user in (first, second):
        wait_for_place(user=user, cohort=full)
    leaving = Enrollment.objects.get()
    end_enrollment(enrollment=leaving, reason="No time", by=leaving.user)
    assert Enrollment.objects.active().get().user == first
    assert Notice.objects.get(user=first, kind="joining").text.startswith("You have a place in")
    assert list(WaitingPlace.objects.values_list("user", flat=True)) == [second.pk]
    assert AuditEntry.objects.filter(what__contains="left").get().what.endswith(": No time")


def test_more_places_are_given_at_once(full):
    for _ in range(3):
        wait_for_place(user=make_user(), cohort=full)
    Cohort.objects.update(capacity=3)
    assert len(give_free_places(full.pk)) == 2
    assert WaitingPlace.objects.count() == 1


def test_person_in_another_cohort_loses_only_their_turn(full):
    elsewhere, other = make_user(), make_user()
    for user in (elsewhere, other):
        wait_for_place(user=user, cohort=full)
    make_enrollment(elsewhere, make_cohort(full.course))
    leaving = Enrollment.objects.get(cohort=full)
    end_enrollment(enrollment=leaving, reason="", by=leaving.user)
    assert Enrollment.objects.active().get(cohort=full).user == other


def test_join_page_of_a_full_cohort_leads_to_the_waiting_list_and_out(full, client):
    client.force_login(make_user())
    page = reverse("join_with_code", args=[full.invite_code])
    assert "1 of 1 places taken" in client.get(page).content.decode()
    join = reverse("join")
    assert client.post(join, {"code": full.invite_code}, follow=True).status_code == 200
    assert not WaitingPlace.objects.exists()
    client.post(join, {"code": full.invite_code, "do": "wait"})
    assert "You are number 1 on the waiting list" in client.get(page).content.decode()
    client.post(join, {"code": full.invite_code, "do": "stop"})
    assert not WaitingPlace.objects.exists()


def test_staff_order_the_waiting_list_and_admit(full, client):
    people = [make_user() for _ in range(3)]
    first, second, third = (wait_for_place(user=user, cohort=full) for user in people)
    client.force_login(make_role(full))
    page = reverse("cohort_people", args=[full.course.slug, full.slug])
    client.post(page, {"place": third.pk, "do": "up"})
    assert list(WaitingPlace.objects.all()) == [first, third, second]
    client.post(page, {"place": second.pk, "do": "admit"})
    client.post(page, {"place": first.pk, "do": "remove"})
    assert list(WaitingPlace.objects.all()) == [third]
    assert set(Enrollment.objects.active().values_list("user", flat=True)) >= {people[1].pk}
    client.force_login(make_role(make_cohort(full.course)))
    assert client.get(page).status_code == 404


def test_person_who_joined_another_cohort_is_not_said_to_be_admitted(full, client):
    place = wait_for_place(user=make_user(), cohort=full)
    make_enrollment(place.user, make_cohort(full.course))
    client.force_login(make_role(full))
    page = reverse("cohort_people", args=[full.course.slug, full.slug])
    answer = client.post(page, {"place": place.pk, "do": "admit"}, follow=True)
    assert "was not enrolled" in answer.content.decode()
    assert not AuditEntry.objects.filter(what__contains="admitted").exists()


@pytest.mark.parametrize("count", [1, 20])
@pytest.mark.django_db
def test_queries_of_the_people_page(count, client, django_assert_num_queries):
    cohort = make_cohort(capacity=count)
    for _ in range(count):
        make_enrollment(cohort=cohort)
        wait_for_place(user=make_user(), cohort=cohort)
    client.force_login(make_staff(cohort.course, make_user(is_staff=True)))
    page = reverse("cohort_people", args=[cohort.course.slug, cohort.slug])
    client.get(page)
    with django_assert_num_queries(PEOPLE_QUERIES):
        assert client.get(page).status_code == 200


PEOPLE_QUERIES = 7


@pytest.mark.django_db
def test_move_takes_the_work_along_and_says_so(client):
    course = make_course()
    old, new = make_cohort(course, title="Old"), make_cohort(course, title="New", capacity=1)
    enrollment = make_enrollment(cohort=old)
    lab = make_lab(course)
    kept = {
        "course": course,
        "cohort": old,
        "title": "A question",
        "place_kind": "course",
        "place_key": course.pk,
    }
    threads = [
        Thread.objects.create(enrollment=enrollment, waiting_since=since, **kept)
        for since in (timezone.now(), None)
    ]
    staff = make_staff(course, make_user(is_staff=True))
    client.force_login(staff)
    page = reverse("change_learner", args=[course.slug, enrollment.pk])
    assert "lessons read, attempts, submissions" in client.get(page).content.decode()
    assert client.post(page, {"to": new.pk, "reason": ""}).status_code == 422
    assert client.post(page, {"to": new.pk, "reason": "Clashes with work"}).status_code == 302
    enrollment.refresh_from_db()
    assert enrollment.cohort == new and lab
    assert [Thread.objects.get(pk=each.pk).cohort for each in threads] == [new, old]
    moved = AuditEntry.objects.get(what__contains="moved from")
    assert moved.user == staff and moved.what.endswith("Clashes with work")
    assert "Clashes with work" in Notice.objects.get(user=enrollment.user).text
    with pytest.raises(CohortFullError):
        move_learner(enrollment=make_enrollment(cohort=old), to=new, reason="x", by=staff)


@pytest.mark.django_db
def test_learner_leaves_and_comes_back_to_all_work(client):
    enrollment = make_enrollment()
    client.force_login(enrollment.user)
    page = reverse("leave_course", args=[enrollment.course.slug])
    assert "Your work and points are kept" in client.get(page).content.decode()
    assert client.post(page, {"reason": ""}).status_code == 302
    enrollment.refresh_from_db()
    assert not enrollment.is_active
    assert client.get(page).status_code == 404
    assert join_cohort(user=enrollment.user, cohort=enrollment.cohort) == enrollment


def test_learner_whom_somebody_else_moved_meanwhile_is_not_moved_again(db):
    course = make_course()
    first, second, third = (make_cohort(course) for _ in range(3))
    learner = make_enrollment(cohort=first)
    stale = Enrollment.objects.select_related("cohort", "user").get(pk=learner.pk)
    move_learner(enrollment=learner, to=second, reason="Other evenings", by=make_user())
    with pytest.raises(CannotJoinError, match="Reload the page"):
        move_learner(enrollment=stale, to=third, reason="Other evenings", by=make_user())
    learner.refresh_from_db()
    assert learner.cohort == second
