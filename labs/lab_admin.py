"""Labs in the admin: lab.yaml and brief with their previews, and a try on a repository."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse_lazy

from labs.authoring import save_lab
from labs.authoring_views import preview_lab, spec_problems, try_lab
from labs.models import Lab
from labs.trying import choices
from lessons.admin.editing import AuthoredAdmin, AuthoringForm, EditorWidget
from lessons.previews import markdown_problems
from portal.accounts.http import UserRequest

LAB_FIELDS: list[Any] = ["course", "slug", "status", "position", "source", "brief"]


class LabForm(AuthoringForm):
    class Meta:
        model = Lab
        fields = LAB_FIELDS
        widgets = {
            "source": EditorWidget("lab", preview=reverse_lazy("admin:labs_lab_preview")),
            "brief": EditorWidget("brief"),
        }

    def clean_source(self) -> str:
        return self.checked("source", lambda course, source: spec_problems(source))

    def clean_brief(self) -> str:
        return self.checked("brief", markdown_problems)


class LabAdmin(AuthoredAdmin):
    form = LabForm
    texts = ("source", "brief")
    change_form_template = "admin/authoring/lab.html"
    fixed_once_saved = ("slug", "course")
    fields = LAB_FIELDS
    list_display = ["title", "course", "status", "position", "slug"]
    list_filter = ["status", "course"]
    search_fields = ["title", "slug", "source"]
    list_select_related = ["course"]

    def save_text(self, item: Lab) -> None:
        save_lab(lab=item)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("preview/", wrap(preview_lab), name="labs_lab_preview"),
            path("<path:object_id>/try/", wrap(self.try_view), name="labs_lab_try"),
        ]
        return [*own, *super().get_urls()]

    def try_view(self, request: UserRequest, object_id: str) -> HttpResponse:
        lab = self.get_object(request, object_id)
        if lab is None or not self.has_change_permission(request, lab):
            raise Http404
        return try_lab(request, lab)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        lab = self.get_object(request, object_id)
        user: Any = request.user  # the admin is open to nobody who is signed out
        context = {"try_choices": choices(lab, user) if lab else []}
        return super().change_view(request, object_id, form_url, context)
