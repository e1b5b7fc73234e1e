"""The publish gate: one judgement of lessons, briefs and quizzes for the editor, course files and everything else."""

from dataclasses import replace

from lessons.links import Links
from lessons.quizzes import QuizSyntaxError, markdown_of, parse
from lessons.rendering import TooComplexError, render
from lessons.texts.problem import Problem
from lessons.texts.verdict import Verdict

NO_TEXT = Problem(1, "", "Write the text before you publish the lesson.")


def judge_lesson(source: str, links: Links) -> Verdict:
    return judge_markdown(source, links) if source.strip() else Verdict([NO_TEXT])


def judge_markdown(source: str, links: Links) -> Verdict:
    try:
        return render(source, link=links).verdict
    except TooComplexError as error:
        return Verdict([Problem(error.line, "", str(error))])


def judge_quiz(source: str, links: Links) -> Verdict:
    # Links and images count wherever they are, so the whole quiz is judged as Markdown.
    try:
        quiz = parse(source)
    except QuizSyntaxError as error:
        return Verdict(error.problems)
    # A quiz is rendered later, without its course files, so its links must name slugs.
    found = judge_markdown(markdown_of(source), replace(links, files={}))
    return found.plus(warnings=quiz.warnings)
