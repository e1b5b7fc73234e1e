"""Each draft of a question is read by the portal's own quizzes."""

import pytest

from lessons.notes import import_notes, read_source
from lessons.quizzes import parse

from .case_files import NAMES
from .importing import import_case

HEAD = "---\ntitle: Drafts\npass_mark: 70\nattempts: 3\nrelease: now\n---\n\n"


def drafts(name):
    suggestions = import_case(name).suggestions
    return [suggestion.question for suggestion in suggestions if suggestion.kind == "question"]


@pytest.mark.parametrize("name", NAMES)
def test_drafts_are_questions(name):
    found = drafts(name)
    for number in range(0, len(found), 20):
        quiz = parse(HEAD + "\n\n".join(question.markdown for question in found[number : number + 20]))

        assert [question.key for question in quiz.questions] == [
            each.key for each in found[number : number + 20]
        ]


def test_the_seed_gives_questions_of_several_kinds():
    texts = [question.markdown for question in drafts("mlops-edu")]

    assert any("Put these in order" in text and "1. Requirement Analysis" in text for text in texts)
    assert any(
        "- [x] Continuous Delivery" in text and "- [ ] Continuous Deployment" in text for text in texts
    )
    assert any(text.startswith("## What is DevOps?") for text in texts)


def test_an_accepted_question_comes_with_its_lesson():
    source = read_source("notes.txt", b"What is Docker ???\n\nDocker runs programs in containers.\n")
    (offer,) = [each for each in import_notes(source).suggestions if each.kind == "question"]

    assert import_notes(source).lessons[0].questions == ()
    assert import_notes(source, None, {offer.id: True}).lessons[0].questions == (offer.question,)
