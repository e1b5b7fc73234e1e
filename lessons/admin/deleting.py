"""Delete content in the admin: say what would be lost, hide it, list it, and bring it back within 30 days."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from lessons import deleting
from lessons.models import Course, Deletion
from lessons.models.deletion import KEPT_FOR
from lessons.pages.breadcrumb import staff_crumbs
from lessons.pages.numbers import read_number
from lessons.queries import leads
from portal.accounts.http import UserRequest
from portal.accounts.models import User

MAX_LISTED = 200


class DeletableAdmin:
    """Replace Django's deletion, which removes rows at once, by one that can be undone."""

    # Any: as Django declares it
    def get_actions(self, request: HttpRequest) -> Any:
        actions = super().get_actions(request)  # type: ignore[misc]  # a mixin
        actions.pop("delete_selected", None)
        return actions

    # Any: each admin has its own model
    def has_delete_permission(self: Any, request: HttpRequest, obj: Any = None) -> bool:
        may: bool = super().has_delete_permission(request, obj)  # type: ignore[misc]  # a mixin
        user: Any = request.user
        return may and (not isinstance(obj, Course) or leads(user, obj))

    # Any: as Django declares it
    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        options: Any = self
        signed_in: Any = request  # the admin requires a user
        return _delete_view(options, signed_in, object_id)


@method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
def _delete_view(options: "ModelAdmin[Any]", request: UserRequest, object_id: str) -> HttpResponse:
    row = options.get_object(request, object_id)
    if row is None:
        return redirect("admin:index")  # as Django's own pages of the admin do
    if not options.has_delete_permission(request, row):
        raise PermissionDenied
    if request.method == "POST":
        return _delete(request, row)
    course = row if isinstance(row, Course) else row.course
    edit = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    context = {
        "row": row,
        "course": course,
        "kind": row._meta.model_name,
        "losses": deleting.losses(row),
        "days": KEPT_FOR.days,
        "edit": edit,
        "deleted": _list_address(course),
        "crumbs": staff_crumbs(course, *([] if row == course else [(str(row), edit)]), ("Delete", "")),
    }
    return render(request, "authoring/delete.html", context)


# Any: a row of lessons or labs
def _delete(request: UserRequest, row: Any) -> HttpResponse:
    try:
        deletion = deleting.delete(row=row, by=request.user)
    except deleting.AlreadyDeletedError:
        raise Http404 from None
    messages.success(request, f"You deleted the {deletion.kind} {row}. You can restore it below.")
    return redirect(_list_address(deletion.course))


def _list_address(course: Course) -> str:
    return f"{reverse('admin:lessons_course_deleted')}?course={course.pk}"


@method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
def deleted_view(options: "ModelAdmin[Course]", request: UserRequest) -> HttpResponse:
    """List what can be restored in one's courses, or in one of them, and restore it."""
    found = deleting.deletions_of(request.user)
    if request.method == "POST":
        chosen = found.filter(pk=read_number(request.POST.get("deletion", ""))).first()
        return _restore(request, chosen)
    wanted = request.GET.get("course", "")
    course = _course_of(request.user, wanted)
    shown = list((found.filter(course=course) if course else found)[: MAX_LISTED + 1])
    above = course if course and not course.is_deleted else None
    context = {
        "course": course,
        "deletions": shown[:MAX_LISTED],
        "more": len(shown) > MAX_LISTED,
        "days": KEPT_FOR.days,
        "max_listed": MAX_LISTED,
        "crumbs": staff_crumbs(above, ("Deleted", "")),
    }
    return render(request, "authoring/deleted.html", context)


def _course_of(user: User, key: str) -> Course | None:
    rows = Course.with_deleted().filter(pk=read_number(key))
    return (rows if user.is_superuser else rows.filter(staff__user=user)).first()


def _restore(request: UserRequest, deletion: Deletion | None) -> HttpResponse:
    if deletion is None:
        messages.error(
            request, "It is not in the list any more. Somebody restored it, or the time has passed."
        )
        return redirect("admin:lessons_course_deleted")
    if deletion.kind == Deletion.Kind.COURSE and not leads(request.user, deletion.course):
        raise PermissionDenied
    try:
        restored = deleting.restore(deletion=deletion, by=request.user)
    except deleting.CannotRestoreError as error:
        messages.error(request, f"Not restored: {deletion}. {error}")
        return redirect(_list_address(deletion.course))
    row = restored.row
    edit = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    what = deletion.get_kind_display().lower()
    words = 'You restored the {} <a href="{}">{}</a>.'
    messages.success(request, format_html(words, what, edit, deletion.title))
    for kind, slug, free in restored.renamed:
        taken = f"Another {kind} now has the slug {slug}, so the restored one has {free}."
        what_to_do = "Links to the old address open the other one: check the links of the course."
        messages.warning(request, f"{taken} {what_to_do}")
    return redirect(_list_address(deletion.course))
