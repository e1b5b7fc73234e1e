from contextlib import suppress
from typing import Any

from django.contrib import admin
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html_join

from lessons import actions
from lessons.admin.deleting import DeletableAdmin
from lessons.admin.editing import AuthoredAdmin, AuthoringForm
from lessons.admin.editor import EditorWidget
from lessons.admin.help import quiz_help
from lessons.admin.lists import percent_column, points_column
from lessons.admin.quiz_files import export_view, import_view
from lessons.admin.scope import ReadOnlyAdmin
from lessons.gate import judge_quiz
from lessons.links import links_within
from lessons.models import Answer, Attempt, Quiz, QuizVersion
from lessons.models.release import Status
from lessons.pages.review import staff_review
from lessons.quiz_proofs import proof_lines
from lessons.quizzes import QuizSyntaxError, parse, parse_once
from lessons.quizzes.reference import front_matter

QUIZ_FIELDS: tuple[str, ...] = ("course", "lesson", "slug", "status", "publish_at", "source")


STARTING_QUIZ = (
    front_matter("A new quiz")
    + """
## Which command records a change? {#record}
- [x] `git commit`
- [ ] `git add`
  > It only stages the change. The commit records it.
> Each question needs a key such as `{#record}`. Keep it when you change the wording.

## How many branches does a new repository have? {#branches points=2}
= 1
> More than one [x] makes a question with several correct answers. A numbered list makes an ordering question.
"""
)


class QuizForm(AuthoringForm):
    class Meta:
        model = Quiz
        fields = QUIZ_FIELDS
        widgets = {"source": EditorWidget("quiz", quiz_help)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "status" in self.fields:
            self.fields["status"].required = False  # published unless chosen otherwise
        if not self.instance.pk:
            self.initial.setdefault("source", STARTING_QUIZ)

    def is_published(self) -> bool:
        # A quiz opens with its lesson at the earliest.
        lesson = self.instance.lesson if self.instance.pk else self.cleaned_data.get("lesson")
        is_draft = self.cleaned_data.get("status") == Status.DRAFT
        return lesson is not None and not (is_draft or lesson.is_draft)

    def clean_source(self) -> str:
        return self.check_text("source", lambda course, text: judge_quiz(text, links_within(course)))

    def slug_source(self) -> str:
        lesson = self.cleaned_data.get("lesson")
        return lesson.slug if lesson else ""


@admin.register(Quiz)
class QuizAdmin(DeletableAdmin, AuthoredAdmin):
    form = QuizForm
    fixed_once_saved = ("slug", "course", "lesson")
    fields = QUIZ_FIELDS
    slug_from = ()
    list_display = ["title", "lesson", "status", "course", "slug"]
    list_filter = ["course", "lesson__session"]
    search_fields = ["title", "slug", "source"]
    list_select_related = ["lesson", "course"]
    readonly_fields = ["proof"]
    change_list_template = "admin/lessons/quiz/change_list.html"
    change_form_template = "admin/lessons/quiz/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        export = view(lambda request, object_id: export_view(self, request, object_id))
        return [
            path("import/", view(lambda request: import_view(self, request)), name="lessons_quiz_import"),
            path("<path:object_id>/export/", export, name="lessons_quiz_export"),
            *super().get_urls(),
        ]

    # Any: as Django declares it
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with parse_once():
            if request.method == "POST":
                # Before Django begins its transaction, in which nobody else may write to an SQLite file.
                with suppress(QuizSyntaxError):
                    parse(request.POST.get("source", ""))
            return super().changeform_view(request, *args, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Quiz | None = None) -> Any:
        return [*QUIZ_FIELDS, "proof"] if obj and _version_with_proof(obj) else QUIZ_FIELDS

    @admin.display(description="proof")
    def proof(self, quiz: Quiz) -> str:
        version = _version_with_proof(quiz)
        lines = proof_lines(version, timezone.now()) if version else ()
        return format_html_join("", "<p>{}</p>", ((line,) for line in lines))

    def view_on_site(self, obj: Quiz) -> str | None:
        # A quiz without questions has no page yet.
        return obj.get_absolute_url() if obj.current_id else None

    def save_text(self, item: Quiz) -> None:
        actions.save_quiz(quiz=item)


def _version_with_proof(quiz: Quiz) -> QuizVersion | None:
    return quiz.unproved or (quiz.current if quiz.current and quiz.current.proof is not None else None)


@admin.register(QuizVersion)
class QuizVersionAdmin(ReadOnlyAdmin):
    content = ("quiz",)
    course_path = "quiz__course"
    learner_path = ""
    list_display = ["quiz", "digest", "question_count", points_column("max_points"), "created_at"]
    list_filter = ["quiz__course"]
    exact_search = ("digest",)
    list_select_related = ["quiz"]


class AnswersInWords:
    """The questions with the learner's answers as they saw them, and the right answers."""

    @admin.display(description="answers")
    def answers_in_words(self, item: Attempt | Answer) -> str:
        found = staff_review(item if isinstance(item, Attempt) else item.attempt)
        items = [one for one in found["items"] if isinstance(item, Attempt) or one.key == item.key]
        return render_to_string(
            "admin/lessons/attempt/answers.html", {"items": items, "styles": found["styles"]}
        )


@admin.register(Attempt)
class AttemptAdmin(AnswersInWords, ReadOnlyAdmin):
    content = ("quiz",)
    list_display = [
        "quiz", "enrollment", "number", points_column("points"), percent_column("score"), "passed",
        "counts", "started_at", "submitted_at", "ended_by", "is_late",
    ]  # fmt: skip
    list_filter = ["course", "passed", "quiz"]
    exact_search = ("quiz__slug",)
    list_select_related = ["quiz", "enrollment__user", "enrollment__cohort__course"]
    exclude = ["layout"]
    readonly_fields = ["answers_in_words", "counts"]
    change_form_template = "admin/lessons/attempt/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attempt]:
        # With the attempt that counts, looked up for each row by the index of learner and quiz.
        own = Attempt.objects.filter(enrollment=OuterRef("enrollment"), quiz=OuterRef("quiz")).submitted()
        best = own.ranked().order_by(F("best_rank")).values("pk")[:1]
        rows: QuerySet[Attempt] = super().get_queryset(request).annotate(best=Subquery(best))
        return rows

    @admin.display(description="counts", boolean=True)
    def counts(self, attempt: Attempt) -> bool:
        return bool(attempt.best == attempt.pk)  # type: ignore[attr-defined]  # annotated above

    def view_on_site(self, obj: Attempt) -> str:
        return reverse(
            "attempt_of", args=[obj.quiz.course.slug, obj.quiz.slug, obj.number, obj.enrollment_id]
        )


@admin.register(Answer)
class AnswerAdmin(AnswersInWords, ReadOnlyAdmin):
    content = ("attempt__quiz",)
    course_path = "attempt__course"
    learner_path = "attempt__enrollment"
    list_display = ["key", "attempt", "credit", "flagged", "saved_at"]
    list_filter = ["attempt__quiz"]
    exact_search = ("attempt__quiz__slug",)
    list_select_related = ["attempt__quiz", "attempt__enrollment__user"]
    fields = ["attempt", "key", "answers_in_words", "credit", "flagged", "saved_at"]
    readonly_fields = ["answers_in_words"]
    change_form_template = "admin/lessons/attempt/change_form.html"
