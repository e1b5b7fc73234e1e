"""Whatever is in a course, its files hold it: dump, load and dump again give the same bytes."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from lessons import actions
from lessons.course_files.dumping import dump_course
from lessons.course_files.reading import read_course
from lessons.course_files.source import in_memory
from lessons.course_files.whole import load_course
from lessons.models import Cohort, Course, Lesson, Meeting, Quiz, Session
from lessons.texts.yaml_edit import dump_yaml, edit_yaml, plain_yaml
from tests.courses.conftest import QUIZ

numbers = count(1)
few = settings(max_examples=30, suppress_health_check=list(HealthCheck))

# Text as a form leaves it, with everything that YAML gives a meaning to.
signs = st.sampled_from(
    [*list("ab Zé☃😀:#-[]{},&*!|>'\"%@`?~=\\/\t\n.0189"), "no", "null", "1e3", "---", ": "]
)
words = st.lists(signs, min_size=1, max_size=12).map("".join)
any_text = st.one_of(
    words, st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
)
titles = any_text.map(str.strip).filter(bool)
summaries = any_text.map(str.strip)
bodies = st.one_of(any_text, st.lists(any_text, max_size=4).map("\n".join))


@st.composite
def courses(draw: st.DrawFn) -> Course:
    course = Course.objects.create(
        slug=f"round-{next(numbers)}",
        title=draw(titles),
        summary=draw(summaries),
        pass_mark=draw(st.integers(0, 100)),
    )
    sessions = []
    for place in range(draw(st.integers(0, 3))):
        prepare = [{"key": f"k{n}", "text": draw(titles)} for n in range(draw(st.integers(0, 2)))]
        session = Session(course=course, slug=f"s{place}", title=draw(titles), prepare=prepare)
        session.summary, session.position = draw(summaries), draw(st.integers(0, 5))
        sessions.append(actions.save_session(session=session))
    for place in range(draw(st.integers(0, 4)) if sessions else 0):
        lesson = Lesson(
            course=course, session=draw(st.sampled_from(sessions)), slug=f"l{place}", title=draw(titles)
        )
        lesson.summary, lesson.source, lesson.position = (
            draw(summaries),
            draw(bodies),
            draw(st.integers(0, 5)),
        )
        lesson.public = draw(st.booleans())
        actions.save_lesson(lesson=lesson)
        if draw(st.booleans()):
            source = draw(st.sampled_from([QUIZ, "not a quiz yet", QUIZ.replace("\n", "\r\n")]))
            actions.save_quiz(quiz=Quiz(course=course, lesson=lesson, slug=lesson.slug, source=source))
    for place in range(draw(st.integers(0, 2))):
        zone = draw(st.sampled_from(["Asia/Kolkata", "UTC", "America/New_York"]))
        cohort = Cohort.objects.create(course=course, slug=f"c{place}", title=draw(titles), time_zone=zone)
        for session in sessions:
            starts = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=draw(st.integers(0, 10**6)))
            Meeting.objects.create(cohort=cohort, session=session, starts_at=starts, course=course)
    return course


def dumped(course: Course) -> dict[str, str]:
    found = dump_course(Course.objects.get(pk=course.pk))
    assert [warning for warning in found.warnings if "cannot hold" in warning] == []
    return found.files


def loaded(files: dict[str, str], course: Course | None = None):
    folder = in_memory({name: text.encode() for name, text in files.items()})
    return load_course(read_course(folder, origin=f"folder {next(numbers)}"), course=course)


@pytest.mark.heavy
@pytest.mark.django_db
@few
@given(st.data())
def test_dump_load_dump_is_equal_and_nothing_conflicts(data):
    course = data.draw(courses())
    files = dumped(course)
    changes = loaded(files, course)
    assert (changes.kept, changes.conflicts, changes.created, changes.renamed) == ([], [], [], [])
    assert dumped(course) == files
    again = loaded(files, course)
    assert not any(vars(again).values())


@pytest.mark.heavy
@pytest.mark.django_db
@few
@given(st.data())
def test_dump_load_dump_is_equal_in_another_portal(data):
    files = dumped(data.draw(courses()))
    slug = f"copy-{next(numbers)}"
    files["course.yaml"] = edit_yaml(files["course.yaml"], {"slug": slug}) or ""
    loaded(files)
    assert dumped(Course.objects.get(slug=slug)) == files


values = st.recursive(
    st.one_of(titles, st.integers(0, 10**6), st.booleans()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["slug", "title", "no", "x y"]), inner, max_size=3),
    ),
    max_leaves=12,
)
mappings = st.dictionaries(st.sampled_from(["a", "b", "title", "list"]), values, min_size=1)


@given(mappings)
def test_written_yaml_says_what_it_was_given(value):
    assert YAML(typ="safe", pure=True).load(dump_yaml(value)) == value


@example({"list": [{}]}, {"list": ["a", {"title": 0}, {}]})  # two new items without a name
@given(mappings, mappings)
def test_edited_yaml_says_the_new_values_or_is_given_up(before, after):
    text = dump_yaml(before)
    edited = edit_yaml(text, {**dict.fromkeys(before.keys() - after.keys()), **after})
    if edited is not None:
        read = plain_yaml(edited)
        assert read is None or YAML(typ="safe", pure=True).load(edited) == after


@given(mappings, st.sampled_from(["a", "b", "title"]), titles)
def test_comments_and_lines_of_other_keys_stay(before, key, title):
    text = (
        "# first\n"
        + "".join(f"# {name}\n{dump_yaml({name: value})}" for name, value in before.items())
        + "# last\n"
    )
    edited = edit_yaml(text, {key: title})
    assert edited is not None
    others = {name: f"# {name}\n{dump_yaml({name: value})}" for name, value in before.items() if name != key}
    assert edited.startswith("# first\n") and edited.endswith("# last\n")
    assert [name for name, lines in others.items() if lines not in edited] == []
