"""Commit a course, as it is in the portal, to the repository that it is read from: for its instructors."""

from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from labs.github import course_commits
from labs.github.course_commit_page import CommitForm, commit_page, obstacle_of
from labs.github.tasks import wake_committer
from lessons.course_files.course_repository import pack
from lessons.course_files.dumping import dump_course
from lessons.models import Course, CourseRepository
from lessons.pages.views.staff import AnyView, of_course
from lessons.queries import leads
from portal.accounts.http import UserRequest

PAGE = "github/course_commit.html"


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
    if request.method != "POST":
        return render(request, PAGE, commit_page(course, request.path))
    repository = CourseRepository.objects.filter(course=course).first()
    if repository is None or obstacle_of(repository):
        return redirect(request.path)
    if request.POST.get("do") == "compare":
        if course_commits.ask_to_compare(repository, by=request.user):
            wake_committer()
        return redirect(request.path)
    return _commit(request, course)


def _commit(request: UserRequest, course: Course) -> HttpResponse:
    form, key = CommitForm(request.POST), request.POST.get("compared", "")
    if not form.is_valid():
        return render(request, PAGE, commit_page(course, request.path, form), status=422)
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
    name = {"Content-Disposition": f'attachment; filename="{course.slug}.zip"'}
    return HttpResponse(pack(dump_course(course).contents()), content_type="application/zip", headers=name)
