"""The append-only record of changed grades. Call it in the transaction of the change."""

from decimal import Decimal

from lessons.models import Enrollment, GradeChange
from portal.accounts.models import User

Kind = GradeChange.Kind


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
