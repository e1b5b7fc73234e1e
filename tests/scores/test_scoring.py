from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from portal.progress.scoring import KINDS, LABS, QUIZZES, ItemScore, Outcome, Rules, Scheme, Scorable

HALF, FULL = Outcome(Decimal("0.5")), Outcome(Decimal(1))
PLAIN = Rules({LABS: 70, QUIZZES: 30})


def shares() -> st.SearchStrategy[Outcome]:
    # Points of a version, as shares of its own maximum: thirds and sevenths are the ones that do not end.
    parts = st.integers(1, 70).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
    return parts.map(lambda part: Outcome(Decimal(part[0]) / part[1]))


@st.composite
def courses(draw):
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=3, max_size=3)))
    weights = dict(zip(KINDS, (b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)), strict=True))
    drops = draw(st.dictionaries(st.sampled_from([LABS, QUIZZES]), st.integers(0, 4)))
    kinds = draw(st.lists(st.sampled_from(KINDS), max_size=9))
    bonuses = draw(st.lists(st.sampled_from([0, 0, 0, 5]), min_size=len(kinds), max_size=len(kinds)))
    items = [
        Scorable(f"{kind}:{n}", kind, bonus)
        for n, (kind, bonus) in enumerate(zip(kinds, bonuses, strict=True))
    ]
    outcomes = draw(st.dictionaries(st.sampled_from([item.key for item in items]), shares())) if items else {}
    return Rules(weights, drops, draw(st.integers(0, 100))), items, outcomes


@given(courses())
def test_weights_of_kinds_that_have_items_make_100(course):
    rules, items, _ = course
    scheme = Scheme(rules, items)
    full = scheme.score({item.key: FULL for item in items if not item.bonus})
    assert full.points == (100 if scheme.has_points else 0)
    assert scheme.score({}).points == 0


@given(courses())
def test_counted_items_make_the_total(course):
    rules, items, outcomes = course
    scores = Scheme(rules, items).score(outcomes)
    assert set(scores.items) == {item.key for item in items}
    parts = sum(item.points for item in scores.items.values() if not item.is_dropped)
    assert abs(scores.points - parts) <= Decimal("0.005") * (len(items) + 1)
    assert abs(scores.points - scores.bonus - sum(k.points for k in scores.kinds.values())) <= Decimal("0.03")


@given(courses())
def test_total_alone_is_that_of_the_scores(course):
    rules, items, outcomes = course
    scheme = Scheme(rules, items)
    assert scheme.total(outcomes) == scheme.score(outcomes).points


@given(courses(), st.sampled_from([LABS, QUIZZES]))
def test_dropping_one_more_never_lowers_the_points(course, kind):
    rules, items, outcomes = course
    more = Rules(rules.weights, {**rules.drops, kind: rules.drops.get(kind, 0) + 1}, rules.pass_mark)
    assert Scheme(more, items).score(outcomes).points >= Scheme(rules, items).score(outcomes).points


@given(courses(), shares())
def test_a_bonus_never_lowers_the_points(course, outcome):
    rules, items, outcomes = course
    before = Scheme(rules, items).score(outcomes)
    more = [*items, Scorable("more", LABS, 3)]
    assert Scheme(rules, more).score(outcomes).points == before.points
    assert Scheme(rules, more).score({**outcomes, "more": outcome}).points >= before.points


@given(courses(), st.data())
def test_the_order_of_items_does_not_matter(course, data):
    rules, items, outcomes = course
    mixed = data.draw(st.permutations(items))
    assert Scheme(rules, mixed).score(outcomes) == Scheme(rules, items).score(outcomes)


@given(courses(), st.data())
def test_a_better_result_never_lowers_the_points(course, data):
    rules, items, outcomes = course
    if not items:
        return
    key = data.draw(st.sampled_from([item.key for item in items]))
    better = {**outcomes, key: FULL}
    assert Scheme(rules, items).score(better).points >= Scheme(rules, items).score(outcomes).points


def test_labs_and_quizzes_count_70_to_30_however_many_points_they_have():
    items = [Scorable(f"lab:{n}", LABS) for n in range(7)] + [
        Scorable(f"quiz:{n}", QUIZZES) for n in range(12)
    ]
    scores = Scheme(PLAIN, items).score({"lab:0": FULL, "quiz:0": HALF})
    assert scores.points == Decimal("11.25")
    assert scores.item("lab:0") == ItemScore(Decimal("10.00"), Decimal("10.00"), has_result=True)
    assert scores.item("quiz:1") == ItemScore(Decimal(0), Decimal("2.50"))
    assert scores.kinds[QUIZZES].out_of == 30
    assert not scores.is_passed


def test_a_course_without_labs_gives_all_points_to_quizzes():
    scores = Scheme(PLAIN, [Scorable("quiz:1", QUIZZES)]).score({"quiz:1": Outcome(Decimal("0.7"))})
    assert (scores.points, scores.is_passed) == (70, True)


def test_a_course_without_items_is_not_passed():
    assert not Scheme(Rules({LABS: 100}, pass_mark=0), []).score({}).is_passed


def test_the_lowest_result_is_dropped_and_another_stays():
    items = [Scorable(f"quiz:{n}", QUIZZES) for n in range(3)]
    rules = Rules({QUIZZES: 100}, {QUIZZES: 1})
    scores = Scheme(rules, items).score({"quiz:0": HALF, "quiz:1": FULL, "quiz:2": Outcome(Decimal("0.2"))})
    assert scores.points == 75
    assert [key for key, item in scores.items.items() if item.is_dropped] == ["quiz:2"]
    assert Scheme(Rules({QUIZZES: 100}, {QUIZZES: 9}), items).score({"quiz:0": HALF}).points == 50


def test_points_that_wait_for_marking_are_no_points_yet():
    scores = Scheme(PLAIN, [Scorable("quiz:1", QUIZZES)]).score(
        {"quiz:1": Outcome(Decimal("0.4"), Decimal("0.6"))}
    )
    assert (scores.points, scores.waiting, scores.is_passed) == (40, 60, False)
