"""Starts of a deployment: tags and branches of filters and conditions, inputs, and what cannot run."""

import pytest

from labs.grader.workflows.delivery import Delivery
from labs.grader.workflows.filters import Moment
from labs.grader.workflows.graph import Pipeline, expand_jobs
from labs.grader.workflows.limits import cached
from labs.grader.workflows.reading import read_workflow
from labs.grader.workflows.starting import starts_at
from labs.grader.workflows.triggers import OTHER, starts_of

MAIN = "{push: {branches: [main]}}"


def pipeline_of(text, load=lambda path: None):
    workflow = read_workflow("ci.yml", text)
    assert not workflow.faults, workflow.faults
    return Pipeline(workflow, expand_jobs(workflow, load), {})


def flow(on, condition="", step="{run: ./deploy.sh}"):
    condition = f"    if: {condition}\n" if condition else ""
    return (
        f"on: {on}\njobs:\n  test:\n    runs-on: x\n    steps: [{{run: pytest}}]\n"
        f"  deploy:\n    needs: test\n    runs-on: x\n{condition}    steps: [{step}]\n"
    )


def delivery(text, way="continuous-delivery", load=lambda path: None):
    found = Delivery(pipeline_of(text, load), "production", "main").judge(way)
    return found.unknown or found.holds or found.findings[0].says


@pytest.mark.parametrize(
    ("on", "tag"),
    [
        ("{push: {tags-ignore: ['v*']}}", "1.0"),
        ("{push: {tags-ignore: ['v*', '1*']}}", "release-7"),
        ("{push: {tags-ignore: ['v*', '[0-9]*', 'release-*']}}", OTHER),
        ("{push: {tags-ignore: ['**-rc']}}", "v1.0"),
        ("{push: {tags: ['**']}}", "x"),
        ("{push: {tags: ['v[0-9]+.[0-9]+']}}", "v0.0"),
        ("{push: {tags: ['*', '!v*']}}", "x"),
    ],
)
def test_a_tag_that_the_patterns_allow_is_found(on, tag):
    assert delivery(flow(on)).startswith(
        f"A push of a tag such as `{tag}` triggers the deployment to production in job `deploy`"
    )


# A condition, and the branches and tags that it names.
NAMED = """
needs.test.result == 'success' |
needs.test.outputs.changed == 'true' |
github.event_name == 'push' |
github.ref_type == 'tag' |
github.ref_type == 'branch' |
github.actor == 'octocat' |
github.repository == 'owner/name' |
github.repository_owner == 'owner' |
contains(github.event.head_commit.message, 'release') |
startsWith(github.event.head_commit.message, 'Release') |
vars.DEPLOY == 'yes' |
env.STAGE == 'live' |
matrix.os == 'linux' |
hashFiles('requirements.txt') != '' |
github.event.action == 'closed' |
format('{0}', github.ref) == 'refs/heads/live' |
github.ref == 'refs/heads/live' | live
'refs/heads/live' == github.ref | live
github['ref'] == 'refs/heads/live' | live
github.ref_name == 'live' | live
github.ref != 'refs/heads/live' | live
!(github.ref == 'refs/heads/live') | live
github.ref == 'refs/tags/stable' | stable
startsWith(github.ref, 'refs/tags/v') | vx
startsWith(github.ref_name, 'release/') | release/x
startsWith(github.ref, 'refs/heads/release/') | release/x
contains(fromJSON('["live", "next"]'), github.ref_name) | live next
github.ref == 'refs/heads/live' || github.ref == 'refs/heads/next' | live next
github.event_name == 'push' && github.ref == 'refs/heads/live' | live
"""


def test_only_what_is_compared_with_a_ref_is_a_branch_or_a_tag():
    workflow = read_workflow("ci.yml", flow("push"))
    for line in NAMED.strip().split("\n"):
        condition, _, names = line.rpartition("|")
        moments = [start.moment for start in starts_of(workflow, "main", [condition.strip()])]
        found = {moment.branch or moment.tag for moment in moments} - {"main", OTHER, "v1.0"}
        assert found == set(names.split()), condition


