"""Forms of the admin say which course they belong to, and lead back to its outline."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

from lessons.models import Course

# Fields that lead to a course, the nearest first, and the fields that the next form of the same kind repeats.
PARENTS = ("course", "cohort", "session", "lesson")


class BelongingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # no arguments at runtime
    """With `returns_to_outline`, saving leads to the outline of the course instead of a list of all rows."""

    returns_to_outline = False

    # Any: as Django declares them
    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        row = context.get("original")
        course = course_of(row) if row else course_given(context["adminform"].form)
        if course:
            context["of_course"] = course
            offer_only(course, context["adminform"].form)
            for inline in context.get("inline_admin_formsets", ()):
                offer_only(course, inline.formset.form, *inline.formset.forms)
            if not isinstance(row, Course):
                verb, joint = ("Change", "of") if row else ("Add", "to")
                context["title"] = f"{verb} {self.opts.verbose_name} {joint} {course}"
        return super().render_change_form(request, context, *args, **kwargs)

    # Any: a row of each admin's own model
    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return self._to_outline(request, obj) or super().response_post_save_add(request, obj)

    # Any: a row of each admin's own model
    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return self._to_outline(request, obj) or super().response_post_save_change(request, obj)

    # Any: a row of each admin's own model
    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        response = super().response_add(request, obj, post_url_continue)
        if "_addanother" in request.POST and self.returns_to_outline:
            given = {name: getattr(obj, f"{name}_id", None) for name in PARENTS}
            kept = {name: key for name, key in given.items() if key and name != "lesson"}
            return redirect(f"{request.path}?{urlencode(kept)}")
        return response

    def _to_outline(self, request: HttpRequest, row: Model) -> HttpResponseRedirect | None:
        # Whoever came from a filtered list goes back to it.
        course = course_of(row) if self.returns_to_outline else None
        if course is None or "_changelist_filters" in request.GET:
            return None
        return redirect(reverse("teach", args=[course.slug]) + _anchor(row))


# Any: forms, or the class of a form
def offer_only(course: Course, *forms: Any) -> None:
    """Let menus of sessions, lessons and cohorts offer those of one course."""
    for form in forms:
        for field in (*form.base_fields.values(), *getattr(form, "fields", {}).values()):
            if hasattr(field, "within"):
                field.within = course


# Any: a row of any model
def course_of(row: Any) -> Course | None:
    if isinstance(row, Course):
        return row
    parent = next((found for name in PARENTS if (found := getattr(row, name, None))), None)
    return course_of(parent) if parent else None


# Any: a form with fields of the user's own rows
def course_given(form: Any) -> Course | None:
    for name in PARENTS:
        rows = getattr(form.fields.get(name), "rows", {})
        if row := rows.get(str(form[name].value())) if rows else None:
            return course_of(row)
    return None


# Any: a row of any model
def _anchor(row: Any) -> str:
    kind = row._meta.model_name
    if kind in ("session", "lesson", "cohort"):
        return f"#{kind}-{row.pk}"
    if kind in ("quiz", "meeting"):
        parent = row.lesson if kind == "quiz" else row.cohort
        return f"#{parent._meta.model_name}-{parent.pk}"
    return ""
