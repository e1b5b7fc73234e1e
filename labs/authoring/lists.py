"""The list of labs in the admin: the lesson that links to each, and a filter for labs without one."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from labs.models import Lab
from lessons.queries import lab_homes


class LabList(ChangeList):
    """Rows with the lesson that links to each lab, in one query for the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        homes = lab_homes({lab.course_id for lab in self.result_list})
        for lab in self.result_list:
            lab.home = homes.get((lab.course_id, lab.slug), "")


class WithoutLessonFilter(admin.SimpleListFilter):
    title = "lesson"
    parameter_name = "without_lesson"

    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]") -> list[tuple[str, str]]:
        return [("1", "In no published lesson")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lab]) -> QuerySet[Lab]:
        if not self.value():
            return queryset
        rows = list(queryset.values_list("pk", "course", "slug"))
        homes = lab_homes({course for _, course, _ in rows})
        return queryset.filter(pk__in=[pk for pk, *lab in rows if tuple(lab) not in homes])
