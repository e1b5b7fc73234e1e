import configparser
import io
import time
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.grader.formats import data as data_module
from labs.grader.formats.data import UnparsableError, read_data
from labs.grader.formats.ini import IniError, read_ini
from labs.grader.report import Outcome

YAML = "train:\n  seed: 42\n  name: reviews\n  rate: 0.10\n  on: true\n  nothing:\nsteps: [{run: test}, {run: 7}]\n"
JSON = """{"train": {"seed": 42, "name": "reviews", "rate": 0.10, "on": true, "nothing": null},
 "steps": [{"run": "test"}, {"run": 7}]}"""
TOML = '[train]\nseed = 42\nname = "reviews"\nrate = 0.10\non = true\n[[steps]]\nrun = "test"\n[[steps]]\nrun = 7\n'
FILES = {"params.yaml": YAML, "params.json": JSON, "params.toml": TOML}


@pytest.fixture
def ask(repo):
    """Ask one question about a file with this text."""

    def ask(path, text, rest):
        repo.put(path, text)
        repo.commit()
        return repo.ask(f"data: {{path: {path}, {rest}}}")

    return ask


ANSWERS = {
    "value: train.seed, equals: 42": "passed",
    "value: train.seed, equals: 42.0": "passed",
    "value: train.seed, equals: '42'": "needs_work",
    "value: train.rate, equals: 0.1": "passed",
    "value: train.name, equals: reviews": "passed",
    "value: train.name, equals: review": "needs_work",
    "value: train.on, equals: true": "passed",
    "value: train.on, equals: 1": "needs_work",
    "value: train.on, at_least: 0": "needs_work",
    "value: train.seed, at_least: 42, at_most: 42": "passed",
    "value: train.seed, at_least: 42.5": "needs_work",
    "value: train.seed, at_most: 41": "needs_work",
    "value: train.name, at_least: 1": "needs_work",
    "value: train.name, matches: '^rev'": "passed",
    "value: train.name, matches: '^x'": "needs_work",
    "value: train.seed, matches: '42'": "needs_work",
    "value: train.name, exists: true": "passed",
    "value: train.name, exists: false": "needs_work",
    "value: train.other, exists: false": "passed",
    "value: 'steps[0].run', equals: test": "passed",
    "value: 'steps[1].run', equals: 7": "passed",
    "value: 'steps[2].run', exists: true": "needs_work",
    "value: '[\"train\"].seed', equals: 42": "passed",
}


@pytest.mark.parametrize("path", FILES)
def test_the_three_formats_answer_alike(repo, lab, path):
    repo.put(path, FILES[path])
    repo.commit()
    report = repo.grade(lab(*(f"data: {{path: {path}, {rest}}}" for rest in ANSWERS)))
    outcomes = [result.outcome.value for result in report.results]
    assert dict(zip(ANSWERS, outcomes, strict=True)) == ANSWERS


def test_a_value_is_shown_with_its_line_and_what_is_expected(ask, repo):
    result = ask("params.yaml", YAML, "value: train.seed, equals: 43")
    assert result.why == "`train.seed` in `params.yaml` on `main` is the number 42."
    assert (result.expected, result.found) == ("the number 43", "the number 42")
    (evidence,) = result.evidence
    assert (evidence.ref, evidence.commit, evidence.path, evidence.line) == (
        "refs/heads/main",
        repo.head(),
        "params.yaml",
        2,
    )
    assert evidence.excerpt[:2] == ((1, "train:"), (2, "  seed: 42"))
    assert "git add -- params.yaml\ngit commit -m 'Set train.seed in params.yaml'" in result.fix


@pytest.mark.parametrize(
    ("place", "why", "found"),
    [
        ("train.sead", "There is no `train.sead` in `params.toml` on `main`.", "a key `seed`"),
        ("test.seed", "There is no `test` in `params.toml` on `main`.", "the keys `train` and `steps`"),
        ("steps[5].run", "There is no `steps[5]` in `params.toml` on `main`.", "a list of 2 items"),
        ("train.seed.x", "There is no `train.seed.x` in `params.toml` on `main`.", "a single value"),
    ],
)
def test_a_missing_value_says_how_much_of_its_path_exists(ask, place, why, found):
    result = ask("params.toml", TOML, f"value: '{place}', equals: 1")
    assert (result.why, result.expected, result.found) == (why, "the number 1", found)


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("at_least: 1, at_most: 2.5", "a number that is at least 1 and at most 2.5"),
        ("matches: '^v'", "text that contains `v` at the start"),
        ("exists: true", "a value at `none`"),
        ("equals: false", "false"),
    ],
)
def test_the_expected_value_is_stated_for_each_question(ask, rest, expected):
    assert ask("a.json", "{}", f"value: none, {rest}").expected == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": null}', "null"),
        ('{"a": [1]}', "a list of 1 item"),
        ('{"a": {"b": 1, "c": 2}}', "a mapping with 2 keys"),
        ('{"a": "3"}', "the text `3`"),
        ('{"a": 1e999999}', "the number 1E+999999"),
    ],
)
def test_the_found_value_is_stated_for_each_type(ask, text, said):
    assert ask("a.json", text, "value: a, equals: 3").found == said


