"""Limit instructors in the admin to rows of the courses that they teach. Administrators see all."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar, TypeVar

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import EmptyResultSet, PermissionDenied
from django.db.models import Field, Model, QuerySet, URLField
from django.forms.utils import flatatt
from django.http import Http404, HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from lessons.admin.belonging import BelongingAdmin
from lessons.admin.lists import (
    AnyRows,
    OwnRowsFilter,
    RecordedAdmin,
    heavy_fields,
    heavy_related,
    is_list,
    of_courses,
    of_known_learners,
    of_own_cohorts,
    taught_course_ids,
    without_deleted,
)
from lessons.models import Cohort, Course
from lessons.models.deletion import Deletable

AnyRow = TypeVar("AnyRow", bound=Model)


def get_row_to_change(options: "admin.ModelAdmin[AnyRow]", request: HttpRequest, object_id: str) -> AnyRow:
    """Return a row that the user may change, for a page of its own. Raises Http404 and PermissionDenied."""
    row = options.get_object(request, object_id)
    if row is None:
        raise Http404
    if not options.has_change_permission(request, row):
        raise PermissionDenied
    return row


class RowChoices(forms.models.ModelChoiceIterator):  # type: ignore[type-arg]  # no arguments at runtime
    """Yield choices like Django's iterator, from rows that were read once."""

    def __iter__(self) -> Iterator[Any]:
        field: Any = self.field  # a RowField
        if field.empty_label is not None:
            yield ("", field.empty_label)
        yield from map(self.choice, field.offered())


class RowSelect(forms.Select):
    """Like Django's, but all forms of a page share the rendered options, without a template for each option."""

    drawn: list[str]  # the rendered options, once there are any

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        if not self.drawn:
            self.drawn.append(format_html_join("", '<option value="{}">{}</option>', self.choices))
        option = format_html('<option value="{}"', "" if value is None else value)
        options = self.drawn[0].replace(f"{option}>", f"{option} selected>")
        attributes = flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})}))
        return format_html("<select{}>{}</select>", attributes, mark_safe(options))  # noqa: S308 - each was escaped


class RowField(forms.ModelChoiceField):  # type: ignore[type-arg]  # no arguments at runtime
    """A row of one's own courses, labelled with its course. All forms of a page share one query."""

    iterator = RowChoices
    widget = RowSelect
    within: Course | None = None  # if set, only rows of this course are offered; others are still valid

    def __init__(self, queryset: QuerySet[Any], *, kept: dict[Any, Any], **kwargs: Any) -> None:
        self.kept = kept
        try:
            self.key = str(queryset.query)
        except EmptyResultSet:  # of somebody who teaches no course
            self.key = ""
        super().__init__(queryset, **kwargs)
        if isinstance(self.widget, RowSelect):
            self.widget.drawn = []  # shared by all copies of the widget

    @property
    def rows(self) -> dict[str, Model]:
        if self.key not in self.kept:
            self.kept[self.key] = {str(row.pk): row for row in self.queryset or ()}
        found: dict[str, Model] = self.kept[self.key]
        return found

    # Any: rows of the field's model
    def offered(self) -> list[Any]:
        rows: list[Any] = list(self.rows.values())
        if self.within is None or isinstance(next(iter(rows), None), Course):
            return rows
        return [row for row in rows if getattr(row, "course_id", self.within.pk) == self.within.pk]

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        if str(value) not in self.rows:
            raise forms.ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value}
            )
        return self.rows[str(value)]

    def label_from_instance(self, obj: Any) -> str:
        # a cohort's name includes its course
        course = "" if isinstance(obj, Course | Cohort) else f"{obj.course}: "
        return f"{course}{obj}"


class OwnCoursesOnly:
    """Restrict foreign key fields of pages and inlines to rows of one's own courses.

    A URL typed without a scheme gets https.
    """

    # Any: as Django declares it
    formfield_overrides: ClassVar[Mapping["type[Field[Any, Any]]", Mapping[str, Any]]] = {
        URLField: {"assume_scheme": "https"}
    }

    # Any: as Django declares it
    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        model = db_field.remote_field.model
        path = COURSE_PATHS.get(model._meta.label_lower)
        if path is not None:
            rows = self.choosable_rows(model, request, kwargs.get("queryset"))
            kept = request.__dict__.setdefault("_rows_offered", {})
            kwargs |= {"queryset": rows, "form_class": partial(RowField, kept=kept)}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]  # a mixin

    # Any: as Django declares it
    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        # Without links to add or change what is chosen: the outline of the course has them.
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]  # a mixin
        if isinstance(field, RowField) and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    # Any: a model whose manager is used
    def choosable_rows(self, model: Any, request: HttpRequest, rows: AnyRows | None = None) -> AnyRows:
        """Return the rows of a model that the user may choose in menus and filters."""
        path = COURSE_PATHS.get(model._meta.label_lower)
        rows = model._default_manager.all() if rows is None else rows
        if path is not None and not request.user.is_superuser:
            rows = rows.filter(**{f"{path or 'pk'}__in": taught_course_ids(request)})
            rows = of_own_cohorts(rows, "pk" if model is Cohort else "", request)
        if path and not issubclass(model, Deletable):  # what is deletable is deleted with its course
            rows = rows.filter(**{f"{path}__deletion": None})
        rows = rows.select_related("course") if path else rows
        return rows.defer(*heavy_fields(model))


