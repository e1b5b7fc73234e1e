"""The first step of the import of notes: a file, a paste, or a Git repository."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lessons import queries, tasks
from lessons.models import Course, IncomingNotes, Notes
from lessons.notes import NotesError
from lessons.notes_import import incoming as arriving
from lessons.pages.notes.bringing import BringForm
from lessons.pages.views.notes_access import of_notes, page_context
from lessons.pages.views.staff import of_course, staff_only
from lessons.repositories import RepositoryUnavailableError
from portal.accounts.http import UserRequest

State = IncomingNotes.State


@never_cache
@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def choose_course(request: UserRequest) -> HttpResponseBase:
    """Ask for the course of new notes. The form of the start page posts both at once."""
    if request.method == "POST":
        return bring(request, course=request.POST.get("course", ""))
    rows = Course.objects.order_by("title")
    if not request.user.is_superuser:
        rows = rows.filter(pk__in=queries.courses_taught(request.user))
    courses = list(rows)
    if len(courses) == 1:
        return redirect("notes", courses[0].slug)
    return render(request, "lessons/notes/courses.html", {"courses": courses})


@of_course
@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: UserRequest, course: Course) -> HttpResponse:
    if request.method != "POST":
        given = {name: request.GET.get(name, "") for name in ("address", "path", "branch")}
        form = BringForm(course=course, initial={"way": "git" if given["address"] else "file", **given})
        return _bring_page(request, course, form)
    form = BringForm(request.POST, request.FILES, course=course)
    if form.is_valid():
        try:
            return _bring(request, course, form)
        except NotesError as error:
            form.add_error({"file": "file", "paste": "text"}.get(form.cleaned_data["way"]), str(error))
        except RepositoryUnavailableError as error:
            form.add_error("address", str(error))
    return _bring_page(request, course, form, status=422)


def _bring_page(request: UserRequest, course: Course, form: BringForm, status: int = 200) -> HttpResponse:
    rows = course.notes.defer("data", "decisions", "pictures").order_by("-updated_at")
    way = form["way"].value() or "file"
    context = page_context(course, 1, form=form, way=way, known=rows)
    return render(request, "lessons/notes/bring.html", context, status=status)


def _bring(request: UserRequest, course: Course, form: BringForm) -> HttpResponse:
    into = form.cleaned_data["into"]
    if form.cleaned_data["way"] == "git":
        fields = {name: form.cleaned_data[name].strip() for name in ("address", "path", "branch")}
        return _fetch(arriving.begin_fetch(course=course, into=into, **fields))
    if form.cleaned_data["way"] == "file":
        file = form.cleaned_data["file"]
        name, data = file.name[-200:], file.read()
    else:
        name, data = form.pasted()
    notes, waits, problems = arriving.bring_file(course=course, name=name, data=data, into=into)
    if waits is not None:
        return redirect("notes_incoming", course.slug, waits.pk)
    assert notes is not None  # noqa: S101 - one of both
    return _go_on(request, notes, map(str, problems))


def _go_on(request: UserRequest, notes: Notes, problems: Iterable[str]) -> HttpResponse:
    for problem in [text for text in problems if text][:10]:
        messages.warning(request, problem)
    return redirect("notes_review", notes.course.slug, notes.pk)


def _fetch(row: IncomingNotes) -> HttpResponse:
    if not tasks.wake_notes(row):
        arriving.fail(
            row, "No worker can be reached at the moment. Fetch again in a minute, or upload the file."
        )
    return redirect("notes_incoming", row.course.slug, row.pk)


@of_notes
@require_POST
def fetch_again(request: UserRequest, notes: Notes) -> HttpResponse:
    if not notes.address:
        raise Http404
    try:
        row = arriving.begin_fetch(
            course=notes.course, address=notes.address, path=notes.path, branch=notes.branch, into=notes
        )
    except (RepositoryUnavailableError, NotesError) as error:
        messages.error(request, str(error))
        return redirect("notes", notes.course.slug)
    return _fetch(row)


@of_course
@require_http_methods(["GET", "HEAD", "POST"])
def incoming(request: UserRequest, course: Course, incoming: int) -> HttpResponse:
    """Show how a fetch goes, or ask for the encoding."""
    row = get_object_or_404(course.incoming_notes.select_related("into", "notes"), pk=incoming)
    arriving.give_up_if_dead(row)
    if row.state == State.STORED and row.notes:
        if request.htmx:
            return HttpResponse(headers={"HX-Redirect": request.path})
        return _go_on(request, row.notes, row.problem.split("\n"))
    if row.state == State.UNSURE:
        return _encoding(request, course, row)
    return render(request, "lessons/notes/fetching.html", page_context(course, 1, row=row))


def _encoding(request: UserRequest, course: Course, row: IncomingNotes) -> HttpResponse:
    error = ""
    if request.method == "POST":
        try:
            notes, problems = arriving.choose_encoding(
                incoming=row, encoding=request.POST.get("encoding", "").replace("\0", "")
            )
            return _go_on(request, notes, map(str, problems))
        except NotesError as refused:
            error = str(refused)
    context = page_context(course, 1, row=row, candidates=arriving.candidates_of(row), error=error)
    return render(request, "lessons/notes/encoding.html", context, status=422 if error else 200)
