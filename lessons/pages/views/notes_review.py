"""The import of notes after they are brought: review, place, and the lessons that came of it."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from lessons import tasks
from lessons.links import links_within
from lessons.models import Lesson, ModelDraft, Notes
from lessons.notes import Import
from lessons.notes.audience import may_be_for_staff, staff_marks
from lessons.notes_import import model_client, model_drafts
from lessons.notes_import.applying import NotesChangedError, Stored, apply_notes
from lessons.notes_import.planning import plan
from lessons.notes_import.publishing import publish
from lessons.notes_import.questions import add_questions
from lessons.notes_import.reading import ReadNotes, read_once
from lessons.notes_import.storing import decide, keep_habits
from lessons.pages.context import Context
from lessons.pages.notes import done as results
from lessons.pages.notes.by_model import add_model_drafts
from lessons.pages.notes.habits import habit_rows, read_habits
from lessons.pages.notes.placing import ANSWERS, choices_of, placing_of
from lessons.pages.notes.sides import drafts_of, parts_of, source_lines, suggestions_of
from lessons.pages.numbers import read_number
from lessons.pages.views.notes_access import of_notes, page_context
from lessons.quizzes import QuizSyntaxError
from lessons.texts.problem import Problem
from portal.accounts.http import UserRequest

CHANGED = (
    "Not saved: somebody changed these notes or their habits in the meantime."
    " This is the current state; what you chose is still here."
)


# --- review ---------------------------------------------------------------------------------------------------------


@of_notes
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: UserRequest, notes: Notes) -> HttpResponse:
    kept = notes.course.notes_habits
    tried = read_habits(request.GET, kept)
    if request.method == "POST":
        return _answer(request, notes)
    read = read_once(notes, tried)
    is_trial = tried is not None and habit_rows(tried) != habit_rows(kept)
    context = _review_context(notes, read, request.GET.get("page", "1"))
    context |= {
        "habits": habit_rows(notes.course.notes_habits),
        "is_trial": is_trial,
        "trial": tried is not None,
    }
    return render(request, "lessons/notes/review.html", context)


def _review_context(notes: Notes, read: ReadNotes, page: str) -> Context:
    parts = parts_of(read.imported)
    number = min(max(read_number(page), 1), len(parts))
    part = parts[number - 1]
    changes = {change.key: change for change in plan(notes, read.imported) if change.draft}
    drafts = drafts_of(notes, read.imported, part, changes, links_within(notes.course))
    if has_model := model_client.is_on():
        add_model_drafts(drafts, notes)
    asked = [asked for draft in drafts for shown in draft.blocks for asked in shown.asked]
    known = {made.id for made in read.imported.suggestions}
    return page_context(
        notes.course,
        2,
        notes=notes,
        read=read,
        parts=parts,
        part=part,
        lines=source_lines(read.imported, part, drafts),
        drafts=drafts,
        asked=asked,
        undecided=sum(each.answer is None for each in asked),
        decided=len(known & notes.decisions.keys()),
        is_update=any(change.known for change in changes.values()),
        has_model=has_model,
    )


def _answer(request: UserRequest, notes: Notes) -> HttpResponse:
    if "keep_habits" in request.POST:
        habits = read_habits(request.POST, notes.course.notes_habits)
        if habits is not None:
            keep_habits(course=notes.course, habits=habits)
            messages.success(request, "Kept for this course. All its notes are read like this now.")
        return redirect(f"{request.path}?page={request.GET.get('page', '1')}")
    answers: dict[str, bool | None] = {}
    for name, value in (("accept", True), ("skip", False), ("undo", None)):
        answers |= dict.fromkeys(request.POST.getlist(name), value)
    model_drafts.answer_items(
        notes=notes,
        answers={name: answers.pop(name) for name in [*answers] if model_drafts.ITEM.fullmatch(name)},
    )
    if answers or {"accept_all", "staff", "learners"} & request.POST.keys():
        # with the habits that the page tries
        imported = read_once(notes, read_habits(request.GET, notes.course.notes_habits)).imported
        decide(notes=notes, answers=_suggested(request, notes, imported, answers))
    _ask_model(request, notes)
    return redirect(request.get_full_path())


def _suggested(
    request: UserRequest, notes: Notes, imported: Import, answers: Mapping[str, bool | None]
) -> dict[str, bool | None]:
    """Return the answers to suggestions that exist; one to what has gone may only be taken back."""
    known = {made.id for made in imported.suggestions}
    found = {name: value for name, value in answers.items() if name in known or value is None}
    if "accept_all" in request.POST:
        part = next((p for p in parts_of(imported) if str(p.number) == request.POST["accept_all"]), None)
        made = suggestions_of(imported, part) if part else []
        found |= {each.id: True for each in made if each.id not in notes.decisions}
    return found | _staff_answers(request, imported)


def _ask_model(request: UserRequest, notes: Notes) -> None:
    for kind in ModelDraft.Kind.values:
        for key in request.POST.getlist(f"draft_{kind}")[:1]:
            imported = read_once(notes).imported
            model_drafts.ask(
                notes=notes, imported=imported, key=key, kind=kind, by=request.user, wake=tasks.wake_model
            )


def _staff_answers(request: UserRequest, imported: Import) -> dict[str, bool | None]:
    # The buttons beside a block: only for staff, or for learners too.
    asked = {request.POST.get("staff"): True, request.POST.get("learners"): False}
    found: dict[str, bool | None] = {}
    for lesson in imported.lessons:
        for block in (place.block for place in lesson.places):
            if block.id in asked and may_be_for_staff(block):
                found |= staff_marks(imported.source.lines, block, is_for_staff=asked[block.id])
    return found


# --- place ----------------------------------------------------------------------------------------------------------


@of_notes
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: UserRequest, notes: Notes) -> HttpResponse:
    version = notes.version
    imported = read_once(notes).imported
    changes = plan(notes, imported)
    given = request.POST if request.method == "POST" else None
    placing = placing_of(notes, imported, changes, given)
    status = 200 if given is None else 422
    if given is not None and not placing.has_errors:
        try:
            done = apply_notes(
                notes=notes,
                by=request.user,
                choices=choices_of(placing, notes.course),
                version=read_number(given.get("version", "")),
            )
        except NotesChangedError:
            messages.error(request, CHANGED)
            status = 409
        else:
            _tell(request, done)
            return redirect("notes_done", notes.course.slug, notes.pk)
    context = page_context(
        notes.course,
        3,
        notes=notes,
        version=version,
        imported=imported,
        placing=placing,
        answers=ANSWERS.items(),
        cohorts=notes.course.cohorts.all(),
        has_dates=any(day.date for day in imported.days) and imported.head.begins is not None,
    )
    return render(request, "lessons/notes/place.html", context, status=status)


def _tell(request: UserRequest, done: Stored) -> None:
    counts = [
        (len(done.created), "created as drafts"),
        (len(done.updated), "updated"),
        (len(done.conflicts), "left for you to merge"),
        (len(done.asked), "given quiz questions"),
    ]
    words = ", ".join(f"{count} {word}" for count, word in counts if count) or "nothing changed"
    meetings = f" Meetings added: {len(done.meetings)}." if done.meetings else ""
    messages.success(request, f"Lessons: {words}.{meetings}")
    for lesson, why in done.refused[:10]:
        messages.error(request, f"Not updated, because learners see it: {lesson}. {why}")


# --- done -----------------------------------------------------------------------------------------------------------


@of_notes
@require_http_methods(["GET", "HEAD", "POST"])
def done(request: UserRequest, notes: Notes) -> HttpResponse:
    """List the lessons of notes. A POST publishes what was ticked, or gives questions to a published quiz."""
    if request.method == "POST":
        if "questions" in request.POST:
            _ask_live(request, notes)
        else:
            _publish(request, notes)
        return redirect("notes_done", notes.course.slug, notes.pk)
    context = page_context(notes.course, 4, notes=notes, **results.results_of(notes, _with_questions(notes)))
    return render(request, "lessons/notes/done.html", context)


def _with_questions(notes: Notes) -> Import:
    return model_drafts.with_accepted(notes, read_once(notes).imported)


def _publish(request: UserRequest, notes: Notes) -> None:
    keys = [read_number(key) for key in request.POST.getlist("lesson")]
    rows = Lesson.objects.filter(from_notes__notes=notes, pk__in=keys, status=Lesson.Status.DRAFT)
    published = publish(notes.course, rows.in_order(), request.user)
    if published.lessons:
        messages.success(request, f"Published: {', '.join(map(str, published.lessons))}.")
    for lesson, in_quiz, problems in published.refused:
        what = f"the quiz of {lesson}" if in_quiz else str(lesson)
        messages.error(request, f"Not published: {what}. {_in_words(problems)}")
    if not keys:
        messages.warning(request, "Choose the lessons to publish.")


def _in_words(problems: list[Problem]) -> str:
    shown = " ".join(f"Line {problem.line}: {problem.message}" for problem in problems[:3])
    return f"{shown} And {len(problems) - 3} more." if len(problems) > 3 else shown


def _ask_live(request: UserRequest, notes: Notes) -> None:
    known = notes.lessons.filter(lesson__deletion=None, pk=read_number(request.POST["questions"]))
    drafts = {draft.key: draft for draft in _with_questions(notes).lessons}
    for row in known:
        draft = drafts.get(row.key)
        if draft is None:
            continue
        try:
            quiz = add_questions(lesson=row.lesson, questions=draft.questions, by=request.user, is_live=True)
        except QuizSyntaxError as error:
            problems = _in_words(error.problems)
            messages.error(request, f"Not added: the quiz would have errors. Edit it first. {problems}")
        else:
            if quiz:
                messages.success(request, f"The quiz {quiz} asks them now.")
