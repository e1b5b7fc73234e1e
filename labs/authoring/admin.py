"""Labs in the admin: lab.yaml and brief with their previews, and a trial run on a repository."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse, reverse_lazy
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join

from labs.authoring.help import lab_help
from labs.authoring.lists import LabList, WithoutLessonFilter
from labs.authoring.proving import ProvedFirst, proof_of
from labs.authoring.recipes import FIRST, RECIPES, recipe_texts
from labs.authoring.saving import last_position, name_in_lesson, save_lab
from labs.authoring.trying import choices
from labs.authoring.uploading import upload_starter
from labs.authoring.views import preview_lab, spec_problems, try_lab
from labs.grader.proof import Proof
from labs.grader.schema_1.upgrade import Upgraded
from labs.grader.words import count
from labs.grading import proofs
from labs.grading.apart import ApartError
from labs.models import Lab, LabVersion
from labs.release import lab_opening
from labs.specs import in_newest_schema, parse_spec
from labs.team_queries import has_work
from lessons.admin.courses import warn_of_hidden_labs
from lessons.admin.deadlines import RuleField
from lessons.admin.deleting import DeletableAdmin
from lessons.admin.editing import AuthoredAdmin, AuthoringForm, at_line
from lessons.admin.editor import EditorWidget
from lessons.admin.help import lesson_help
from lessons.course_files.lab_terms import TEAM_FIELDS
from lessons.gate import judge_markdown
from lessons.links import links_within
from lessons.models import Course, Lesson
from lessons.models.deadlines import LATE_FIELDS
from lessons.pages.numbers import read_number
from lessons.release import ANY_COHORT, is_open
from lessons.texts.due_rules import EXAMPLE
from lessons.texts.verdict import Verdict
from portal.accounts.http import UserRequest

WAITS = (
    "A worker will run them, because the lab runs code. "
    "Learners keep the previous version until the proof succeeds."
)
LAB_HELP = (
    "Each check is a statement that should be true. The help above the text lists the kinds of check. To try out and"
    " prove a lab on your own computer, download <a href='{}'>labcheck.pyz</a>."
)
LAB_FIELDS: tuple[str, ...] = (
    *(
        "course",
        "slug",
        "status",
        "publish_at",
        "position",
        "deadline",
        *LATE_FIELDS,
        "bonus",
        "team_most",
        "team_least",
        "teams_by",
        "source",
        "brief",
    ),
)


class LabForm(AuthoringForm):
    """`upgraded` is set to the new text if lab.yaml was in an older schema."""

    lesson = forms.ModelChoiceField(
        Lesson.objects.order_by(),
        required=False,
        help_text="Learners find the lab through this lesson. You can select it in more lessons later.",
    )
    deadline = RuleField(
        help_text=f"Such as “{EXAMPLE}”, or empty. Lab deadlines set another one for a cohort."
    )
    proof: Proof | None = None
    upgraded: Upgraded | None = None

    class Meta:
        model = Lab
        fields = LAB_FIELDS
        labels = {"source": "lab.yaml"}
        widgets = {
            "source": EditorWidget("lab", lab_help, preview=reverse_lazy("admin:labs_lab_preview")),
            "brief": EditorWidget("brief", lesson_help),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("deadline", self.instance.rule)
        for name in (*LATE_FIELDS, "bonus", *TEAM_FIELDS):
            self.fields[name].required = False
        if self.instance.pk:
            del self.fields["lesson"]
        else:
            self._prepare_new()
        self.fields["source"].help_text = format_html(LAB_HELP, reverse("labcheck"))

    def _prepare_new(self) -> None:
        for name, text in recipe_texts(FIRST).items():
            self.initial.setdefault(name, text)
        field: Any = self.fields["course"]
        # The lessons of all the user's courses until a course is chosen.
        chosen = str(self["course"].value() or "")
        courses = field.queryset.filter(pk=read_number(chosen)) if chosen else field.queryset
        lessons: Any = self.fields["lesson"]
        rows = Lesson.objects.filter(course__in=courses).only("title", "course", "session")
        lessons.queryset = rows.order_by("course", "session__position", "position", "pk")

    def clean_lesson(self) -> Lesson | None:
        lesson: Lesson | None = self.cleaned_data["lesson"]
        course = self.course()
        if lesson and course and lesson.course_id != course.pk:
            raise forms.ValidationError(f"{lesson} is not a lesson of {course}. Choose one that is.")
        return lesson

    def is_published(self) -> bool:
        return self.cleaned_data.get("status") in (Lab.Status.SCHEDULED, Lab.Status.PUBLISHED)

    def clean_source(self) -> str:
        # in the newest schema, in which it is proved and saved
        source = self.check_text("source", lambda course, source: Verdict(spec_problems(source)))
        found = in_newest_schema(source)
        self.upgraded = found if found.text != source else None
        return found.text

    def clean(self) -> dict[str, Any]:
        # a lab to be published must prove its checks; a lab that runs code is proved by a worker
        cleaned = super().clean()
        if "deadline" in cleaned:
            self.instance.rule = cleaned["deadline"]
        for name in (*LATE_FIELDS[:-1], *TEAM_FIELDS[1:]):  # left empty: as before
            if cleaned.get(name) in (None, "") and name not in self.errors:
                cleaned[name] = getattr(self.instance, name)
        is_next = self.is_published() and "source" in cleaned and not self.newer
        if is_next and proofs.must_be_proved_now(parse_spec(cleaned["source"])):
            self.proof = self._prove(cleaned["source"])
        return cleaned

    def clean_team_most(self) -> int | None:
        # the owners of a submission must not change after it was received
        most: int | None = self.cleaned_data["team_most"]
        before = self.initial.get("team_most")
        if self.instance.pk and (most is None) != (before is None) and has_work(self.instance):
            words = "with" if before else "without"
            raise forms.ValidationError(
                f"Somebody has submitted for this lab already, so it stays {words} teams."
            )
        return most

    def _prove(self, source: str) -> Proof | None:
        try:
            proof = proof_of(source)
        except ApartError as error:
            self.add_error("source", f"Not published: {error}")
            return None
        for problem in proofs.problems(proof):
            self.add_error("source", at_line(problem.line, f"not published: {problem.text}"))
        return proof

    def clean_brief(self) -> str:
        return self.check_text("brief", _judge_brief)

    def slug_source(self) -> str:
        # the text may not be valid YAML yet
        found = re.search(r"(?m)^title:[ ]*(.+)$", self.cleaned_data.get("source", ""))
        return found[1].strip(" \"'") if found else ""


def _judge_brief(course: Course, brief: str) -> Verdict:
    # a lab without a brief is fine
    return judge_markdown(brief, links_within(course)) if brief.strip() else Verdict()


class LabAdmin(ProvedFirst, DeletableAdmin, AuthoredAdmin):
    form = LabForm
    texts = ("source", "brief")
    change_form_template = "admin/authoring/lab.html"
    fixed_once_saved = ("slug", "course")
    slug_from = ()
    readonly_fields = ["proof"]
    list_display = ["title", "course", "status", "is_open", "lesson", "position", "slug"]
    list_filter = ["status", "course", WithoutLessonFilter]
    search_fields = ["title", "slug", "source"]
    list_select_related = ["course", "current"]

    def save_model(self, request: HttpRequest, obj: Lab, form: LabForm, change: bool) -> None:
        obj._history_user = request.user  # type: ignore[attr-defined]  # simple-history's own way
        if not change:
            obj.position = last_position(obj.course) + 1
        save_lab(lab=obj, proof=form.proof)
        if lesson := form.cleaned_data.get("lesson"):
            name_in_lesson(lab=obj, lesson=lesson, by=request.user)
        self.warn_of(request, form)
        if form.upgraded:
            self.message_user(request, _upgrade_message(form.upgraded), messages.WARNING)
        warn_of_hidden_labs(self, request, obj.course)

    def get_fields(self, request: HttpRequest, obj: Lab | None = None) -> Any:
        # A new lab comes last, and nothing has run yet.
        if obj:
            return [*LAB_FIELDS, "proof"]
        course, *others = (name for name in LAB_FIELDS if name != "position")
        return [course, "lesson", *others]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial = super().get_changeform_initial_data(request)
        name = request.GET.get("recipe", "")
        return initial | (recipe_texts(name) if any(name == each.name for each in RECIPES) else {})

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        # Links would lose what was typed, so a form with errors has none.
        chosen = request.GET.get("recipe", FIRST)
        recipes = (
            []
            if request.method == "POST"
            else [
                (recipe, f"?{urlencode(request.GET.dict() | {'recipe': recipe.name})}", recipe.name == chosen)
                for recipe in RECIPES
            ]
        )
        return super().add_view(request, form_url, {**(extra_context or {}), "recipes": recipes})

    @admin.display(description="proof")
    def proof(self, lab: Lab) -> str:
        newest = lab.versions.order_by("-pk").first()
        if newest and newest.proved:
            said = "The scenarios show each check passing and needing work."
            return f"{said} {_environment_status(newest)}".rstrip()
        if newest is None or newest.proof is None:
            return f"The scenarios have not run yet. {_proof_status(lab, newest)}".rstrip()
        found = Proof.from_json(newest.proof)
        lines = [f"Line {problem.line}: {problem.text}" for problem in proofs.problems(found)]
        lines += [f"{check.id} cannot run on this server." for check in found.not_provable_here]
        return format_html_join("", "<p>{}</p>", ((line,) for line in lines))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LabList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lab]:
        rows: QuerySet[Lab] = super().get_queryset(request).annotate(opens_at=lab_opening(ANY_COHORT))
        return rows

    @admin.display(description="lesson")
    def lesson(self, lab: Lab) -> str:
        return getattr(lab, "home", "") or "None published"

    @admin.display(description="open to a cohort", boolean=True)
    def is_open(self, lab: Lab) -> bool:
        return is_open(lab.opens_at, timezone.now()) and lab.is_proved  # type: ignore[attr-defined]  # annotated

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("preview/", wrap(preview_lab), name="labs_lab_preview"),
            path("<path:object_id>/try/", wrap(self._of_lab(try_lab)), name="labs_lab_try"),
            path("<path:object_id>/starter/", wrap(self._of_lab(upload_starter)), name="labs_lab_starter"),
        ]
        return [*own, *super().get_urls()]

    def _of_lab(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        def call(request: UserRequest, object_id: str) -> HttpResponse:
            lab = self.get_object(request, object_id)
            if lab is None or not self.has_change_permission(request, lab):
                raise Http404
            return view(request, lab)

        return call

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        lab = self.get_object(request, object_id)
        user: Any = request.user  # the admin requires a signed-in user
        context = {"try_choices": choices(lab, user) if lab else []}
        return super().change_view(request, object_id, form_url, context)


def _upgrade_message(upgraded: Upgraded) -> str:
    guesses = "".join(f" Line {guess.line}: {guess.message}." for guess in upgraded.guesses)
    return f"lab.yaml was in schema 1. It was saved in schema 2, where some names are different.{guesses}"


def _environment_status(version: LabVersion) -> str:
    if not version.environment_missing:
        return ""
    fault = f" Fault on our side: {version.proving_fault}" if version.proving_fault else ""
    build = f" {progress}." if (progress := proofs.build_progress(version)) else ""
    return f"Its environment is being built again. Submissions wait until it is built.{build}{fault}"


def _proof_status(lab: Lab, newest: LabVersion | None) -> str:
    if newest is None or lab.is_draft:
        return ""
    if newest.proving_until is None:
        return f"{WAITS} {newest.proving_fault}".rstrip()
    if newest.proving_fault != proofs.NO_ANSWER:
        again = date_format(timezone.localtime(newest.proving_until), "H:i")
        tries = f"Tried {count(newest.proving_tries, 'time')}"
        said = f"{tries}. Fault on our side: {newest.proving_fault.rstrip('.')}. Next try at {again}."
        return f"{said} To try now, save the lab."
    if newest.proving_until > timezone.now():
        build = proofs.build_progress(newest)
        return f"A worker is building the environment: {build}." if build else "A worker is running them."
    if newest.proving_tries >= proofs.MAX_TRIES:
        said = f"{newest.proving_tries} tries ended without a result. {newest.proving_fault}"
        return f"{said} To run them again, change the lab or save it unchanged."
    return WAITS
