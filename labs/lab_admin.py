"""Labs in the admin: lab.yaml and brief with their previews, and a try on a repository."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse_lazy
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join

from labs import proving
from labs.apart import ApartError
from labs.authoring import save_lab
from labs.authoring_views import preview_lab, spec_problems, try_lab
from labs.grader.proof import Proof
from labs.grader.spec import load_spec
from labs.models import Lab, LabVersion
from labs.trying import choices
from lessons.admin.editing import AuthoredAdmin, AuthoringForm, EditorWidget, at_line
from lessons.previews import markdown_problems
from portal.accounts.http import UserRequest

WAITS = "A worker runs them, because the lab runs code; until then learners keep the version before."
LAB_FIELDS: list[Any] = ["course", "slug", "status", "position", "source", "brief"]


class LabForm(AuthoringForm):
    proof: Proof | None = None

    class Meta:
        model = Lab
        fields = LAB_FIELDS
        widgets = {
            "source": EditorWidget("lab", preview=reverse_lazy("admin:labs_lab_preview")),
            "brief": EditorWidget("brief"),
        }

    def clean_source(self) -> str:
        return self.checked("source", lambda course, source: spec_problems(source))

    def clean(self) -> dict[str, Any]:
        """A lab that is to be published has to prove its checks; one that runs code does so in a worker."""
        cleaned = super().clean()
        if cleaned.get("status") == Lab.Status.PUBLISHED and "source" in cleaned and not self.newer:
            spec = load_spec(cleaned["source"])
            if not proving.runs_code(spec) and not proving.proved_before(spec):
                self.proof = self._prove(cleaned["source"])
        return cleaned

    def _prove(self, source: str) -> Proof | None:
        try:
            proof = proving.proof_apart(source)
        except ApartError as error:
            self.add_error("source", f"Not published: {error}")
            return None
        for line, message in proving.problems(proof):
            self.add_error("source", at_line(line, f"not published: {message}"))
        return proof

    def clean_brief(self) -> str:
        return self.checked("brief", markdown_problems)


class LabAdmin(AuthoredAdmin):
    form = LabForm
    texts = ("source", "brief")
    change_form_template = "admin/authoring/lab.html"
    fixed_once_saved = ("slug", "course")
    fields = [*LAB_FIELDS, "proof"]
    readonly_fields = ["proof"]
    list_display = ["title", "course", "status", "is_open", "position", "slug"]
    list_filter = ["status", "course"]
    search_fields = ["title", "slug", "source"]
    list_select_related = ["course", "current"]

    def save_model(self, request: HttpRequest, obj: Lab, form: LabForm, change: bool) -> None:
        obj._history_user = request.user  # type: ignore[attr-defined]  # simple-history's own way
        save_lab(lab=obj, proof=form.proof)

    @admin.display(description="proof")
    def proof(self, lab: Lab) -> str:
        """What the scenarios of the newest text showed, and what keeps it from learners."""
        newest = lab.versions.order_by("-pk").first()
        if newest and newest.proved:
            return "Each check was seen to pass and to need work."
        if newest is None or newest.proof is None:
            return f"The scenarios have not run yet. {_waiting(lab, newest)}".rstrip()
        found = Proof.from_json(newest.proof)
        lines = [f"Line {line}: {message}" for line, message in proving.problems(found)]
        lines += [f"{check.id} could not be run on this server." for check in found.not_provable_here]
        return format_html_join("", "<p>{}</p>", ((line,) for line in lines))

    @admin.display(description="open to learners", boolean=True)
    def is_open(self, lab: Lab) -> bool:
        return lab.is_published

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


def _waiting(lab: Lab, newest: LabVersion | None) -> str:
    """What is to be waited for until the scenarios of a published lab have run."""
    if newest is None or lab.status != Lab.Status.PUBLISHED:
        return ""
    if newest.proving_tries >= proving.MOST_TRIES:
        said = f"{newest.proving_tries} tries ended without an answer. {newest.proving_fault}"
        return f"{said} Change the lab, or save it as it is to have them run again."
    if newest.proving_until is None:
        return f"{WAITS} {newest.proving_fault}".rstrip()
    again = date_format(timezone.localtime(newest.proving_until), "H:i")
    return f"A worker has begun; if it is stopped, it begins again at {again}."
