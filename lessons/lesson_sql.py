"""The two SQL statements behind the page of a lesson.

In SQL, because building them from models takes as long as rendering the page.
"""

from functools import cache

from lessons.models import (
    Course,
    CourseStaff,
    Enrollment,
    Lesson,
    Meeting,
    Quiz,
    Reading,
    Session,
    Thread,
    Tick,
)
from lessons.models.release import Status
from lessons.release import lesson_sql, quiz_sql


@cache
def page_sql(vendor: str, may_open: str, *, for_staff: bool) -> str:
    # `may_open` is a condition for the neighbours, `near`. A row is a session of the
    # course or, in the session of the lesson, one of its lessons; only the lesson itself has its text.
    staff_html = "page.staff_html" if for_staff else "'' AS staff_html"
    return f"""
    SELECT listed.id, listed.course_id, listed.session_id, listed.slug, listed.title, listed.public,
        listed.status, listed.publish_at,
        page.lab_slugs, page.html, {staff_html}, page.contents, page.checklist, page.minutes, page.updated_at,
        part.id AS part_id, part.slug AS part_slug, part.title AS part_title,
        quiz.slug AS quiz_slug, quiz.title AS quiz_title, quiz.status AS quiz_status,
        {lesson_sql(vendor, "listed", "%(cohort)s")} AS opens_at,
        {quiz_sql(vendor, "quiz", "page", "%(cohort)s")} AS quiz_opens_at,
        ({_next_opening(vendor)}) AS changes_at,
        ({_nearest("<", "DESC", may_open)}) AS before, ({_nearest(">", "ASC", may_open)}) AS after
    FROM {Lesson._meta.db_table} lesson
    JOIN {Session._meta.db_table} part ON part.course_id = lesson.course_id AND part.deletion_id IS NULL
    LEFT JOIN {Lesson._meta.db_table} listed
        ON listed.session_id = part.id AND part.id = lesson.session_id AND listed.deletion_id IS NULL
    LEFT JOIN {Lesson._meta.db_table} page ON page.id = listed.id AND page.id = lesson.id
    LEFT JOIN {Quiz._meta.db_table} quiz ON quiz.lesson_id = page.id
    WHERE lesson.slug = %(slug)s AND lesson.course_id = %(course)s AND lesson.deletion_id IS NULL
    ORDER BY part.position, part.id, listed.position, listed.id
"""  # noqa: S608 - names of tables and constants


def _next_opening(vendor: str) -> str:
    # Of any lesson of the course, since it may become the next one. NULL in the rows without `page`.
    return f"""
        SELECT MIN(soon.opens) FROM (
            SELECT {lesson_sql(vendor, "due", "%(cohort)s")} AS opens
            FROM {Lesson._meta.db_table} due
            WHERE due.course_id = page.course_id AND due.status <> '{Status.DRAFT}'
        ) soon WHERE soon.opens > %(now)s
    """  # noqa: S608 - names of tables and constants


def _nearest(sign: str, order: str, may_open: str) -> str:
    # The same order as `_after`. NULL in the rows without `page`.
    return f"""
        SELECT near.slug || ' ' || near.title
        FROM {Lesson._meta.db_table} near JOIN {Session._meta.db_table} its ON its.id = near.session_id
        WHERE near.course_id = page.course_id AND near.deletion_id IS NULL
            AND (its.position, near.position, near.id) {sign} (part.position, page.position, page.id)
            AND {may_open}
        ORDER BY its.position {order}, near.position {order}, near.id {order} LIMIT 1
    """  # noqa: S608 - names of tables and constants


@cache
def learner_lesson_sql(vendor: str) -> str:
    # SQLite has string_agg only from version 3.44 on.
    joined = "string_agg({}::text, ',')" if vendor == "postgresql" else "group_concat({})"
    # The lessons of the same session that the learner has marked as read.
    read = f"""
        SELECT {joined.format("done.lesson_id")}
        FROM {Lesson._meta.db_table} peer
        JOIN {Reading._meta.db_table} done ON done.lesson_id = peer.id AND done.read_at IS NOT NULL
        WHERE peer.session_id = lesson.session_id AND done.enrollment_id = enrollment.id
    """  # noqa: S608 - names of tables and a constant
    # The threads on the page, so that a kept page is never shown to somebody who may read others.
    is_own = "CASE WHEN asked.enrollment_id = enrollment.id THEN ':own' ELSE '' END"
    threads = f"""
        SELECT {joined.format(f"(asked.id || ':' || asked.version || {is_own})")}
        FROM {Thread._meta.db_table} asked
        WHERE asked.place_kind = 'lesson' AND asked.place_key = lesson.id AND asked.withdrawn_at IS NULL
            AND (asked.enrollment_id = enrollment.id OR (
                asked.is_public AND asked.answered_at IS NOT NULL AND asked.cohort_id = enrollment.cohort_id))
    """  # noqa: S608 - names of tables and constants
    # Without meetings, all cohorts see the same.
    cohort = f"SELECT MIN(met.cohort_id) FROM {Meeting._meta.db_table} met WHERE met.cohort_id = enrollment.cohort_id"  # noqa: S608
    return f"""
    SELECT enrollment.id, enrollment.cohort_id, course.id, course.slug, course.title, course.time_zone, ({cohort}),
        lesson.updated_at, ({threads}) AS threads,
        reading.id IS NOT NULL, reading.read_at, reading.heading, ({read}) AS read, tick.key
    FROM {Lesson._meta.db_table} lesson
    JOIN {Course._meta.db_table} course ON course.id = lesson.course_id
    JOIN {Enrollment._meta.db_table} enrollment ON enrollment.course_id = course.id AND enrollment.is_active
    LEFT JOIN {CourseStaff._meta.db_table} staff
        ON staff.course_id = course.id AND staff.user_id = enrollment.user_id
    LEFT JOIN {Reading._meta.db_table} reading
        ON reading.lesson_id = lesson.id AND reading.enrollment_id = enrollment.id
    LEFT JOIN {Tick._meta.db_table} tick ON tick.lesson_id = lesson.id AND tick.enrollment_id = enrollment.id
    WHERE lesson.slug = %(slug)s AND course.slug = %(course)s AND enrollment.user_id = %(user)s AND staff.id IS NULL
        AND {lesson_sql(vendor, "lesson", "enrollment.cohort_id")} <= %(now)s
    ORDER BY tick.key
"""  # noqa: S608 - names of tables and a constant
