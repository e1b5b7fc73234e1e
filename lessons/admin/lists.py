"""Staff lists of learners' rows, as fast for 100,000 rows as for 100.

Only the latest MAX_LISTED rows are listed; searching for a learner, or filtering, finds the others.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar, NamedTuple

from django.contrib import admin
from django.contrib.admin.options import ShowFacets
from django.core.paginator import Paginator
from django.db.models import (
    Exists,
    IntegerField,
    JSONField,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThan
from django.http import HttpRequest
from django.utils.functional import cached_property

from lessons.models import CourseStaff, Enrollment
from lessons.pages.numbers import read_number
from lessons.points import show_points
from lessons.rights import of_own_learners

Column = Callable[[Any], str]  # Any: each admin has its own model
AnyRows = QuerySet[Any]  # Any: rows of every model
MAX_LISTED = 1_000
MAX_LEARNERS = 200
MAX_OFFERED = 50  # in the menu of a filter
HELP = f"Only the latest {MAX_LISTED:,} are listed. Search or filter to find others."


def points_column(field: str) -> Column:
    """Return a list column that shows points as the pages do, and sorts by the field."""

    @admin.display(description=field.replace("_", " "), ordering=field)
    def column(row: Model) -> str:
        points = getattr(row, field)
        return "-" if points is None else show_points(points)

    return column


def percent_column(field: str) -> Column:
    @admin.display(description=field.replace("_", " "), ordering=field)
    def column(row: Model) -> str:
        percent = getattr(row, field)
        return "-" if percent is None else f"{percent}%"

    return column


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # no arguments at runtime
    """Count at most MAX_LISTED rows."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[:MAX_LISTED].count())  # without the list's annotations


def heavy_fields(model: type[Model], prefix: str = "") -> list[str]:
    fields = model._meta.concrete_fields
    return [f"{prefix}{field.name}" for field in fields if isinstance(field, TextField | JSONField)]


def heavy_related(model: type[Model], related: bool | Sequence[str]) -> Iterator[str]:
    """Yield the large text fields of related rows; `related` is as in list_select_related."""
    for path in () if isinstance(related, bool) else related:
        at, prefix = model, ""
        for name in path.split("__"):
            foreign: Any = at._meta.get_field(name)
            at, prefix = foreign.related_model, f"{prefix}{name}__"
            yield from heavy_fields(at, prefix)


def is_list(request: HttpRequest) -> bool:
    found = request.resolver_match
    return request.method == "GET" and found is not None and str(found.url_name).endswith("_changelist")


def of_courses(rows: AnyRows, path: str, courses: list[int]) -> AnyRows:
    """Return the rows of these courses, scanned from the newest without joining or sorting all rows."""
    name, _, rest = path.partition("__")
    if not rest and len(courses) == 1:
        return rows.filter(**{name: courses[0]})
    field = rows.model._meta.get_field(name)
    there = field.related_model._default_manager.filter(pk=OuterRef(field.attname))
    return rows.filter(Exists(there.filter(**{f"{rest or 'pk'}__in": courses})))


def without_deleted(rows: AnyRows, paths: Sequence[str]) -> AnyRows:
    """Leave out rows that belong to deleted content."""
    for path in paths:
        name, _, rest = path.partition("__")
        field = rows.model._meta.get_field(name)
        there = field.related_model._base_manager.filter(pk=OuterRef(field.attname))
        # A value, read for each row shown: PostgreSQL turns a join or EXISTS into a scan of all related rows.
        # It takes `IS NULL` of a value to be rare, and `<` not.
        deletion = Subquery(there.values(f"{rest}__deletion" if rest else "deletion")[:1])
        rows = rows.filter(LessThan(Coalesce(deletion, 0, output_field=IntegerField()), 1))
    return rows


class RecordedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # no arguments at runtime
    """Fast lists. `learner_path` leads to the enrollment; `exact_search` has indexed fields, searched first."""

    learner_path = "enrollment"
    exact_search: tuple[str, ...] = ()
    course_path = "course"
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    sortable_by: ClassVar[Any] = ()
    ordering: ClassVar[Any] = ("-pk",)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # These only enable the search box; `get_search_results` does the search.
        cls.search_fields = [*cls.exact_search, *filter(None, [cls.learner_path])]
        words = ["Enter part of a learner's email or name"] if cls.learner_path else []
        words += [f"a complete {name.replace('__', ' ').replace('_', ' ')}" for name in cls.exact_search]
        cls.search_help_text = f"{', or '.join(words)}. {HELP}"

    def get_search_results(self, request: HttpRequest, queryset: AnyRows, search_term: str) -> Any:
        term = search_term.strip()
        if not term:
            return queryset, False
        for name in self.exact_search:
            if (found := _exactly(queryset, name, term)).exists():
                return found, False
        if not self.learner_path:
            return queryset.none(), False
        learners = Enrollment.objects.filter(Q(user__email__icontains=term) | Q(user__name__icontains=term))
        if not request.user.is_superuser:
            learners = learners.filter(course__in=taught_course_ids(request))
            learners = learners.filter(of_own_learners(request.user))  # type: ignore[arg-type]  # signed in
        keys = list(learners.values_list("pk", flat=True)[: MAX_LEARNERS + 1])
        chosen: Any = keys if len(keys) <= MAX_LEARNERS else learners.values("pk")
        return queryset.filter(**{f"{self.learner_path}__in": chosen}), False


def _exactly(rows: AnyRows, name: str, term: str) -> AnyRows:
    # By keys of related rows: with a join, PostgreSQL reads all rows if none matches.
    path, _, field = name.rpartition("__")
    if not path:
        return rows.filter(**{name: term})
    model = rows.model
    for step in path.split("__"):
        model = model._meta.get_field(step).related_model
    keys = list(model._default_manager.filter(**{field: term}).values_list("pk", flat=True)[:MAX_LEARNERS])
    return rows.filter(**{f"{path}__in": keys})


def taught_course_ids(request: HttpRequest) -> list[int]:
    return sorted({role.course for role in _roles(request)})


class Role(NamedTuple):
    course: int
    cohort: int | None
    role: str
    marks_blindly: bool


def _roles(request: HttpRequest) -> list[Role]:
    # Read once per request.
    kept = request.__dict__
    if "_roles" not in kept:
        found = CourseStaff.objects.filter(user=request.user.pk, course__deletion=None)
        columns = ("course", "cohort", "role", "course__marks_blindly")
        kept["_roles"] = [Role(*row) for row in found.values_list(*columns)]
    roles: list[Role] = kept["_roles"]
    return roles


def of_known_learners(rows: AnyRows, path: str, request: HttpRequest) -> AnyRows:
    """Leave out rows of learners whom assistants know by a pseudonym only. `path` leads to the cohort."""
    blind = [each for each in _roles(request) if each.marks_blindly]
    led = [each for each in blind if each.role == CourseStaff.Role.INSTRUCTOR]
    unknown = {each.course for each in blind} - {each.course for each in led if each.cohort is None}
    if not unknown:
        return rows
    return rows.exclude(
        ~Q(**{f"{path}__in": [each.cohort for each in led if each.cohort]}),
        **{f"{path}__course__in": unknown},
    )


# Any: a request of the admin, whose user is known to be signed in
def of_own_cohorts(rows: AnyRows, path: str, request: Any) -> AnyRows:
    """Leave out rows of cohorts in which the user is not staff. `path` leads to the cohort, "" if there is none."""
    if not path:
        return rows
    return rows.filter(of_own_learners(request.user, path))


class OwnRowsFilter(admin.RelatedFieldListFilter):
    """Offer only rows of the user's own courses.

    If there are more than MAX_OFFERED, offer only the chosen one; search finds the others.
    """

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        rows = model_admin.choosable_rows(field.remote_field.model, request)
        offered = list(rows[: MAX_OFFERED + 1])
        if len(offered) > MAX_OFFERED:
            offered = list(rows.filter(pk__in=map(read_number, self.lookup_val or ())))
        return [(row.pk, str(row)) for row in offered]

    def has_output(self) -> bool:
        return bool(self.lookup_val) or super().has_output()
