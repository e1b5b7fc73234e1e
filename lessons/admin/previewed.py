"""Preview a state of a course's repository, for staff of the course only. The course itself does not change."""

from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from lessons.admin.repository import crumbs_of
from lessons.admin.scope import get_row_to_change
from lessons.course_files.updating import read_packed
from lessons.models import Course, CourseFetch
from lessons.pages.breadcrumb import Crumb
from lessons.pages.context import Context
from lessons.pages.previewed_course import PreviewedCourse, page_of
from portal.accounts.http import UserRequest


@method_decorator(require_safe)
def outline_view(
    options: "ModelAdmin[Course]", request: UserRequest, object_id: str, fetch: int
) -> HttpResponse:
    course, found = _open(options, request, object_id, fetch)
    context = {**_context(course, found), "outline": _previewed(course, found).outline()}
    return render(request, "authoring/previewed_outline.html", context)


@method_decorator(require_safe)
def page_view(
    options: "ModelAdmin[Course]", request: UserRequest, object_id: str, fetch: int, kind: str, slug: str
) -> HttpResponse:
    course, found = _open(options, request, object_id, fetch)
    page = page_of(_previewed(course, found), kind, slug)
    if page is None:
        raise Http404
    context = {**_context(course, found, (page.title, "")), "page": page}
    return render(request, "authoring/previewed_page.html", context)


def _open(
    options: "ModelAdmin[Course]", request: UserRequest, object_id: str, fetch: int
) -> tuple[Course, CourseFetch]:
    course = get_row_to_change(options, request, object_id)
    previews = CourseFetch.objects.filter(kind=CourseFetch.Kind.PREVIEW, files__isnull=False)
    return course, get_object_or_404(
        previews.select_related("repository"), pk=fetch, repository__course=course
    )


def _previewed(course: Course, fetch: CourseFetch) -> PreviewedCourse:
    files = read_packed(course.slug, bytes(fetch.files or b""))
    if files is None:
        raise Http404
    return PreviewedCourse(course, files, lambda *page: _address(course, fetch, *page))


def _address(course: Course, fetch: CourseFetch, *page: str) -> str:
    if page:
        return reverse("admin:lessons_course_previewed_page", args=[course.pk, fetch.pk, *page])
    return reverse("admin:lessons_course_previewed", args=[course.pk, fetch.pk])


def _context(course: Course, fetch: CourseFetch, *more: Crumb) -> Context:
    crumbs = crumbs_of(course, (f"Preview of {fetch.short_commit}", _address(course, fetch)), *more)
    return {"course": course, "fetch": fetch, "crumbs": crumbs}