@pytest.mark.parametrize(
    ("path", "text", "place"),
    [
        ("a.yaml", "a: 1\nb: [1\nc: 2\n", "line 3, column 2"),
        ("a.json", '{"a": 1,\n "b": }\n', "line 2, column 7"),
        ("a.toml", "a = 1\nb = = 2\n", "line 2, column 5"),
        ("a.toml", 'a = 1\nb = "x', "line 2"),
    ],
)
def test_a_file_that_cannot_be_read_says_line_and_column(ask, path, text, place):
    result = ask(path, text, "value: a, equals: 1")
    assert result.outcome is Outcome.NEEDS_WORK
    assert result.why.startswith(f"`{path}` on `main` is not valid {path[2:].upper()}: ")
    assert result.why.endswith(f" ({place}).") and result.found.endswith(f"({place})")
    assert result.evidence[0].line == int(place.split()[1].strip(","))


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("a.yaml", "a: 1\na: 2\n", "`a`: duplicate key (line 2)."),
        ("a.json", '{"a": 1, "a": 2}', "duplicate key `a`."),
        ("a.toml", "a = 1\na = 2\n", "Cannot overwrite a value"),
        ("a.yaml", "", "the file is empty"),
        ("a.json", "", "Expecting value (line 1, column 1)."),
        ("a.json", '{"a": NaN}', "NaN is not valid JSON"),
    ],
)
def test_what_is_refused_in_a_file_is_named(ask, path, text, words):
    result = ask(path, text, "value: a, exists: true")
    assert result.outcome is Outcome.NEEDS_WORK
    assert words in result.why


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("a.yaml", "a: !!python/object:os.system x\n", "is not supported"),
        ("a.yaml", "x: &x {b: 1}\na:\n  <<: *x\n", "a key must be a plain string"),
        ("a.json", '{"a": 1' + "0" * 5000 + "}", "4,300 digits"),
        ("a.yaml", "[" * 600, "nested too deeply"),
        ("a.json", "[" * 9000, "nested too deeply"),
        ("a.toml", "a = " + "[" * 9000, "nested too deeply"),
    ],
)
def test_the_check_is_not_run_if_only_this_parser_refuses_a_file(ask, path, text, words):
    result = ask(path, text, "value: a, exists: true")
    assert result.outcome is Outcome.NOT_RUN
    assert result.reason.startswith(f"Cannot tell what `{path}` on `main` contains, because ")
    assert words in result.reason


def test_aliases_of_yaml_are_read(ask):
    text = "base: &base {seed: 42}\ntrain: *base\n"
    assert ask("a.yaml", text, "value: train.seed, equals: 42").outcome is Outcome.PASSED


def test_aliases_that_expand_to_a_billion_are_refused(ask):
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)
    )
    reason = ask("a.yaml", bomb, "value: a0, exists: true").reason
    assert "too many aliases: repeat the value" in reason
    assert (
        "an alias contains itself: repeat the value"
        in ask("a.yaml", "a: &a [*a]\n", "value: a, exists: true").reason
    )


@pytest.mark.parametrize("path", FILES)
def test_a_file_over_256_kb_is_not_read(ask, path):
    result = ask(path, FILES[path] + " " * data_module.MAX_BYTES, "value: train.seed, equals: 42")
    assert (result.outcome, result.reason) == (
        Outcome.NOT_RUN,
        f"Not run: `{path}` on `main` is over 256 KB. Such files are not read.",
    )


def test_not_a_number_is_compared_as_text(ask):
    assert ask("a.toml", "a = nan\n", "value: a, at_least: 0").found == "the text `nan`"


def test_a_date_is_text(ask):
    assert ask("a.toml", "a = 2025-11-29\n", "value: a, equals: '2025-11-29'").outcome is Outcome.PASSED


def test_the_format_can_be_given_if_the_name_does_not_tell_it(ask):
    assert ask("Pipfile", TOML, "format: toml, value: train.seed, equals: 42").outcome is Outcome.PASSED


def test_a_missing_file_gets_the_answer_of_the_file_kind(repo):
    repo.put("docs/params.yaml", YAML)
    repo.commit()
    check = "data: {path: params.yaml, value: train.seed, equals: 42}"
    assert repo.ask(check).why == (
        "There is no `params.yaml` in the top folder on `main`. Found `docs/params.yaml` instead."
    )
    assert repo.ask(check.replace("value", "at: v1, value")).why.startswith("There is no tag `v1`.")


def test_another_branch_or_a_tag_can_be_checked(repo):
    repo.put("a.json", '{"a": 1}')
    repo.commit()
    repo.git("tag", "v1")
    repo.put("a.json", '{"a": 2}')
    repo.commit()
    values = [
        repo.ask(f"data: {{path: a.json, at: {at}, value: a, equals: 1}}").outcome for at in ("v1", "main")
    ]
    assert values == [Outcome.PASSED, Outcome.NEEDS_WORK]


