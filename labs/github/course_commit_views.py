"""The page on which instructors commit a course, as it is in the portal, to the repository that it is read from."""

from functools import wraps
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from labs.github import client, course_commits
from labs.github.course_comparing import challenge_of, is_proved, page_of
from labs.github.owner_file import BRANCH, NAME
from labs.github.page import app_install, owner_file_commands
from labs.github.tasks import wake_committer
from labs.models import CourseCommit
from lessons.course_files.course_repository import pack
from lessons.course_files.dumping import dump_course
from lessons.models import Course, CourseRepository
from lessons.pages.breadcrumb import staff_crumbs
from lessons.pages.differences import DifferenceLine
from lessons.pages.views.staff import AnyView, of_course
from lessons.queries import leads
from portal.accounts.http import UserRequest

PAGE = "github/course_commit.html"
MAX_LISTED = 200  # files
MAX_EARLIER = 5
State = CourseCommit.State


class CommitForm(forms.Form):
    message = forms.CharField(
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The first line is the subject, of at most 72 characters.",
    )
    into = forms.ChoiceField(
        label="Commit to",
        choices=[("branch", ""), ("pull", "a new branch, with a pull request")],
        widget=forms.RadioSelect,
    )

    def clean_message(self) -> str:
        text = "\n".join(line.rstrip() for line in str(self.cleaned_data["message"]).splitlines()).strip()
        subject = text.partition("\n")[0]
        if len(subject) > 72:
            raise forms.ValidationError(
                f"The first line has {len(subject)} characters. Shorten it to 72, and explain below it."
            )
        return text


def instructors_only(view: AnyView) -> AnyView:
    @of_course
    @wraps(view)
    def call(request: UserRequest, course: Course, **kwargs: Any) -> HttpResponseBase:
        if not leads(request.user, course):
            raise PermissionDenied
        return view(request, course, **kwargs)

    return call


@instructors_only
@require_http_methods(["GET", "HEAD", "POST"])
def commit(request: UserRequest, course: Course) -> HttpResponse:
    repository = CourseRepository.objects.filter(course=course).first()
    if request.method != "POST":
        return _page(request, course, repository)
    if repository is None or _obstacle(repository):
        return redirect(request.path)
    if request.POST.get("do") == "compare":
        if course_commits.ask_to_compare(repository, by=request.user):
            wake_committer()
        return redirect(request.path)
    return _commit(request, course, repository)


def _commit(request: UserRequest, course: Course, repository: CourseRepository) -> HttpResponse:
    form, key = CommitForm(request.POST), request.POST.get("compared", "")
    if not form.is_valid():
        return _page(request, course, repository, form)
    asked = key.isdecimal() and course_commits.ask_to_commit(
        course,
        key=int(key[:18]),
        message=form.cleaned_data["message"],
        in_pull=form.cleaned_data["into"] == "pull",
        by=request.user,
    )
    if asked:
        wake_committer()
    else:
        messages.error(request, "Somebody compared again or committed meanwhile. Look at the files again.")
    return redirect(request.path)


@instructors_only
@require_safe
def download(request: UserRequest, course: Course) -> HttpResponse:
    """Send the files of the course as a ZIP."""
    dump = dump_course(course)
    files = {path: text.encode() for path, text in dump.files.items()} | dump.starters
    name = {"Content-Disposition": f'attachment; filename="{course.slug}.zip"'}
    return HttpResponse(pack(files), content_type="application/zip", headers=name)


def _obstacle(repository: CourseRepository) -> str:
    """Return why nothing can be committed to this repository, "" if it can."""
    if not repository.address.startswith(f"https://{settings.GITHUB_HOST}/"):
        return f"The portal commits only to repositories on {settings.GITHUB_HOST}."
    if not client.has_app():
        return "The portal has no GitHub App. An administrator can create one under “Set up GitHub”."
    return ""


def _page(
    request: UserRequest, course: Course, repository: CourseRepository | None, form: CommitForm | None = None
) -> HttpResponse:
    rows = course_commits.newest_of(course) if repository else []
    row = rows[0] if rows else None
    context = {
        "course": course,
        "crumbs": staff_crumbs(course, ("Commit", request.path)),
        "repository": repository,
        "obstacle": _obstacle(repository) if repository else "",
        "row": row,
        "earlier": [each for each in rows[1:] if each.message][:MAX_EARLIER],
        "changes": _changes(row) if row else [],
        "left_out": max(0, len(row.changes) - MAX_LISTED) if row else 0,
        "form": form or CommitForm(initial={"message": f"Update {course.title}"[:72], "into": "branch"}),
        "app_install": app_install() if settings.GITHUB_APP_SLUG else "",
    }
    if repository and not is_proved(repository):
        context["proof"] = _proof(repository)
    return render(request, PAGE, context, status=422 if form else 200)


def _changes(row: CourseCommit) -> list[dict[str, Any]]:
    return [
        {**each, "lines": [DifferenceLine(*line) for line in each["lines"]], "number": number}
        for number, each in enumerate(row.changes[:MAX_LISTED])
    ]


def _proof(repository: CourseRepository) -> dict[str, str]:
    content, address = challenge_of(repository), f"{page_of(repository)}.git"
    commands, afterwards = owner_file_commands(content, address)
    return {"name": NAME, "branch": BRANCH, "commands": commands, "afterwards": afterwards}
