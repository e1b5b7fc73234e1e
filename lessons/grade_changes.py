"""The append-only record of changed grades. Call it in the transaction of the change."""

from collections.abc import Collection
from decimal import Decimal

from django.db.models import Q

from lessons.models import Enrollment, GradeChange
from portal.accounts.models import User

Kind = GradeChange.Kind
REMOVED = "(removed)"  # the database accepts no other reason instead of one


def record_grade_change(
    *,
    kind: GradeChange.Kind,
    enrollment: Enrollment,
    item: str,
    title: str,
    old: Decimal | None,
    new: Decimal | None,
    out_of: Decimal | None,
    why: str = "",
    by: User | None = None,
) -> GradeChange | None:
    """Add a row, unless nothing changed. `by` is None if nobody did it by hand."""
    if old == new:
        return None
    return GradeChange.objects.create(
        kind=kind,
        course_id=enrollment.course_id,
        enrollment=enrollment,
        item=item,
        title=title[:300],
        old=old,
        new=new,
        out_of=out_of,
        why=why,
        by=by,
        who=by.email if by else "",
    )


def erase_names(*, user: User, pseudonym: str, emails: Collection[str], names: Collection[str]) -> None:
    """Take a person out of the record: as an author, and out of reasons that are about them or contain a name.

    Anybody can type `names`, so they count only in the courses of the person.

    The database accepts only a `pseudonym` that starts with “Former ”. Points, dates and keys stay.
    """
    GradeChange.objects.filter(by=user).exclude(who="").update(who=pseudonym)
    about = Q(enrollment__user=user)
    for email in emails:
        about |= Q(why__icontains=email)
    for name in names:
        about |= Q(why__icontains=name, course__enrollments__user=user)
    own = GradeChange.objects.filter(about).exclude(why="").values_list("pk", flat=True)
    GradeChange.objects.filter(pk__in=list(own)).update(why=REMOVED)