@pytest.mark.parametrize("place", ["a", "a.b", "a[0]", "[0]", "a[0][1].b", 'a["b.c"].d', "a-b.c_d", "ö.é"])
def test_valid_places_are_parsed(place):
    assert data_module.steps(place)


@pytest.mark.parametrize(
    "place", ["", ".", "a.", ".a", "a..b", "a[", "a[x]", "a[-1]", "a[0", 'a["b', "a[0]b"]
)
def test_invalid_places_are_refused(place):
    assert data_module.steps(place) is None


INI = """[train]
seed = 42
Name: reviews
rate = 1.0e-1
on = True
alone
text = a = b
"""
INI_ANSWERS = {
    "value: train.seed, equals: 42": "passed",
    "value: train.Name, equals: reviews": "passed",
    "value: train.rate, at_most: 1e-1": "passed",
    "value: train.on, equals: true": "passed",
    "value: train.text, equals: a = b": "passed",
    "value: train.alone, exists: true": "passed",
    "value: train.name, exists: true": "needs_work",
    "value: other.seed, exists: true": "needs_work",
}


@pytest.mark.parametrize("path", ["setup.cfg", "a.ini"])
def test_ini_is_read_without_interpolation(repo, lab, path):
    repo.put(path, INI + "percent = %(seed)s\n[DEFAULT]\nx = 1\n")
    repo.commit()
    more = {
        "value: train.percent, equals: '%(seed)s'": "passed",
        "value: train.x, exists: true": "needs_work",
    }
    answers = INI_ANSWERS | more
    report = repo.grade(lab(*(f"data: {{path: {path}, {rest}}}" for rest in answers)))
    assert dict(zip(answers, [r.outcome.value for r in report.results], strict=True)) == answers


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a = 1\n", "the first line must be a section header such as `[name]` (line 1)."),
        ("[a]\nb = 1\nb = 2\n", "duplicate key `b` (line 3)."),
        ("[a]\n[a]\n", "duplicate section `a` (line 2)."),
        ("[a]\n= 1\n", "a line is not a section header, `key = value` or a comment (line 2)."),
    ],
)
def test_what_is_refused_in_ini_is_named(ask, text, words):
    assert ask("a.ini", text, "value: a, exists: true").why.endswith(words)


_PRINTABLE = st.text(st.characters(min_codepoint=33, exclude_categories=["C", "Z"]), min_size=1)
_KEYS = st.text("abcXYZ_-0.", min_size=1).filter(lambda key: not key.startswith("."))


@given(st.dictionaries(_KEYS, st.dictionaries(_KEYS, _PRINTABLE), min_size=1))
def test_ini_that_the_library_wrote_is_read_as_it_was(sections):
    parser = configparser.RawConfigParser(default_section="\0")
    parser.optionxform = str
    parser.read_dict(sections)
    written = io.StringIO()
    parser.write(written)
    found = read_ini(written.getvalue())
    as_text = {name: {key: str(value).lower() for key, value in keys.items()} for name, keys in found.items()}
    for name, keys in sections.items():
        for key, value in keys.items():
            number = isinstance(found[name][key], Decimal)
            assert Decimal(value) == found[name][key] if number else as_text[name][key] == value.lower()


@given(st.text("[]=:#; \n\tab1\\%", max_size=60))
def test_any_text_is_ini_or_refused(text):
    with suppress(IniError):
        assert isinstance(read_ini(text), dict)


@pytest.mark.parametrize(
    ("number", "limit", "why"),
    [
        ("0.79", "at_least: 0.80", "is the number 0.79, which is below 0.80."),
        ("8.1e-1", "at_least: 8e-1", None),
        ("7.9E-1", "at_least: 0.8", "is the number 0.79, which is below 0.8."),
        ("1e9999999", "at_most: 2", "is the number 1E+9999999, which is above 2."),
    ],
)
def test_a_metric_is_compared_with_its_threshold(ask, number, limit, why):
    text = f'{{"models": [{{"test": {{"f1": {number}}}}}]}}'
    result = ask("metrics.json", text, f"value: 'models[0].test.f1', {limit}")
    assert result.why.endswith(why) if why else result.outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("text", "form", "words"),
    [
        ("[" * 200_000, "yaml", "nested too deeply"),
        ("{a: " * 60_000, "yaml", "nested too deeply"),
        ("- " * 100_000, "yaml", "nested too deeply"),
        ("[" * 200_000, "json", "nested too deeply"),
        ("a=" + "[" * 200_000, "toml", "nested too deeply"),
        ("a=1\nb = 2\n" + "a." * 120_000 + "b = 1", "toml", "more than 100 parts"),
        ("'a' . " * 40_000 + "b = 1", "toml", "more than 100 parts"),
        ("a" * 250_000, "toml", "Expected '='"),
    ],
)
def test_a_text_made_to_take_long_is_refused_at_once(text, form, words):
    before = time.process_time()
    with pytest.raises(UnparsableError, match=words) as caught:
        read_data(text, form)
    assert time.process_time() - before < 1
    assert caught.value.line in (None, 1, 3)
