"""Join, wait for, move between and leave cohorts. Each function is one transaction.

Everything that takes or frees a place locks the row of the cohort first, so that concurrent joins never overfill it.
"""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.urls import reverse

from lessons.deadline_changes import deadline_of_learner_moved
from lessons.models import Cohort, Enrollment, Thread, WaitingPlace
from lessons.roster_matching import fulfil_roster
from portal.accounts.audit import Event, record
from portal.accounts.models import User
from portal.notices.actions import notify


class CannotJoinError(Exception):
    """The cohort cannot be joined; the message says why and what to do."""


class CohortFullError(CannotJoinError):
    """All places of the cohort are taken."""


def closed_cohort_message(cohort: Cohort) -> str:
    return f"{cohort} no longer accepts learners. Ask the person who invited you."


def full_cohort_message(cohort: Cohort) -> str:
    return f"All {cohort.capacity} places of {cohort} are taken."


@transaction.atomic
def join_cohort(*, user: User, cohort: Cohort) -> Enrollment:
    """Enroll `user`, or return their existing enrollment in the cohort. Raises CannotJoinError, CohortFullError."""
    locked = _lock(cohort.pk)
    active = _active(user, locked)
    if active and active.cohort_id == locked.pk:
        return active
    if active:
        raise CannotJoinError(f"You’re already in {active.cohort}. Ask your instructor to move you.")
    if not locked.is_joinable:
        raise CannotJoinError(closed_cohort_message(locked))
    if is_full(locked):
        raise CohortFullError(full_cohort_message(locked))
    try:
        with transaction.atomic():
            return _enroll(user, locked)
    except IntegrityError:
        raise CannotJoinError("You have just joined a different cohort of this course.") from None


def lock_cohorts(keys: Iterable[int]) -> dict[int, Cohort]:
    """Lock cohorts in the order of their keys, so that two changes of the same cohorts cannot deadlock."""
    return {key: _lock(key) for key in sorted(set(keys))}


def _lock(cohort: int) -> Cohort:
    # `no_key`, because rows that refer to the cohort are written meanwhile
    rows = Cohort.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("course").get(pk=cohort)


def _active(user: User, cohort: Cohort) -> Enrollment | None:
    own = Enrollment.objects.active().filter(user=user, course=cohort.course_id)
    return own.select_related("cohort__course").first()


def count_learners(cohort: Cohort) -> int:
    return Enrollment.objects.active().filter(cohort=cohort).count()


def is_full(cohort: Cohort) -> bool:
    return cohort.capacity is not None and count_learners(cohort) >= cohort.capacity


def _enroll(user: User, cohort: Cohort) -> Enrollment:
    # An earlier enrollment in the cohort comes back with all its work.
    own = Enrollment.objects.select_for_update().filter(user=user, cohort=cohort)
    enrollment = own.order_by("-pk").first()
    if enrollment is None:
        enrollment = Enrollment.objects.create(user=user, cohort=cohort, course=cohort.course)
    elif not enrollment.is_active:
        enrollment.is_active = True
        enrollment.save(update_fields=["is_active"])
        deadline_of_learner_moved(enrollment.pk)
    WaitingPlace.objects.filter(user=user, cohort__course=cohort.course_id).delete()
    fulfil_roster(enrollment)
    return enrollment


@transaction.atomic
def enroll_by_staff(*, user: User, cohort: Cohort) -> Enrollment:
    """Enroll somebody whom staff chose, also if the cohort is full. Raises CannotJoinError if they are in another."""
    locked = _lock(cohort.pk)
    active = _active(user, locked)
    if active and active.cohort_id != locked.pk:
        raise CannotJoinError(f"{user.email} is already in {active.cohort}. Move them instead.")
    return active or _enroll(user, locked)


# --- the waiting list -----------------------------------------------------------------------------------------------


@transaction.atomic
def wait_for_place(*, user: User, cohort: Cohort) -> WaitingPlace | Enrollment:
    """Put `user` last on the waiting list, or enroll them if a place became free. Raises CannotJoinError."""
    _lock(cohort.pk)  # until the end: a refused `join_cohort` gives its own lock back
    try:
        return join_cohort(user=user, cohort=cohort)
    except CohortFullError:
        last = WaitingPlace.objects.filter(cohort=cohort).aggregate(last=Max("position"))["last"] or 0
        found, _ = WaitingPlace.objects.get_or_create(
            cohort=cohort, user=user, defaults={"position": last + 1}
        )
        return found


def stop_waiting(*, place: WaitingPlace) -> None:
    place.delete()


def place_in_line(place: WaitingPlace) -> int:
    """Return 1 for the person who gets the next free place."""
    before = WaitingPlace.objects.filter(cohort=place.cohort_id)
    ahead = before.filter(position__lt=place.position) | before.filter(
        position=place.position, pk__lt=place.pk
    )
    return ahead.count() + 1


