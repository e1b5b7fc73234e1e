"""The broken links of a course, on one page, each with its line and a link to the editor."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from lessons.admin.scope import get_row_to_change
from lessons.course_files.lab_files import lab_files
from lessons.gate import judge_markdown, judge_quiz_text
from lessons.links import links_within
from lessons.models import Course
from lessons.rendering import is_broken_link
from lessons.texts.problem import Problem


@dataclass(frozen=True)
class TextWithBrokenLinks:
    """A text of the course. `edit` and the number of a line is the address that selects the line in its form."""

    kind: str
    title: str
    edit: str
    problems: list[Problem]


@method_decorator(require_safe)
def links_view(options: "ModelAdmin[Course]", request: HttpRequest, object_id: str) -> HttpResponse:
    course = get_row_to_change(options, request, object_id)
    context = {
        **options.admin_site.each_context(request),
        "title": f"Broken links of {course}",
        "course": course,
        "opts": options.opts,
        "texts": list(broken_links(course)),
    }
    return TemplateResponse(request, "admin/lessons/course/links.html", context)


def broken_links(course: Course) -> Iterator[TextWithBrokenLinks]:
    """Yield the lessons, quizzes and labs with links, images or files that are not there, in order."""
    links = links_within(course)
    for lesson in course.lessons.in_order().only("title", "source", "session"):
        yield from _found("Lesson", lesson, judge_markdown(lesson.source, links).errors)
    for quiz in course.quizzes.order_by("lesson__session__position", "lesson__position", "pk"):
        yield from _found("Quiz", quiz, judge_quiz_text(quiz.source, links).errors)
    labs: Any = course.labs
    for lab in labs.order_by("position", "slug"):
        yield from _found("Brief of the lab", lab, judge_markdown(lab.brief, links).errors, "brief")
        yield from _listed("Checks of the lab", lab, lab_files().broken_lessons(lab, links), "source")


# Any: a row of lessons or labs
def _found(
    kind: str, row: Any, errors: list[Problem], field: str = "source"
) -> Iterator[TextWithBrokenLinks]:
    yield from _listed(kind, row, [each for each in errors if is_broken_link(each.message)], field)


def _listed(kind: str, row: Any, broken: list[Problem], field: str) -> Iterator[TextWithBrokenLinks]:
    if broken:
        edit = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
        edit = f"{edit}#{field}-"
        yield TextWithBrokenLinks(kind, str(row), edit, broken)
