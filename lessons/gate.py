"""The publish gate: one judgement of lessons, briefs and quizzes for the editor, course files and everything else."""

from dataclasses import replace

from lessons.links import Links
from lessons.quizzes import QuizSyntaxError, markdown_of, parse
from lessons.rendering import TooComplexError, render
from lessons.texts.problem import Problem
from lessons.texts.verdict import Verdict

NOT_HERE = "Only lessons have blocks for staff. Nobody would see this one. Put it into the lesson."
BY_WORKER = (
    "This question runs code: a worker tries it after the quiz is saved. Then learners see the new version."
)
NO_TEXT = Problem(1, "", "Write the text before you publish the lesson.")


def judge_lesson(source: str, links: Links) -> Verdict:
    return _judge(source, links) if source.strip() else Verdict([NO_TEXT])


def judge_markdown(source: str, links: Links) -> Verdict:
    """Judge a brief or a quiz. Only lessons have pages for staff, so a block for staff is an error."""
    return _judge(source, links, for_staff=False)


def _judge(source: str, links: Links, *, for_staff: bool = True) -> Verdict:
    try:
        rendered = render(source, link=links)
        hidden = [] if for_staff else rendered.hidden
        return rendered.verdict.plus(Problem(line, "", NOT_HERE) for line in hidden)
    except TooComplexError as error:
        return Verdict([Problem(error.line, "", str(error))])


def judge_quiz(source: str, links: Links) -> Verdict:
    try:
        quiz = parse(source)
    except QuizSyntaxError as error:
        return Verdict(error.problems)
    waiting = [Problem(each.line, "", BY_WORKER) for each in quiz.questions if each.is_proved_by_worker]
    return judge_quiz_text(source, links).plus(warnings=[*quiz.warnings, *waiting])


def judge_quiz_text(source: str, links: Links) -> Verdict:
    """Judge a quiz as Markdown, for its links and images. Its questions are not tried, which may take seconds."""
    # A quiz is rendered later, without its course files, so its links must name slugs.
    return judge_markdown(markdown_of(source), replace(links, files={}))