@transaction.atomic
def move_in_line(*, place: WaitingPlace, step: int) -> None:
    """Exchange a person with the one before (-1) or after (1) them."""
    _lock(place.cohort_id)
    line = list(WaitingPlace.objects.filter(cohort=place.cohort_id).order_by("position", "pk"))
    at = next((number for number, each in enumerate(line) if each.pk == place.pk), None)
    if at is None or not 0 <= at + step < len(line):
        return
    line[at], line[at + step] = line[at + step], line[at]
    for number, each in enumerate(line, start=1):
        each.position = number
    WaitingPlace.objects.bulk_update(line, ["position"])


@transaction.atomic
def give_free_places(cohort: int) -> list[Enrollment]:
    """Enroll the first who wait, as many as there are places, and send each a notice."""
    locked = _lock(cohort)
    given: list[Enrollment] = []
    while locked.is_joinable and not is_full(locked):
        place = WaitingPlace.objects.filter(cohort=locked).select_related("user").first()
        if place is None:
            break
        enrollment = _take_place(place, locked)
        given += [enrollment] if enrollment else []
    return given


def _take_place(place: WaitingPlace, cohort: Cohort) -> Enrollment | None:
    user = place.user
    place.delete()
    if not user.is_active or _active(user, cohort):  # joined another cohort of the course meanwhile
        return None
    enrollment = _enroll(user, cohort)
    words = f"You have a place in {cohort} now. You are no longer on the waiting list."
    notify(user=user, kind="joining", text=words, link=cohort.course.get_absolute_url())
    record(Event.JOINING, f"{user.email} got a place in {cohort} from the waiting list", user=user)
    return enrollment


@transaction.atomic
def admit(*, place: WaitingPlace, by: User) -> Enrollment | None:
    """Enroll somebody from the waiting list, also if the cohort is full or others are before them.

    Return None, and take them off the list, if their account is closed or they are in another cohort of the course.
    """
    locked = _lock(place.cohort_id)
    enrollment = _take_place(place, locked)
    if enrollment:
        record(Event.JOINING, f"{place.user.email} admitted to {locked}", user=by)
    return enrollment


# --- moving and leaving ---------------------------------------------------------------------------------------------


@transaction.atomic
def move_learner(*, enrollment: Enrollment, to: Cohort, reason: str, by: User) -> None:
    """Move a learner with all their work to another cohort of the course. Raises CohortFullError, CannotJoinError."""
    before = enrollment.cohort
    locked = lock_cohorts({before.pk, to.pk})[to.pk]
    if not Enrollment.objects.active().filter(pk=enrollment.pk, cohort=before).exists():
        raise CannotJoinError(f"{enrollment.user.email} is no longer in {before}. Reload the page.")
    if locked.course_id != enrollment.course_id or locked.is_over:
        raise CannotJoinError(closed_cohort_message(locked))
    if is_full(locked) and before.pk != locked.pk:
        raise CohortFullError(full_cohort_message(locked))
    enrollment.cohort = locked
    enrollment.save(update_fields=["cohort"])
    deadline_of_learner_moved(enrollment.pk)
    # The staff of the new cohort answer open threads. Closed ones stay with the staff who saw them.
    Thread.objects.filter(enrollment=enrollment).waiting().update(cohort=locked)
    WaitingPlace.objects.filter(user=enrollment.user_id, cohort=locked).delete()
    record(Event.JOINING, f"{enrollment.user.email} moved from {before} to {locked}: {reason}", user=by)
    words = f"You are now in {locked.title} of {locked.course.title}, with all your work. Reason: {reason}"
    notify(user=enrollment.user, kind="joining", text=words, link=locked.course.get_absolute_url())
    give_free_places(before.pk)


@transaction.atomic
def end_enrollment(*, enrollment: Enrollment, reason: str, by: User) -> None:
    """End an enrollment by its learner or by staff. All work is kept, and comes back if they join the cohort again."""
    _lock(enrollment.cohort_id)
    active = Enrollment.objects.active().select_for_update(of=("self",)).filter(pk=enrollment.pk).first()
    if active is None:
        return
    active.is_active = False
    active.save(update_fields=["is_active"])  # counts the people of the cohort again, as an update would not
    is_own = by.pk == enrollment.user_id
    words = "left" if is_own else "was removed from"
    record(
        Event.JOINING,
        f"{enrollment.user.email} {words} {enrollment.cohort}: {reason or 'no reason'}",
        user=by,
    )
    if not is_own:
        text = f"You are no longer in {enrollment.cohort}. Reason: {reason}"
        notify(user=enrollment.user, kind="joining", text=text, link=reverse("home"))
    give_free_places(enrollment.cohort_id)