@pytest.mark.parametrize(
    ("on", "condition", "says"),
    [
        ("push", "inputs.deploy", "No event that triggers this workflow runs the deployment"),
        ("push", "inputs.deploy == 'true'", "No event that triggers this workflow runs the deployment"),
        ("push", "github.event.inputs.deploy", "No event that triggers this workflow runs the deployment"),
        ("push", "inputs.deploy != false", "No event that triggers this workflow runs the deployment"),
        ("schedule: [{cron: '0 1 * * *'}]", "inputs['deploy']", "No event that triggers this workflow runs"),
        ("[push, workflow_dispatch]", "inputs.deploy", "A person triggers the deployment to production"),
        (MAIN, "'!inputs.skip'", "A push to `main` triggers the deployment to production"),
        (MAIN, "inputs.stage == ''", "A push to `main` triggers the deployment to production"),
        (
            "{workflow_call: {inputs: {deploy: {type: boolean}}}}",
            "inputs.deploy",
            "who starts the deployment",
        ),
    ],
)
def test_an_input_is_null_unless_a_person_gives_it(on, condition, says):
    on = f"{{{on}}}" if on.startswith("schedule") else on
    assert delivery(flow(on, condition)).startswith(says)


def test_a_called_workflow_has_inputs_of_its_own():
    called = flow("{workflow_call: {inputs: {deploy: {type: boolean}}}}", "inputs.deploy")
    text = f"on: {MAIN}\njobs:\n  call:\n    uses: ./.github/workflows/ship.yml\n    with: {{deploy: true}}\n"
    said = delivery(text, load=lambda path: read_workflow(path, called))
    assert said.startswith("whether a push to `main` runs the deployment in job `call / deploy`")
    assert said.endswith("it depends on `if: inputs.deploy`")


def test_an_unknown_condition_is_named():
    text = flow(MAIN, "needs.test.result == 'success'").replace(
        "  test:\n", "  test:\n    if: vars.TESTS == 'on'\n"
    )
    assert delivery(text).endswith("it depends on `if: vars.TESTS == 'on'`")


@pytest.mark.parametrize(
    ("on", "wanted", "says"),
    [
        ("{push: {paths: ['src/**']}}", Moment("push", tag="v1.0"), "A push of the tag `v1.0` triggers it."),
        ("{push: {paths: ['src/**'], tags: ['v*']}}", Moment("push", tag="v1.0"), "triggers it."),
        ("{push: {paths-ignore: ['**']}}", Moment("push", tag="v1.0"), "triggers it."),
        ("{push: {paths: ['src/**']}}", Moment("push", tag="v1", path="docs/a"), "triggers it."),
        ("{push: {paths: ['src/**']}}", Moment("push", "main"), "triggers it if it changes certain files."),
        (
            "pull_request",
            Moment("pull_request", "main", type="opened"),
            "An opened pull request to `main` triggers it.",
        ),
        (
            "{pull_request: {types: [closed]}}",
            Moment("pull_request", type="closed"),
            "A closed pull request triggers",
        ),
        (
            "{pull_request: {types: [edited]}}",
            Moment("pull_request", type="edited"),
            "An edited pull request triggers",
        ),
        (
            "{pull_request: {types: [ready_for_review]}}",
            Moment("pull_request", type="ready_for_review"),
            "A ready for review pull request triggers it.",
        ),
    ],
)
def test_the_start_of_a_deployment_is_described_in_words(on, wanted, says):
    assert says in starts_at(read_workflow("ci.yml", flow(on)), [wanted], []).holds


SETUP = "{uses: actions/setup-python@v5, with: {cache: pip}%s}"


@pytest.mark.parametrize(
    ("step", "job", "is_cached"),
    [
        (SETUP % "", "", True),
        (SETUP % ", if: false", "", False),
        (SETUP % ", if: '${{ false }}'", "", False),
        (SETUP % ", if: 1 == 2", "", False),
        (SETUP % ", if: always() && false", "", False),
        (SETUP % ", if: github.ref == 'refs/heads/main'", "", True),
        (SETUP % "", "false", False),
        ("{uses: actions/cache@v4, with: {path: x, key: \"${{ hashFiles('a') }}\"}, if: false}", "", False),
        ("{uses: actions/cache@v4, with: {path: x, key: \"${{ hashFiles('a') }}\"}}", "", True),
        ("{uses: swatinem/rust-cache@v2, if: false}", "", False),
    ],
)
def test_a_cache_step_that_cannot_run_caches_nothing(step, job, is_cached):
    found = cached(pipeline_of(flow("push", job, step)))
    assert not found.unknown
    assert bool(found.holds) is is_cached
