"""The pages of the import: upload and preview, then the report and its result."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from labs.classroom.collecting import UnreadableError
from lessons.models.course import MAX_TITLE, validate_no_null
from lessons.pages.breadcrumb import staff_crumbs
from lessons.pages.views.staff import AnyView, staff_only
from portal.accounts.http import UserRequest
from portal.accounts.models import validate_time_zone
from portal.progress.classroom import jobs
from portal.progress.models import ClassroomImport

MAX_UPLOADS = 20


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True

    # Any: as Django declares it
    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.get(name)  # for the rules of a single file; the view reads all of them


class UploadForm(forms.Form):
    uploads = forms.FileField(
        label="Files",
        widget=ManyFiles({"accept": ".zip,.csv,.json,.txt"}),
        error_messages=dict.fromkeys(("required", "invalid"), "Choose at least one file."),
        help_text="Several files, or ZIP archives of folders. At most 32 MB together.",
    )
    title = forms.CharField(
        max_length=MAX_TITLE,
        required=False,
        validators=[validate_no_null],
        help_text="Used only if the files do not name the classroom.",
    )
    time_zone = forms.CharField(
        max_length=64,
        validators=[validate_time_zone],
        help_text="For the cohort, such as Europe/London. Imported deadlines stay at the same moment.",
    )


def for_authors(view: AnyView) -> Any:  # Any: as the decorators around a view
    """Let only staff in who may add courses."""

    def call(request: UserRequest, **kwargs: Any) -> Any:
        if not request.user.has_perm("lessons.add_course"):
            raise PermissionDenied
        return view(request, **kwargs)

    return never_cache(staff_only(call))


@for_authors
@require_http_methods(["GET", "HEAD", "POST"])
def classroom_import(request: UserRequest) -> HttpResponse:
    """Show the form, or read the uploaded files and show their report."""
    is_sent = request.method == "POST"
    initial = {"time_zone": request.user.time_zone}
    form = UploadForm(request.POST if is_sent else None, request.FILES if is_sent else None, initial=initial)
    if is_sent and form.is_valid():
        try:
            row = _upload(request, form)
            return redirect("classroom_report", upload=row.pk)
        except UnreadableError as error:
            form.add_error("uploads", str(error))
    rows = ClassroomImport.objects.filter(asked_by=request.user).defer("files")[: jobs.MAX_KEPT]
    context = {"form": form, "rows": rows, "crumbs": staff_crumbs(None, ("Import a classroom", ""))}
    return render(request, "teaching/classroom_import.html", context, status=422 if form.errors else 200)


def _upload(request: UserRequest, form: UploadForm) -> ClassroomImport:
    sent = request.FILES.getlist("uploads")
    if len(sent) > MAX_UPLOADS:
        raise UnreadableError(f"You chose more than {MAX_UPLOADS} files. Pack them into one ZIP.")
    files = [(str(file.name), file) for file in sent]
    data = form.cleaned_data
    return jobs.upload(files=files, title=data["title"], zone=data["time_zone"], by=request.user)


def _own(request: UserRequest, upload: int) -> ClassroomImport:
    rows = ClassroomImport.objects.filter(asked_by=request.user)
    found: ClassroomImport = get_object_or_404(rows.defer("files"), pk=upload)
    return found


@for_authors
@require_safe
def report(request: UserRequest, upload: int) -> HttpResponse:
    row = _own(request, upload)
    crumbs = staff_crumbs(None, ("Import a classroom", reverse("classroom_import")), ("Report", ""))
    return render(
        request, "teaching/classroom_report.html", {"row": row, "report": row.report, "crumbs": crumbs}
    )


@for_authors
@require_POST
def start_import(request: UserRequest, upload: int) -> HttpResponse:
    row = _own(request, upload)
    if not jobs.start(row=row):
        messages.info(request, "This import is already running.")
    return redirect("classroom_report", upload=row.pk)
