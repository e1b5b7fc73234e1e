"""The page of a course's Git repository: bind it, update the course from it, preview any state of it."""

from pathlib import PurePosixPath
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from lessons import course_pushes, tasks
from lessons.admin.scope import get_row_to_change
from lessons.course_files import fetches
from lessons.models import Course, CourseFetch, CourseHook, CourseRepository, LoadedFile, Notes
from lessons.pages.breadcrumb import Crumb, staff_crumbs
from lessons.queries import leads
from lessons.repositories import (
    NOT_IN_NAMES,
    RESERVED_FOLDER,
    RepositoryUnavailableError,
    is_reserved,
    read_address,
)
from portal.accounts.http import UserRequest

MAX_LISTED = 5
Kind, Removed = CourseFetch.Kind, CourseFetch.Removed


class RepositoryForm(forms.Form):
    """The repository, branch and folder of a course. An empty branch field takes the branch in the pasted URL."""

    address = forms.CharField(
        label="Repository URL",
        max_length=400,
        help_text="A public repository, such as https://github.com/team/course.",
    )
    branch = forms.CharField(
        required=False, max_length=200, help_text="Leave it empty for the default branch."
    )
    folder = forms.CharField(
        required=False,
        max_length=200,
        help_text="The folder that contains course.yaml. Leave it empty for the top folder.",
    )

    def clean_address(self) -> str:
        try:
            address, self.branch_in_address = read_address(self.cleaned_data["address"])
        except RepositoryUnavailableError as error:
            raise forms.ValidationError(str(error).replace("`", "")) from error
        return address

    def clean_branch(self) -> str:
        branch = str(self.cleaned_data["branch"] or getattr(self, "branch_in_address", ""))
        if branch and NOT_IN_NAMES.search(branch):
            raise forms.ValidationError("This is not a valid branch name. Enter a name such as main.")
        return branch

    def clean_folder(self) -> str:
        path = PurePosixPath(self.cleaned_data["folder"].strip().strip("/"))
        if ".." in path.parts or "\\" in str(path) or not str(path).isprintable():
            raise forms.ValidationError("Enter a path such as courses/mlops, with / between folders.")
        if is_reserved(str(path)):
            raise forms.ValidationError(
                f"GitHub runs workflows from {RESERVED_FOLDER}, so a course cannot be there. Use another folder."
            )
        return "" if str(path) == "." else str(path)


class PreviewForm(forms.Form):
    revision = forms.CharField(
        label="Branch, tag or commit",
        required=False,
        max_length=200,
        help_text="Leave it empty for the bound branch.",
    )


def crumbs_of(course: Course, *more: Crumb) -> list[Crumb]:
    own = reverse("admin:lessons_course_repository", args=[course.pk])
    return staff_crumbs(course, ("Repository", own), *more)


def repository_view(options: "ModelAdmin[Course]", request: UserRequest, object_id: str) -> HttpResponse:
    course = get_row_to_change(options, request, object_id)
    repository = CourseRepository.objects.filter(course=course).first()
    if request.method != "POST":
        return _page(request, course, repository)
    if request.POST.get("do") == "bind":
        return _bind(request, course, repository)
    if request.POST.get("do") == "new-secret":
        course_pushes.renew_secret(course)
        messages.success(request, "Enter the address and the secret of the webhook on GitHub.")
    elif repository is None:
        messages.error(request, "This course has no repository.")
    elif request.POST.get("do") == "unbind":
        fetches.unbind(repository=repository, by=request.user)
        messages.success(
            request, f"The course is no longer loaded from {repository}. Its content stays as it is."
        )
    elif request.POST.get("do") == "update":
        _ask(request, repository, Kind.UPDATE)
    elif request.POST.get("do") == "preview":
        form = PreviewForm(request.POST)
        if not form.is_valid():
            return _page(request, course, repository, preview_form=form)
        _ask(request, repository, Kind.PREVIEW, revision=form.cleaned_data["revision"])
    return redirect(request.path)


def _bind(request: UserRequest, course: Course, repository: CourseRepository | None) -> HttpResponse:
    form = RepositoryForm(request.POST)
    if not form.is_valid():
        return _page(request, course, repository, form=form)
    bound = fetches.bind(course=course, by=request.user, **form.cleaned_data)
    messages.success(request, f"The course is bound to {bound}. Preview it, or update to load it.")
    return redirect(request.path)


def _ask(request: UserRequest, repository: CourseRepository, kind: str, revision: str = "") -> None:
    removed = request.POST.get("removed", "")
    fetches.ask(
        repository=repository,
        kind=kind,
        by=request.user,
        revision=revision,
        removed=removed if removed in Removed.values else "",
        wake=tasks.wake_reader,
    )


def _page(
    request: UserRequest,
    course: Course,
    repository: CourseRepository | None,
    form: RepositoryForm | None = None,
    preview_form: PreviewForm | None = None,
) -> HttpResponse:
    rows = list(repository.fetches.defer("files").select_related("asked_by")) if repository else []
    updates = [row for row in rows if row.kind == Kind.UPDATE]
    previews = [row for row in rows if row.kind == Kind.PREVIEW][:MAX_LISTED]
    initial = (
        {"address": repository.address, "branch": repository.branch, "folder": repository.folder}
        if repository
        else {}
    )
    hook = CourseHook.objects.filter(course=course).first()
    context = {
        "course": course,
        "crumbs": crumbs_of(course),
        "repository": repository,
        "may_commit": leads(request.user, course),
        "form": form or RepositoryForm(initial=initial),
        "hook": hook,
        "hook_address": hook and settings.PUBLIC_URL + reverse("github_course_hook", args=[hook.key]),
        "has_notes": Notes.objects.filter(course=course).exclude(address="").exists(),
        "preview_form": preview_form or PreviewForm(auto_id="preview_%s"),
        "update": updates[0] if updates else None,
        "earlier": updates[1 : MAX_LISTED + 1],
        "kept": _linked(course, updates[0].outcome.get("kept", [])) if updates else [],
        "conflicts": _linked(course, updates[0].outcome.get("conflicts", [])) if updates else [],
        "previews": previews,
    }
    status = 422 if form or preview_form else 200
    return render(request, "authoring/repository.html", context, status=status)


def _linked(course: Course, paths: list[str]) -> list[tuple[str, str]]:
    """Return each path with the URL where staff edit the row that was made from it."""
    if not paths:
        return []
    found: Any = LoadedFile.objects.filter(course=course, path__in=paths).values_list(
        "path", "kind", "target"
    )
    addresses = {path: _edit_address(kind, target) for path, kind, target in found}
    return [(path, addresses.get(path, "")) for path in paths]


def _edit_address(kind: str, target: int) -> str:
    app = "labs" if kind == LoadedFile.Kind.LAB else "lessons"
    return reverse(f"admin:{app}_{kind}_change", args=[target])
