"""A report of labcheck from elsewhere is checked and compared with the portal's own."""

import json
from dataclasses import replace

import pytest

from labs.models import LocalReport
from labs.reports.local_report import NoReportError, comparison, read
from tests.reports import make_engine_report

HEAD, DIGEST = "9" * 40, "d" * 64


def own(**outcomes):
    return replace(make_engine_report(**outcomes), head=HEAD, checks_digest=DIGEST, engine="2.0")


def local_report(**fields):
    defaults = {"engine": "2.0", "checks_digest": DIGEST, "head": HEAD, "place": "workflow"}
    return LocalReport(**{**defaults, **fields})


def as_sent(report, **changes):
    return json.dumps({**report.to_json(), **changes}).encode()


def test_a_report_of_labcheck_is_read():
    sent = read(as_sent(own(readable="passed", readme="needs_work")))
    assert (sent.head, sent.engine, sent.checks_digest) == (HEAD, "2.0", DIGEST)
    assert sent.outcomes == {"readable": "passed", "readme": "needs_work"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b"{}",
        b"[" * 100_000,
        as_sent(own(readme="passed"), head="../../etc"),
        as_sent(own(readme="passed"), head=None),
        as_sent(own(readme="passed"), checks_digest="short"),
        as_sent(own(readme="passed"), head=10**39),
        as_sent(own(readme="passed"), checks_digest=10**63),
        as_sent(own(readme="passed"), engine="2.0\0"),
        as_sent(own(readme="passed"), engine="\ud800"),
        as_sent(own(readme="passed"), engine=["2.0"]),
        as_sent(own(readme="passed"), results=[{"id": "a\0b", "outcome": "passed"}]),
        as_sent(own(readme="passed"), results=[{"id": "\ud800", "outcome": "passed"}]),
        as_sent(own(readme="passed"), schema=99),
        as_sent(own(readme="passed"), results=[{"id": "x", "outcome": "won"}]),
        as_sent(own(readme="passed"), results=[{"id": f"x{n}", "outcome": "passed"} for n in range(501)]),
    ],
)
def test_anything_else_is_refused_with_instructions(data):
    with pytest.raises(NoReportError) as refused:
        read(data)
    assert str(refused.value).endswith(".")


def test_equal_answers_are_reported_as_equal():
    said = comparison(local_report(outcomes={"readme": "needs_work"}), own(readme="needs_work"))
    assert said == "labcheck on GitHub Actions has the same results for this commit."


def test_a_check_that_one_place_could_not_run_is_not_a_disagreement():
    said = comparison(local_report(outcomes={"readme": "not_run"}), own(readme="passed", readable="not_run"))
    assert "has the same results" in said


@pytest.mark.parametrize(
    ("fields", "cause"),
    [
        ({"checks_digest": "e" * 64}, "It used different checks. Download lab.yaml again."),
        ({"engine": "1.9"}, "It ran version 1.9 of labcheck, the portal 2.0. Download labcheck.pyz again."),
        ({}, "Usually, the branches or tags differ."),
    ],
)
def test_a_disagreement_names_the_checks_and_the_likely_cause(fields, cause):
    said = comparison(local_report(outcomes={"readme": "passed"}, **fields), own(readme="needs_work"))
    assert "has different results for this commit: `readme` passed there and needs work here." in said
    assert cause in said and said.endswith("The portal's result counts.")
