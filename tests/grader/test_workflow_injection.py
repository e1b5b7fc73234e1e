"""Expressions that bring a stranger's text into a script."""

import pytest

from labs.grader.workflows.graph import Pipeline, expand_jobs
from labs.grader.workflows.injection import no_injection
from labs.grader.workflows.reading import read_workflow

HEAD = """on: [push, issues, pull_request]
env: {TOP: '${{ github.event.comment.body }}', SAFE: '${{ github.sha }}'}
jobs:
  a:
    runs-on: x
    env: {MINE: "${{ github.event['pull_request'].title }}", OVER: '${{ github.head_ref }}'}
    steps:
"""
TAKES_IN = r"""
github.head_ref
github['head_ref']
GitHub.Head_Ref
github.event.issue.title
github['event']['issue']['title']
github.event['issue'].body
github.event.pull_request.head.ref
github.event.pull_request.head['label']
github.event.comment.body
github.event.review.body
github.event.discussion.title
github.event.commits[0].message
github.event.commits.*.author.name
github.event.commits[0]['author'].email
github.event.head_commit.message
github.event.pages[0].page_name
github.event.workflow_run.head_branch
github.event.*.body
join(github.event.commits.*.message, ' ')
toJSON(github)
toJSON(github.event)
toJson(github.event.issue)
toJSON(github['event'])
toJSON(github.event.commits)
format('{0}', github.head_ref)
format('{0} {1}', github.sha, toJSON(github.event.pull_request))
fromJSON(toJSON(github.event)).issue.title
github.head_ref || github.ref_name
github.event_name == 'push' && github.ref_name || github.head_ref
github.event_name == 'issues' && github.event.issue.title
(github.head_ref)
case(github.event_name == 'push', github.sha, github.head_ref)
env.TOP
env['MINE']
env.mine
env.STEP
env.AGAIN
format('{0}', env.STEP)
"""
DOES_NOT = r"""
github.sha
github.ref_name
github.actor
github.event.number
github.event.issue.number
github.event.issue.user.login
github.event.pull_request.head.sha
github.event.pull_request.base.ref
github.event.issue
github.event
contains(github.event.issue.title, 'bug')
startsWith(github.head_ref, 'release/')
github.head_ref == 'main'
github.head_ref != ''
!github.head_ref
github.head_ref && 'yes' || 'no'
github.event.comment.body == '/run' && 'yes'
case(github.head_ref == 'a', 'yes', 'no')
'github.head_ref'
format('{0}', 'github.event.issue.title')
toJSON(github.event.issue.number)
toJSON(matrix)
hashFiles('github.head_ref')
env.SAFE
env.OVER
env.ABSENT
env.github.head_ref
secrets.TOKEN
inputs.title
steps.one.outcome
needs.test.result
runner.os
vars.HEAD_REF
"""
NOT_KNOWN = r"""
steps.one.outputs.title
steps['one'].outputs.title
steps.one.outputs['title']
needs.test.outputs.title
toJSON(steps.one.outputs)
format('{0}', steps.one.outputs.title)
github.event[matrix.part]
github.event.issue[matrix.part]
env.FROM_STEP
"""


def judged(step):
    workflow = read_workflow("ci.yml", HEAD + step)
    assert not workflow.faults, workflow.faults
    return no_injection(Pipeline(workflow, expand_jobs(workflow, lambda path: None), {}))


def asked(step):
    found = judged(step)
    return "not known" if found.unknown else "takes in" if found.findings else "does not"


@pytest.mark.parametrize(
    ("table", "expected"), [(TAKES_IN, "takes in"), (DOES_NOT, "does not"), (NOT_KNOWN, "not known")]
)
def test_an_expression_is_followed_to_its_sources(table, expected):
    env = "        env: {STEP: '${{ github.event.issue.title }}', OVER: safe, AGAIN: '${{ env.TOP }}',\n"
    env += "          FROM_STEP: '${{ steps.one.outputs.title }}'}\n"
    for line in table.strip().split("\n"):
        assert (
            asked(f"      - run: |\n          echo ready\n          echo '${{{{ {line} }}}}'\n{env}")
            == expected
        ), line


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("      - run: echo \"$T\"\n        env: {T: '${{ github.head_ref }}'}\n", "does not"),
        ("      - run: echo '${{ env.T }}'\n        env: {T: '${{ github.head_ref }}'}\n", "takes in"),
        ("      - run: ${{ github.head_ref }}\n", "takes in"),
        (
            "      - uses: actions/github-script@v7\n        with: {script: 'f(`${{ github.head_ref }}`)'}\n",
            "takes in",
        ),
        ("      - uses: acme/any@v1\n        with: {title: '${{ github.head_ref }}'}\n", "does not"),
        (
            "      - uses: appleboy/ssh-action@v1\n        with: {script: 'cd ${{ github.head_ref }}'}\n",
            "takes in",
        ),
        ("      - run: echo ${{ steps.a.outputs.b }} ${{ github.head_ref }}\n", "takes in"),
        ("      - run: echo '}}' ${{ 'a}}' }} ${{ github.head_ref }}\n", "takes in"),
    ],
)
def test_only_expressions_in_a_script_are_an_injection(step, expected):
    assert asked(step) == expected


def test_the_lines_of_the_fix_are_not_an_injection():
    for line in TAKES_IN.strip().split("\n"):
        env = "        env: {STEP: '${{ github.event.issue.title }}', AGAIN: '${{ env.TOP }}'}\n"
        for finding in judged(f"      - run: echo '${{{{ {line} }}}}'\n{env}").findings:
            lines = "\n".join(finding.add)
            assert asked(f"      - name: Say it\n{lines}\n") == "does not", line
            assert "toJSON" not in line or "toJSON" in lines, line
