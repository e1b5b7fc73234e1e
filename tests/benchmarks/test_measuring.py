"""Benchmarks: the order of turns, the ratio, the bounds, and the results."""

import json
import xml.etree.ElementTree as ET

import pytest

from benchmarks.benchmark import Benchmark, Goal, Measured, measure
from benchmarks.limits import plumbing
from benchmarks.load import read_rate
from benchmarks.pushes_of_a_class import p99, work_within
from benchmarks.repositories import Size, generate
from benchmarks.results import table, written
from labs.grader.engine import grade
from labs.grader.git.repository import Repository
from labs.grader.spec import load_spec

TINY = Size("tiny", commits=10, files=5, megabytes=0.01)


class Counting(Benchmark):
    """The n-th turn takes n units on the limit's side, and three times as many on the product's."""

    target, work, unit = 1, "counting", "s"
    goals = (Goal("ratio", at_most=2), Goal("difference", at_least=1), Goal("SQL", at_most=4))

    def __init__(self) -> None:
        self.turns: list[str] = []

    def limit(self) -> float:
        self.turns.append("limit")
        return len(self.turns) // 2 + 1

    def product(self) -> float:
        self.turns.append("product")
        return 3 * (len(self.turns) // 2)

    def facts(self) -> dict[str, float]:
        return {"SQL": 4}


@pytest.fixture
def benchmark() -> Counting:
    return Counting()


@pytest.fixture
def found(benchmark) -> Measured:
    return measure("counting", benchmark, rounds=3)


def test_the_sides_take_turns_and_the_first_turn_does_not_count(found, benchmark):
    assert benchmark.turns == ["limit", "product"] * 4
    assert (found.limits, found.products) == ([2, 3, 4], [6, 9, 12])


def test_the_ratio_is_the_median_of_the_rounds(found):
    found.limits, found.products = [1, 10, 10], [2, 90, 15]
    assert found.ratio == 2


def test_goals_are_met_or_missed_one_by_one(found):
    assert (found.ratio, found.value("difference")) == (3, 6)
    assert found.met == [False, True, True]


def test_the_table_says_which_goals_were_met_or_missed(found):
    row = table([found]).splitlines()[2]
    assert "| 3.00 " in row
    assert "ratio ≤ 2 MISSED, difference ≥ 1 met, SQL ≤ 4 met" in row


def test_work_of_the_flood_counts_while_another_learner_waits():
    looks_and_gradings = [(0, 1), (2.5, 4), (6, 9), (20, 30)]
    assert work_within(looks_and_gradings, 3, 7) == 1 + 1
    assert work_within(looks_and_gradings, 10, 20) == 0


def test_results_are_kept_with_every_round_and_drawn(found, tmp_path):
    written([found], ["wrk is missing"], 3, tmp_path)
    kept = json.loads((tmp_path / "results.json").read_text())
    assert kept["results"][0]["products"] == [6, 9, 12]
    assert kept["not_run"] == ["wrk is missing"]
    drawing = ET.parse(tmp_path / "ratios.svg").getroot()
    assert "3.00" in [text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")]


def test_a_rate_with_errors_is_refused():
    said = "  300 requests in 3.00s, 1MB read\nRequests/sec:    100.25\n"
    assert read_rate(said) == 100.25
    with pytest.raises(RuntimeError, match="wrk met errors"):
        read_rate(f"{said}  Non-2xx or 3xx responses: 2\n")


def test_one_slow_push_of_a_hundred_is_past_the_p99_and_two_are_not():
    assert p99([5.0, *[1.0] * 99]) == 1
    assert p99([5.0, 4.0, *[1.0] * 98]) == 4
    assert p99([7.0]) == 7


@pytest.fixture
def generated(tmp_path):
    path = tmp_path / "tiny.git"
    generate(TINY, path)
    return path


def test_a_generated_repository_passes_by_the_engine_and_by_git(generated):
    with Repository.open(generated) as repository:
        assert grade(load_spec(TINY.lab), repository).passed
        assert len(repository.history) == TINY.commits
    assert plumbing.all_hold(generated, TINY.commits)


def test_the_limit_finds_statements_that_are_false(generated):
    assert not plumbing.all_hold(generated, TINY.commits + 1)