class CourseScopedAdmin(OwnCoursesOnly, BelongingAdmin):
    """`course_path` is the lookup from a row to its course, "" for the course itself.

    `cohort_path` leads to its cohort; a row without one is content, which all staff of the course see.
    `content` leads to what a row belongs to: if that was deleted, the row is not listed.
    """

    course_path = "course"
    cohort_path = ""
    content: tuple[str, ...] = ()
    fixed_once_saved: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> AnyRows:
        rows = super().get_queryset(request)
        if not issubclass(self.model, Deletable):
            rows = without_deleted(rows, self.content or (self.course_path,))
        if is_list(request):
            shown = set(self.list_display)
            own = [name for name in heavy_fields(self.model) if name not in shown]
            rows = rows.defer(*own, *heavy_related(self.model, self.list_select_related))
        if request.user.is_superuser:
            return rows
        rows = of_own_cohorts(self.of_own_courses(rows, request), self.cohort_path, request)
        return of_known_learners(rows, self.cohort_path, request) if self.names_learners else rows

    @property
    def names_learners(self) -> bool:
        return self.cohort_path.endswith("enrollment__cohort")

    def of_own_courses(self, rows: AnyRows, request: HttpRequest) -> AnyRows:
        return rows.filter(**{f"{self.course_path or 'pk'}__in": taught_course_ids(request)})

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[Any, ...]:
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields + self.fixed_once_saved if obj else fields

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        # Drops values of the query string that their field cannot take.
        fields = self.get_form(request).base_fields
        given = {name: value for name, value in super().get_changeform_initial_data(request).items() if value}
        found = {}
        for name in given.keys() & fields.keys():
            with suppress(forms.ValidationError, ValueError, OverflowError):
                found[name] = self._initial(name, fields[name], given[name])
        if "course" in fields and "course" not in found and len(taught := taught_course_ids(request)) == 1:
            found["course"] = taught[0]
        return found

    def _initial(self, name: str, field: Any, value: Any) -> Any:
        # A field with several inputs cannot show text: it needs the value of the column.
        if not isinstance(field, forms.MultiValueField):
            field.to_python(value)
            return value
        read = self.opts.get_field(name).to_python(value)  # type: ignore[union-attr]  # a form has only columns
        value = field.compress(field.widget.decompress(read))
        field.widget.decompress(value)  # overflows for a date at the end of the calendar
        return value

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        # Filters by a related row offer only rows of one's own courses.
        return [
            (name, OwnRowsFilter) if self._leads_to_a_row(name) else name
            for name in super().get_list_filter(request)
        ]

    def _leads_to_a_row(self, name: Any) -> bool:
        return isinstance(name, str) and get_fields_from_path(self.model, name)[-1].is_relation

    def view_on_site(self, obj: Any) -> str | None:
        address = getattr(obj, "get_absolute_url", None)
        return address() if address else None


COURSE_PATHS = {
    "lessons.course": "",
    "lessons.session": "course",
    "lessons.lesson": "course",
    "lessons.quiz": "course",
    "lessons.cohort": "course",
    "lessons.snippet": "course",
    "labs.lab": "course",
}


class ReadOnlyAdmin(RecordedAdmin, CourseScopedAdmin):
    """Rows that the portal writes itself: listed and searched, never edited by hand.

    A list with `is_in_menu = False` keeps its address, but the index and the sidebar leave it out.
    """

    is_in_menu = True

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.cohort_path = f"{cls.learner_path}__cohort" if cls.learner_path else ""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.is_in_menu and super().has_module_permission(request)

    def of_own_courses(self, rows: AnyRows, request: HttpRequest) -> AnyRows:
        return of_courses(rows, self.course_path, taught_course_ids(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_staff)


class ReadOnlyInline(admin.TabularInline):  # type: ignore[type-arg]  # no arguments at runtime
    """Read-only rows below the row that they belong to."""

    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True
