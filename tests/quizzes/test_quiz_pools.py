"""Questions drawn from pools, and their order."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.quizzes import QuizSyntaxError, count, draw, lay_out, mark, max_points, parse, restrict
from lessons.quizzes.writing import write_question
from lessons.texts.due_rules import Rule

FRONT = "---\ntitle: Pools\npass_mark: 70\nattempts: 3\nrelease: now\n{rules}---\n"


def quiz_of(*questions, **rules):
    """Return the source of a quiz; a question is its key and what follows it, such as `a points=2 pool=x`."""
    front = FRONT.format(rules="".join(f"{name}: {value}\n" for name, value in rules.items()))
    return front + "".join(f"## Why {{#{each}}}\n= because\n> So.\n\n" for each in questions)


POOLED = quiz_of("first", "a pool=x", "b pool=x", "c pool=x", "last", pools="{x: 2}")


def test_draw_takes_so_many_of_each_pool_in_the_order_of_the_file():
    quiz = parse(POOLED)
    draws = {tuple(draw(quiz, Random(seed))) for seed in range(50)}
    assert draws == {("first", *two, "last") for two in [("a", "b"), ("a", "c"), ("b", "c")]}
    assert (count(quiz), max_points(quiz)) == (4, Decimal(4))


def test_shuffle_changes_the_order_only():
    quiz = parse(quiz_of("a", "b", "c", "d", shuffle="true"))
    draws = [draw(quiz, Random(seed)) for seed in range(50)]
    assert len(set(map(tuple, draws))) > 10
    assert {frozenset(each) for each in draws} == {frozenset("abcd")}


def test_same_seed_gives_the_same_draw_and_layout():
    quiz = parse(quiz_of("a pool=x", "b pool=x", "c", pools="{x: 1}", shuffle="true"))
    once, again = (draw(quiz, Random(7)) for _ in range(2))
    assert once == again
    assert lay_out(restrict(quiz, once), Random(7)) == lay_out(restrict(quiz, again), Random(7))


def test_attempt_from_before_draws_were_stored_asks_every_question():
    quiz = parse(POOLED)
    assert restrict(quiz, None) == quiz


@settings(max_examples=20)
@given(
    pools=st.lists(
        st.tuples(st.integers(1, 5), st.integers(0, 4), st.sampled_from(["1", "0.5", "2.25"])),
        max_size=4,
    ),
    alone=st.lists(st.sampled_from(["1", "3", "0.01"]), max_size=3),
    seed=st.integers(0, 1000),
    shuffle=st.booleans(),
)
def test_each_draw_has_the_points_and_the_count_of_the_version(pools, alone, seed, shuffle):
    questions = [f"q{n} points={points}" for n, points in enumerate(alone)]
    for number, (drawn, more, points) in enumerate(pools):
        questions += [f"p{number}-{n} points={points} pool=p{number}" for n in range(drawn + more)]
    rules = {"pools": "{" + ", ".join(f"p{n}: {drawn}" for n, (drawn, _, _) in enumerate(pools)) + "}"}
    quiz = parse(quiz_of(*questions, shuffle=str(shuffle).lower(), **(rules if pools else {})))
    keys = draw(quiz, Random(seed))
    marked = mark(restrict(quiz, keys), dict.fromkeys(keys, "because"))
    assert len(keys) == len(set(keys)) == count(quiz)
    assert marked.points == marked.max_points == max_points(quiz)
    assert marked.score == (100 if keys else 0)


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        (quiz_of("a pool=x"), 7, "No pool is named x. Add it to the front matter: pools: {x: 2}"),
        (quiz_of("a", pools="{x: 1}"), 6, "The pool x has no questions."),
        (quiz_of("a pool=x", pools="{x: 0}"), 6, "The pool x has 1 question. Draw at least 1 and at most 1."),
        (
            quiz_of("a pool=x", "b pool=x", pools="{x: 3}"),
            6,
            "has 2 questions. Draw at least 1 and at most 2.",
        ),
        (
            quiz_of("a pool=x", "b pool=x", "c points=2 pool=x", pools="{x: 2}"),
            16,
            "This question is worth 2, another of the pool x 1 (line 8). All questions of a pool need the same",
        ),
        (quiz_of("a pool=x", pools="{x: two}"), 6, "pools.x: must be a whole number from 0 to 1000"),
        (quiz_of("a pool=x", pools="x"), 6, "pools: must be a mapping of names, such as {basics: 2}"),
        (quiz_of("a pool=X"), 7, "Unknown attribute pool=X."),
        (quiz_of("a pool=x pool=y", pools="{x: 1}"), 8, "Unknown attribute pool=y."),
        (quiz_of("a", pools="{X: 1}"), 6, "“X” is not a name."),
    ],
)
def test_pool_that_cannot_be_drawn_from_is_reported_at_its_line(source, line, message):
    with pytest.raises(QuizSyntaxError) as caught:
        parse(source)
    assert any(each.line == line and message in each.text for each in caught.value.problems)


def test_pool_that_is_drawn_whole_may_have_different_points():
    quiz = parse(quiz_of("a pool=x", "b points=2 pool=x", pools="{x: 2}"))
    assert max_points(quiz) == Decimal(3)


def test_question_of_a_pool_is_written_as_it_is_read():
    quiz = parse(POOLED)
    front = POOLED.partition("---\n\n")[0].partition("## ")[0]
    again = parse(front + "\n".join(map(write_question, quiz.questions)))
    assert [(each.key, each.pool) for each in again.questions] == [
        (each.key, each.pool) for each in quiz.questions
    ]


@pytest.mark.parametrize(
    ("rules", "line", "message"),
    [
        ({"counts": "newest"}, 6, "counts: must be one of best, last, first"),
        ({"time_limit": "1441"}, 6, "time_limit: must be a whole number from 0 to 1440"),
        ({"time_limit": "1 hour"}, 6, "time_limit: must be a whole number from 0 to 1440"),
        ({"deadline": "soon"}, 6, "deadline: must be days and a time after a meeting, such as"),
        ({"deadline_days": "-1"}, 6, "deadline_days: must be a whole number from 0 to 365"),
        ({"shows": "marks"}, 6, "shows: must be one of all, answers, explanations"),
        ({"shuffle": "often"}, 6, "shuffle: must be true or false"),
        ({"late": "mark", "release": "deadline"}, 6, "late: must be refuse if release is deadline"),
    ],
)
def test_rule_that_cannot_be_followed_is_reported(rules, line, message):
    source = quiz_of("a", **rules)
    if "release" in rules:
        source = source.replace("release: now\n", "", 1).replace("\nlate: mark\n", "\nlate: mark\n", 1)
        line = 5
    with pytest.raises(QuizSyntaxError) as caught:
        parse(source)
    assert [(each.line, each.text.startswith(message)) for each in caught.value.problems] == [(line, True)]


def test_rules_that_are_left_out_have_defaults():
    quiz = parse(quiz_of("a"))
    assert (quiz.counts, quiz.shows, quiz.time_limit, quiz.deadline) == ("best", "all", 0, None)
    assert (quiz.late, quiz.shuffle, quiz.pools) == ("refuse", False, ())
    assert parse(quiz_of("a", deadline_days=0)).deadline == Rule(days=0)
    assert parse(quiz_of("a", deadline="session 3 + 6 days 23:59")).deadline == Rule(3, 6, "23:59")
