"""Context that templates need beyond the rows."""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from lessons.lesson_queries import OpenLesson
from lessons.pages.breadcrumb import course_crumbs
from lessons.pages.context import Context, HeadingItem
from lessons.pages.place_notes import lesson_threads, with_notes
from lessons.rendering import MAX_LISTED, with_ticks
from lessons.threads.here import list_below


def reading_context(found: OpenLesson, token: object) -> Context:
    # `token` is the CSRF token of the forms.
    course, session = found.lesson.course, found.lesson.session
    threads = lesson_threads(found)
    headings = {each[1] for each in found.lesson.contents}
    above = (session.title, f"{course.get_absolute_url()}#session-{session.slug}")
    return {
        "course": course,
        "crumbs": course_crumbs(course, above, (found.lesson.title, "")),
        "lesson": found.lesson,
        "enrollment": found.enrollment,
        "reading": found.reading,
        "waits": found.lesson.waiting_word(found.reader.now) if found.reader.is_staff else "",
        "quiz_opens_at": found.quiz_opens_at,
        "found": found,
        "body": mark_safe(with_notes(lesson_body(found, token), threads)),  # noqa: S308 - as both parts
        **list_below(threads, headings),
        "csrf_token": token,
        "contents": contents_rail(found),
        "menu": course_menu(found),
        "before": found.before,
        "after": found.after,
    }


def lesson_body(found: OpenLesson, token: object) -> SafeString:
    # Checklist items are small forms for learners.
    # `staff_html` is not even fetched for others.
    html = (found.lesson.staff_html if found.reader.is_staff else "") or found.lesson.html
    if found.enrollment and found.lesson.checklist:
        address = reverse("lesson_tick", args=[found.lesson.course.slug, found.lesson.slug])
        html = with_ticks(html, found.ticked, lambda *item: tick_form(token, address, *item))
    return mark_safe(html)  # noqa: S308 - sanitised by lessons.rendering when it was saved


def tick_form(token: object, address: str, key: str, html: str, ticked: bool) -> str:
    # `html` must be sanitised inline HTML.
    context = {"address": address, "key": key, "html": mark_safe(html), "ticked": ticked}  # noqa: S308
    # Rendered without the request, whose context processors would run for each of many items.
    return render_to_string("lessons/_tick.html", {**context, "csrf_token": token})


def course_menu(found: OpenLesson) -> Context:
    """Return the sessions of the course, the lessons of this session with their state, and the lesson's number.

    A state is "" for visitors and staff, whose reading is not kept.
    """
    lessons = [lesson for session in found.sessions for lesson in session.lessons]
    place = next((place for place, lesson in enumerate(lessons, 1) if lesson.key == found.lesson.pk), None)
    return {
        "sessions": found.sessions,
        "lessons": [(lesson, _state(found, lesson.key)) for lesson in lessons],
        "place": place,
    }


def _state(found: OpenLesson, lesson: int) -> str:
    if found.enrollment is None:
        return ""
    if lesson in found.read:
        return "done"
    return "part" if lesson == found.lesson.pk else "todo"


def contents_rail(found: OpenLesson) -> list[HeadingItem]:
    """Return the headings with the learner's progress: done before the last one read, part at it, todo after it."""
    listed = found.lesson.contents[:MAX_LISTED]
    last = found.reading.heading if found.reading else ""
    at = next((index for index, (_, id_, _) in enumerate(listed) if id_ == last), -1)
    if found.reading and found.reading.read_at:
        at = len(listed)
    return [
        {
            "id": id_,
            "title": title,
            "level": level,
            "state": "done" if index < at else "part" if index == at else "todo",
        }
        for index, (level, id_, title) in enumerate(listed)
    ]
