from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from labs.peer_review.draw import Work, draw_reviews

SEEDS = st.integers(0, 2**62)


def alone(count: int) -> list[Work]:
    return [Work(number, frozenset({number})) for number in range(1, count + 1)]


@given(st.integers(1, 30), st.integers(1, 10), SEEDS)
def test_each_learner_reviews_and_is_reviewed_equally_often(count, each, seed):
    pairs = draw_reviews(alone(count), each, seed)
    expected = {number: min(each, count - 1) for number in range(1, count + 1)}
    assert Counter(pair.reviewer for pair in pairs) == Counter(expected)
    assert Counter(pair.work for pair in pairs) == Counter(expected)
    assert len(set(pairs)) == len(pairs)
    assert all(pair.reviewer != pair.work for pair in pairs)


@given(st.integers(2, 12), SEEDS, st.randoms())
def test_same_seed_gives_the_same_draw_in_any_order(count, seed, source):
    works = alone(count)
    shuffled = works.copy()
    source.shuffle(shuffled)
    assert draw_reviews(works, 2, seed) == draw_reviews(shuffled, 2, seed)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=8), st.integers(1, 4), SEEDS)
def test_nobody_reviews_the_work_of_their_team(sizes, each, seed):
    people = iter(range(1000))
    works = [Work(number, frozenset(next(people) for _ in range(size))) for number, size in enumerate(sizes)]
    owners = {work.key: work.owners for work in works}
    pairs = draw_reviews(works, each, seed)
    assert all(pair.reviewer not in owners[pair.work] for pair in pairs)
    assert len(set(pairs)) == len(pairs)
    counts = Counter(pair.reviewer for pair in pairs)
    assert all(counts[owner] == min(each, len(works) - 1) for work in works for owner in work.owners)
    load = Counter({work.key: 0 for work in works})
    load.update(pair.work for pair in pairs)
    for reviewer, work in pairs:
        free = [key for key in load if reviewer not in owners[key] and (reviewer, key) not in pairs]
        assert all(load[work] - load[key] < 2 for key in free), "one move would even it out"


def test_draws_of_different_seeds_differ():
    assert len({tuple(draw_reviews(alone(6), 2, seed)) for seed in range(20)}) > 10


def test_small_cohorts_review_what_there_is():
    assert draw_reviews([], 2, 1) == []
    assert draw_reviews(alone(1), 2, 1) == []
    assert sorted(draw_reviews(alone(2), 2, 1)) == [(1, 2), (2, 1)]
    assert len(draw_reviews(alone(3), 2, 1)) == 6
