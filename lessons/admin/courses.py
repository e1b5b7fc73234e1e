from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from lessons import actions, queries, staffing
from lessons.admin.copying import copy_view
from lessons.admin.deleting import DeletableAdmin, deleted_view
from lessons.admin.editing import AuthoredAdmin, AuthoringForm, in_words
from lessons.admin.editor import EditorWidget
from lessons.admin.help import lesson_help
from lessons.admin.links import links_view
from lessons.admin.lists import percent_column
from lessons.admin.prepare import PrepareField
from lessons.admin.previewed import outline_view, page_view
from lessons.admin.repository import repository_view
from lessons.admin.slugs import SluggedAdmin, SluggedForm
from lessons.admin.snippets import STARTING_LESSON, starts, text_of
from lessons.authoring import next_position
from lessons.deadline_changes import deadlines_moved
from lessons.deletable import KINDS
from lessons.gate import judge_lesson, judge_quiz, judge_quiz_text
from lessons.links import links_within
from lessons.models import Course, Lesson, Quiz, Session
from lessons.models.course import MAX_SKILLS, MAX_SLUG, validate_skill
from lessons.models.release import Release, Status
from lessons.pages.numbers import read_number
from lessons.texts.verdict import Verdict

SCORING_FIELDS = (
    "pass_mark", "lab_weight", "quiz_weight", "attendance_weight", "checklist_weight", "dropped_labs",
    "dropped_quizzes",
)  # fmt: skip


@admin.register(Course)
class CourseAdmin(DeletableAdmin, SluggedAdmin):
    course_path = ""
    fixed_once_saved = ("slug",)
    list_display = ["title", "slug", "time_zone", percent_column("pass_mark")]
    list_filter = ["time_zone"]
    search_fields = ["title", "slug"]
    readonly_fields = ["labs_without_lesson"]

    def get_fields(self, request: HttpRequest, obj: Course | None = None) -> Any:
        fields = ["title", "slug", "summary", "time_zone", *SCORING_FIELDS, "late_days"]
        fields += ["holds_scores", "marks_blindly"]
        return [*fields, "labs_without_lesson"] if obj else fields

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        own = {"time_zone": request.user.time_zone}  # type: ignore[union-attr]  # signed in
        return own | super().get_changeform_initial_data(request)

    @admin.display(description="labs without a lesson")
    def labs_without_lesson(self, course: Course) -> str:
        found = queries.labs_without_lesson(course)
        return f"{', '.join(found)}. {NAME_IT}" if found else "None"

    def save_model(self, request: Any, obj: Course, form: Any, change: bool) -> None:
        if change:
            obj.save()
            deadlines_moved(obj.pk)
        else:
            staffing.create_course(course=obj, by=request.user)

    def get_urls(self) -> list[URLPattern]:
        own: dict[str, tuple[str, Any]] = {
            "links/": ("links", links_view),
            "copy/": ("copy", copy_view),
            "repository/": ("repository", repository_view),
            "repository/<int:fetch>/": ("previewed", outline_view),
            "repository/<int:fetch>/<slug:kind>/<slug:slug>/": ("previewed_page", page_view),
        }
        pages = [
            path(
                f"<path:object_id>/{rest}",
                self.admin_site.admin_view(partial(view, self)),
                name=f"lessons_course_{name}",
            )
            for rest, (name, view) in own.items()
        ]
        view = self.admin_site.admin_view(partial(deleted_view, self))
        return [path("deleted/", view, name="lessons_course_deleted"), *pages, *super().get_urls()]


SESSION_HELP = (
    "By the date of each cohort’s meeting. Without a date, they wait. Public lessons wait for no meeting."
)


class SessionForm(SluggedForm):
    prepare = PrepareField()
    release = forms.ChoiceField(
        label="Lessons open", choices=Release.choices, required=False, help_text=SESSION_HELP
    )

    def clean_release(self) -> str:
        return self.cleaned_data["release"] or Release.NOW

    class Meta:
        model = Session
        fields = ["course", "title", "slug", "summary", "release", "prepare"]


@admin.register(Session)
class SessionAdmin(DeletableAdmin, SluggedAdmin):
    form = SessionForm
    fixed_once_saved = ("slug", "course")
    list_display = ["title", "course", "position", "release", "slug"]
    list_filter = ["course"]
    search_fields = ["title", "slug"]
    list_select_related = ["course"]
    fields = [
        "course",
        "title",
        "slug",
        "summary",
        "release",
        "prepare",
    ]  # the order is edited on its own page

    def save_model(self, request: HttpRequest, obj: Session, form: Any, change: bool) -> None:
        if not change:
            obj.position = next_position(obj)
        actions.save_session(session=obj)


NAME_IT = "Select each in a published lesson."


# Any: the admins of lessons and of labs
def warn_of_hidden_labs(options: "admin.ModelAdmin[Any]", request: HttpRequest, course: Course) -> None:
    if found := queries.labs_without_lesson(course):
        labs = ", ".join(found)
        words = f"Learners can’t find these labs in {course}, because no published lesson names them: {labs}."
        options.message_user(request, words, messages.WARNING)


LESSON_FIELDS: tuple[str, ...] = (
    "course", "session", "title", "slug", "summary", "status", "publish_at", "release", "public", "lab_slugs",
    "skills", "source",
)  # fmt: skip


