"""Downloads of the gradebook, the record of changes, and the import of external marks."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from lessons.models import Cohort, GradeChange
from lessons.pseudonyms import pseudonym_of
from portal.accounts import audit
from portal.accounts.http import UserRequest
from portal.progress.cohort_access import of_cohort
from portal.progress.gradebook.exports import FORMATS, MAX_CHANGES, changes_csv, export_book
from portal.progress.gradebook.external import (
    MAX_BYTES,
    CannotReadError,
    decode_file,
    import_marks,
    read_marks_file,
)
from portal.progress.gradebook.frame import frame
from portal.progress.gradebook.rights import sees_names
from portal.progress.gradebook.timeline import change_words

MAX_ON_PAGE = 100


@of_cohort
@require_safe
def export(request: UserRequest, cohort: Cohort, form: str) -> HttpResponse:
    if form not in FORMATS:
        raise Http404
    response = export_book(cohort, form, sees_names=sees_names(request.user, cohort))
    audit.record(audit.Event.GRADE, f"gradebook of {cohort} downloaded as {form}", user=request.user)
    return response


@of_cohort
@require_safe
def changes(request: UserRequest, cohort: Cohort) -> HttpResponse:
    """Show every change of a grade in the cohort, or all of them as a CSV file."""
    rows = GradeChange.objects.filter(enrollment__cohort=cohort, course=cohort.course_id)
    rows = rows.select_related("enrollment__user", "by")
    names = sees_names(request.user, cohort)

    def name_of_row(row: GradeChange) -> str:
        if row.enrollment is None:
            return "A former learner"
        return row.enrollment.user.get_full_name() if names else pseudonym_of(row.enrollment.pk)

    if request.GET.get("as") == "csv":
        audit.record(audit.Event.GRADE, f"grade changes of {cohort} downloaded", user=request.user)
        return changes_csv(rows[:MAX_CHANGES], name_of_row, f"{cohort.course.slug}-{cohort.slug}")
    page = Paginator(rows, MAX_ON_PAGE).get_page(request.GET.get("page"))
    context = {
        **frame(cohort, "Grade changes"),
        "page": page,
        "rows": [(row, name_of_row(row), change_words(row)) for row in page],
    }
    return render(request, "gradebook/changes.html", context)


@of_cohort
@require_http_methods(["GET", "HEAD", "POST"])
def import_external(request: UserRequest, cohort: Cohort) -> HttpResponse:
    """Preview the marks of a CSV file, then import them. Its lines name learners, so not for pseudonyms."""
    if not sees_names(request.user, cohort):
        raise PermissionDenied("This course is marked under pseudonyms. Only its instructors import marks.")
    context = {**frame(cohort, "Import marks"), "limit": MAX_BYTES // 1_000_000}
    if request.method != "POST":
        return render(request, "gradebook/import.html", context)
    try:
        uploaded = request.FILES.get("file")
        text = decode_file(uploaded) if uploaded else request.POST.get("text", "")
        read = read_marks_file(cohort, text)
    except CannotReadError as error:
        return render(request, "gradebook/import.html", {**context, "error": str(error)}, status=422)
    if request.POST.get("action") == "import" and not uploaded:
        count = import_marks(read, by=request.user)
        messages.success(request, f"{count} mark{'' if count == 1 else 's'} imported or changed.")
        return redirect("gradebook", cohort.course.slug, cohort.slug)
    return render(request, "gradebook/import.html", {**context, "read": read, "text": text})
