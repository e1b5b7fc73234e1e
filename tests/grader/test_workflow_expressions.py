import pytest

from labs.grader.workflows.expressions import events_known, holds, runs_after_failure

PUSH = events_known("push", "main")


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        ("", True),
        ("false", False),
        ("${{ false }}", False),
        ("github.ref == 'refs/heads/main'", True),
        ("${{ github.ref == 'refs/heads/dev' }}", False),
        ("github.ref_name == 'MAIN'", True),
        ("github.event_name != 'push'", False),
        ("github.event_name == 'push' && github.ref == 'refs/heads/main'", True),
        ("github.event_name == 'pull_request' || github.ref == 'refs/heads/main'", True),
        ("!(github.event_name == 'push')", False),
        ("startsWith(github.ref, 'refs/tags/')", False),
        ("startsWith( github.ref , 'refs/heads/' ) && success()", True),
        ("contains(github.ref, 'main')", True),
        ("endsWith(github.ref, 'x')", False),
        ("vars.DEPLOY == 'yes'", None),
        ("vars.DEPLOY == 'yes' && github.event_name == 'release'", False),
        ("vars.DEPLOY == 'yes' || github.event_name == 'push'", True),
        ("contains(fromJSON('[1]'), 1)", True),
        ("github.event_name == 'it''s'", False),
        ("failure()", False),
        ("always()", True),
        ("(" * 5000, None),
        ("! ! ! true", False),
        (")(,==", None),
        ("a(b(c(", None),
        ("${{ github.ref }} == 'refs/heads/dev'", True),
        ("${{ false }} == true", True),
        ("x${{ vars.DEPLOY }}", True),
        ("${{ vars.DEPLOY }}", None),
        ("${{ 'false' }}", False),
        ("format('{0}', vars.DEPLOY)", None),
        ("format('{0}!', vars.DEPLOY)", True),
        ("GITHUB['Ref'] == 'refs/heads/main'", True),
        ("github.event.pull_request.merged == true", False),
        ("github.event.pull_request == null", True),
        ("github.head_ref || github.ref_name == 'main'", True),
        ("vars.DEPLOY && false", False),
        ("vars.DEPLOY || 'x'", True),
        ("!(vars.DEPLOY && '')", True),
        ("(github.ref_name == 'main' && 'production' || vars.ENV) == 'Production'", True),
        ("(github.ref_name == 'dev' && 'production' || vars.ENV) == 'production'", None),
        ('contains(fromJSON(\'["main", "dev"]\'), github.ref_name)', True),
        ('github.ref == "refs/heads/main"', None),
        ("'' == 0", True),
        ("null == false", True),
        ("'true' == true", False),
        ("hashFiles('x') == ''", None),
    ],
)
def test_a_condition_is_evaluated_for_a_push_to_main(condition, answer):
    assert holds(condition, PUSH) is answer


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        ("", False),
        ("github.ref == 'refs/heads/main'", False),
        ("always()", True),
        ("!cancelled()", True),
        ("failure()", True),
        ("success() || failure()", True),
        ("always() && needs.test.result == 'success'", False),
        ("success()", False),
        ("${{ always() }} && false", True),
        ("Always()", True),
        ("'always()' == 'x'", False),
        ("failure('build') || cancelled()", True),
    ],
)
def test_jobs_that_run_after_a_failure_are_recognised(condition, answer):
    assert runs_after_failure(condition) is answer
