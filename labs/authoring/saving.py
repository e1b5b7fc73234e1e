"""Write operations on labs: save a version, attach its proof."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Max

from labs.grader.proof import Proof
from labs.grader.spec import LabSpec, SpecError
from labs.grading import proofs, tasks
from labs.grading.deadline_changes import recount
from labs.models import Lab, LabVersion
from labs.search import index_lab
from labs.specs import in_newest_schema, parse_spec, starter_refs, store_starter_files
from lessons.actions import render_markdown, save_lesson
from lessons.authoring import OrderChangedError
from lessons.links import Links, links_within
from lessons.models import Course, Lesson
from lessons.rendering import TooComplexError
from portal.accounts.models import User


@transaction.atomic
def save_lab(*, lab: Lab, links: Links | None = None, proof: Proof | None = None, wake: bool = True) -> Lab:
    """Save a lab with its derived brief; a changed lab.yaml makes a new version, with `proof` if given.

    A text in an older schema is saved in the newest one; existing versions stay as they are. A lab that is no draft
    waits for a worker if it has no proof, even if earlier tries gave no answer; with `wake`, this wakes one, otherwise
    the reaper does. A draft is saved whatever it contains; if its text is not a valid lab yet, its version stays the
    same.
    Raises SpecError with every problem, its line and key, and TooComplexError.
    """
    lab.source = in_newest_schema(lab.source).text
    spec = _spec(lab)
    lab.title = spec.title if spec else lab.title or lab.slug
    lab.brief_html = _brief(lab, links or links_within(lab.course))
    lab.save()
    index_lab(lab)
    recount(lab.course_id)
    if spec is None:
        return lab
    version = _version(lab, spec)
    if proof:
        proofs.store_proof(version=version, proof=proof)
    elif version.is_unsettled and not lab.is_draft:
        proofs.ask_again(version)
        if wake:
            transaction.on_commit(tasks.wake_prover, robust=True)
    if version.proved or lab.is_draft or not lab.is_proved:
        lab.current = version
        # `update`, so that one save makes one history entry
        Lab.objects.filter(pk=lab.pk).update(current=version)
    return lab


def last_position(course: Course) -> int:
    return Lab.objects.filter(course=course).aggregate(last=Max("position"))["last"] or 0


@transaction.atomic
def order_labs(*, course: Course, order: Sequence[int], by: User) -> None:
    """Set the order of a course's labs by their keys. Raises OrderChangedError unless each is named exactly once."""
    labs = {lab.pk: lab for lab in Lab.objects.filter(course=course).select_for_update().order_by("pk")}
    if sorted(order) != sorted(labs):
        raise OrderChangedError
    for position, key in enumerate(order, 1):
        lab = labs[key]
        if lab.position != position:
            lab.position = position
            lab._history_user = by  # type: ignore[attr-defined]  # simple-history's own way
            lab.save(update_fields=["position"])


@transaction.atomic
def name_in_lesson(*, lab: Lab, lesson: Lesson, by: User | AnonymousUser) -> None:
    """Add a lab to the labs of a lesson."""
    lesson = Lesson.objects.select_for_update().order_by().get(pk=lesson.pk)
    if lab.slug not in lesson.lab_slugs:
        lesson.lab_slugs = [*lesson.lab_slugs, lab.slug]
        lesson._history_user = by  # type: ignore[attr-defined]  # simple-history's own way
        save_lesson(lesson=lesson)


def _spec(lab: Lab) -> LabSpec | None:
    # None for a draft that is not a valid lab yet
    try:
        return parse_spec(lab.source)
    except SpecError:
        if not lab.is_draft:
            raise
        return None


def _brief(lab: Lab, links: Links) -> str:
    try:
        return render_markdown(lab.brief, links).html
    except TooComplexError:
        if not lab.is_draft:
            raise
        return ""


def _version(lab: Lab, spec: LabSpec) -> LabVersion:
    values: dict[str, Any] = {
        "source": lab.source,
        "schema": spec.schema,
        "max_points": spec.max_points,
        "rubric_points": spec.rubric_points,
        "review_works": spec.review.works if spec.review else 0,
        "pass_mark": spec.pass_mark,
        "starter": starter_refs(spec),
    }
    store_starter_files(spec)
    if before := proofs.find_proved_version(spec):
        values |= {"proof": before.proof, "proved": True}
    return LabVersion.objects.get_or_create(lab=lab, digest=spec.digest, defaults=values)[0]