class SkillsField(forms.CharField):
    """Names of skills with commas between them; a list of names in Python."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_SKILLS * (MAX_SLUG + 2), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    # Any: the base returns text, this one a list
    def clean(self, value: Any) -> Any:
        names = list(dict.fromkeys(super().clean(value).replace(",", " ").split()))
        if len(names) > MAX_SKILLS:
            raise forms.ValidationError(f"These are {len(names)} skills. A lesson has at most {MAX_SKILLS}.")
        for name in names:
            try:
                validate_skill(name)
            except forms.ValidationError as error:
                allowed = f"letters, numbers, hyphens and underscores, at most {MAX_SLUG}"
                words = f"“{name[:MAX_SLUG]}” can’t name a skill. Use {allowed}."
                raise forms.ValidationError(words) from error
        return names


class LessonForm(AuthoringForm):
    skills = SkillsField(
        required=False,
        help_text="What the lesson teaches, such as: branching, merging. Learners see it on their progress page.",
    )
    lab_slugs = forms.MultipleChoiceField(
        label="Labs",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "There is no lab %(value)s. Choose from the list."},
        help_text="The course page shows each lab in the session of the published lesson that names it.",
    )

    class Meta:
        model = Lesson
        fields = LESSON_FIELDS
        widgets = {
            "source": EditorWidget("lesson", lesson_help),
            "summary": AdminTextareaWidget({"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial.setdefault("source", STARTING_LESSON)
        labs = self.fields["lab_slugs"]
        labs.choices = found = self._labs()  # type: ignore[attr-defined]  # declared above
        if not found:
            labs.help_text = (
                "There is no lab yet. Save the lesson, then add a lab to it from the outline of the course."
            )

    def _labs(self) -> list[tuple[str, str]]:
        # The labs of all the user's courses until a course is chosen.
        known = Course.objects.filter(pk=self.instance.course_id) if self.instance.pk else self._courses()
        chosen = str(self["course"].value() or "") if not self.instance.pk and not self.is_bound else ""
        known = known.filter(pk=read_number(chosen)) if chosen else known
        rows = known.filter(labs__isnull=False, labs__deletion=None)
        rows = rows.order_by("slug", "labs__position", "labs__slug")
        found = rows.values_list("labs__slug", "labs__title", "title")
        return [(slug, f"{title or slug} ({slug}), {course}") for slug, title, course in found]

    def _courses(self) -> QuerySet[Course]:
        field: Any = self.fields["course"]
        rows: QuerySet[Course] = field.queryset
        return rows

    def clean_lab_slugs(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["lab_slugs"]
        course = self.course()
        known = set(course.labs.values_list("slug", flat=True)) if course else set(chosen)
        if unknown := [slug for slug in chosen if slug not in known]:
            raise forms.ValidationError(f"{course} has no lab {', '.join(unknown)}.")
        return [*chosen, *self._deleted_labs(set(chosen))]

    def _deleted_labs(self, chosen: set[str]) -> list[str]:
        # which the lesson names, so that it names them again once they are restored
        named = [slug for slug in self.instance.lab_slugs if slug not in chosen]
        if not (self.instance.pk and named and "lab" in KINDS):
            return []
        # Any: each kind has a slug
        labs: Any = KINDS["lab"].model.with_deleted()
        known = labs.filter(course=self.instance.course_id, slug__in=named).values_list("slug", "deletion")
        live = {slug for slug, deletion in known if deletion is None}
        return [slug for slug in named if slug in dict(known) and slug not in live]

    def is_published(self) -> bool:
        return self.cleaned_data.get("status") in (Status.SCHEDULED, Status.PUBLISHED)

    def clean_source(self) -> str:
        return self.check_text("source", lambda course, text: judge_lesson(text, links_within(course)))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        quiz = getattr(self.instance, "quiz", None) if self.is_published() else None
        if quiz and not quiz.is_draft and (found := _judge_saved(quiz).errors):
            self.add_error(
                "status", f"Not published: the quiz of this lesson has problems. {in_words(found)}"
            )
        return cleaned


def _judge_saved(quiz: Quiz) -> Verdict:
    # Questions were tried when the current version was saved; what was saved in a draft since then may not have passed.
    is_tried = quiz.current is not None and quiz.current.source == quiz.source
    return (judge_quiz_text if is_tried else judge_quiz)(quiz.source, links_within(quiz.course))


@admin.register(Lesson)
class LessonAdmin(DeletableAdmin, AuthoredAdmin):
    form = LessonForm
    texts = ("title", "summary", "source")
    change_form_template = "admin/authoring/lesson.html"
    fixed_once_saved = ("slug", "course")
    list_display = ["title", "session", "position", "status", "publish_at", "public", "minutes", "updated_at"]
    list_filter = ["status", "public", "course", "session"]
    search_fields = ["title", "slug", "summary", "source"]
    list_select_related = ["session", "course"]
    fields = LESSON_FIELDS

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial = super().get_changeform_initial_data(request)
        if text := text_of(request.GET.get("template", ""), self._courses(request)):
            initial["source"] = text
        return initial

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        courses, given = self._courses(request), request.GET.get("course", "")
        own = [key for key in courses if str(key) == given] or courses
        return super().add_view(request, form_url, {"starts": starts(request, own), **(extra_context or {})})

    def _courses(self, request: HttpRequest) -> list[int]:
        return list(self.choosable_rows(Course, request).values_list("pk", flat=True))

    def save_text(self, item: Lesson) -> None:
        if item.pk is None:
            item.position = next_position(item)
        actions.save_lesson(lesson=item)

    def warn_of(self, request: HttpRequest, form: AuthoringForm) -> None:
        super().warn_of(request, form)
        warn_of_hidden_labs(self, request, form.instance.course)
