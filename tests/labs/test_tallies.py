"""The stored tallies of failed checks equal a full count, whatever happens at the same time."""

from importlib import import_module
from random import Random

import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import Count

from labs.grading.failed_checks import update_failed_checks
from labs.models import CohortSize, MetCheck, MetTally
from lessons.models import Enrollment
from tests.factories import make_cohort, make_enrollment, make_lab, make_submission, make_user
from tests.servers import in_threads

pytestmark = pytest.mark.usefixtures("database")
NAMES = ["readme", "merged", "tag"]


def counted() -> tuple[dict, dict]:
    """The tallies by definition: active people of each cohort, and those of them with a row of MetCheck."""
    active = Enrollment.objects.active().order_by()
    met = MetCheck.objects.filter(enrollment__is_active=True).order_by()
    places = met.values_list("enrollment__cohort", "lab", "name").annotate(Count("pk"))
    return dict(active.values_list("cohort").annotate(Count("pk"))), {tuple(key): n for *key, n in places}


def kept() -> tuple[dict, dict]:
    rows = MetTally.objects.filter(people__gt=0).values_list("cohort", "lab", "name", "people")
    sizes = CohortSize.objects.filter(people__gt=0).values_list("cohort", "people")
    return dict(sizes), {tuple(key): people for *key, people in rows}


@transaction.atomic
def grade(submission, names) -> None:
    update_failed_checks(submission, set(names))


@pytest.mark.parametrize(
    "seed", [0, pytest.param(1, marks=pytest.mark.heavy), pytest.param(2, marks=pytest.mark.heavy)]
)
def test_stored_tallies_equal_a_full_count(seed):
    random, lab = Random(seed), make_lab()
    labs = [lab, make_lab(lab.course)]
    cohorts = [make_cohort(lab.course, slug=f"cohort-{number}") for number in range(3)]
    submissions, most_met = [], 0
    for step in range(40):
        learners = list(Enrollment.objects.order_by("pk"))
        what = random.choice(["join", "grade", "grade", "grade again", "leave or return", "move", "delete"])
        if what == "join" or not learners:
            make_enrollment(make_user(), random.choice(cohorts))
        elif what == "grade":
            submissions.append(make_submission(random.choice(learners), random.choice(labs), state="graded"))
            grade(submissions[-1], random.sample(NAMES, random.randrange(4)))
        elif what == "grade again" and submissions:
            grade(random.choice(submissions), random.sample(NAMES, random.randrange(4)))
        elif what == "delete" and random.random() < 0.3:
            gone = random.choice(learners)
            submissions = [each for each in submissions if each.enrollment_id != gone.pk]
            gone.submissions.all().delete()
            gone.user.delete()
        elif what in {"leave or return", "move"}:
            learner = random.choice(learners)
            if what == "move":
                learner.cohort = random.choice(cohorts)
            else:
                learner.is_active = not learner.is_active
            learner.save()
        assert kept() == counted(), (step, what)
        most_met = max(most_met, *kept()[1].values(), 0)
    assert most_met


def test_learners_who_are_graded_at_once_are_all_counted(database):
    lab = make_lab()
    cohort = make_cohort(lab.course)
    graded = [make_submission(make_enrollment(make_user(), cohort), lab, state="graded") for _ in range(8)]
    in_threads(database, lambda number: grade(graded[number], NAMES[:: 1 if number % 2 else -1]), 8)
    assert kept() == counted()
    assert set(kept()[1].values()) == {8}
    in_threads(database, lambda number: grade(graded[number], NAMES[:2]), 8)
    assert kept() == counted()


def test_learners_who_are_moved_and_graded_and_join_at_once_are_counted_once(database):
    lab = make_lab()
    here, there = make_cohort(lab.course, slug="here"), make_cohort(lab.course, slug="there")
    learners = [make_enrollment(make_user(), here) for _ in range(4)]
    graded = [make_submission(learner, lab, state="graded") for learner in learners]
    users = [make_user() for _ in range(4)]

    def move(number: int) -> None:
        learner = Enrollment.objects.get(pk=learners[number].pk)
        learner.cohort = there
        learner.save()

    work = [
        *(lambda number=number: grade(graded[number], NAMES) for number in range(4)),
        *(lambda number=number: move(number) for number in range(4)),
        *(lambda user=user: make_enrollment(user, here) for user in users),
    ]
    in_threads(database, lambda number: work[number](), len(work))
    assert kept() == counted() == ({here.pk: 4, there.pk: 4}, {(there.pk, lab.pk, name): 4 for name in NAMES})


def test_migration_derives_the_tallies():
    lab = make_lab()
    cohort = make_cohort(lab.course)
    for active in (True, True, False):
        learner = make_enrollment(make_user(), cohort)
        grade(make_submission(learner, lab, state="graded"), NAMES)
        learner.is_active = active
        learner.save()
    MetTally.objects.all().delete()
    CohortSize.objects.all().delete()
    import_module("labs.migrations.0022_tallies").derive(apps, None)
    assert kept() == counted() == ({cohort.pk: 2}, {(cohort.pk, lab.pk, name): 2 for name in NAMES})
