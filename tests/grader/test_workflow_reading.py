"""Reports on a workflow that GitHub cannot read, or that does something other than it seems to do."""

import pytest

from labs.grader.report import Outcome
from labs.grader.workflows.expressions import holds
from labs.grader.workflows.reading import read_workflow

PATH = ".github/workflows/ci.yml"
FILE = """\
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    if: github.ref == 'refs/heads/main'
    steps:
      - uses: actions/checkout@v4
      - run: |
          pytest
          echo ${{ github.sha }}
"""
# Text in the file, its replacement, and the report: line, sentence, what to write instead.
FAULTS = [
    (
        "on: push",
        "on: {push: {branch: main}}",
        1,
        "`push` has the unknown key `branch`. Did you mean `branches`?",
        "`branches`",
    ),
    (
        "'refs/heads/main'",
        '"refs/heads/main"',
        5,
        'The expression `github.ref == "refs/heads/main"` in `if` of job `test` is not valid: expressions do not '
        "support double quotes.",
        "`github.ref == 'refs/heads/main'`",
    ),
    (
        "github.ref == 'refs/heads/main'",
        "succes()",
        5,
        "The expression `succes()` in `if` of job `test` is not valid: `succes()` is not a GitHub Actions function.",
        "`success()`",
    ),
    (
        "on: push",
        "on: {schedule: [{cron: every day}]}",
        1,
        "`every day` is not a valid cron expression: it needs 5 fields separated by spaces.",
        "five fields (minute, hour, day, month, weekday), such as `'0 6 * * 1'` for Mondays at 6:00 UTC",
    ),
    (
        "on: push",
        "on: {schedule: [{cron: '0 25 * * *'}]}",
        1,
        "`25` is not a valid hour in the cron expression `0 25 * * *`.",
        "numbers from 0 to 23, `*`, lists `1,2`, ranges `1-5` or steps `*/5`",
    ),
    (
        "on: push",
        "on: {pull_request: {types: [open]}}",
        1,
        "`types` of `pull_request` cannot be `open`. Did you mean `opened`?",
        "`opened`",
    ),
    (
        "== 'refs/heads/main'",
        "= 'refs/heads/main'",
        5,
        "The expression `github.ref = 'refs/heads/main'` in `if` of job `test` is not valid: `=` is not an operator.",
        "`github.ref == 'refs/heads/main'`",
    ),
    (
        "== 'refs/heads/main'",
        "== main",
        5,
        "The expression `github.ref == main` in `if` of job `test` is not valid: `main` is not a GitHub "
        "Actions context.",
        "a string in single quotes, such as `'main'`, or `github`, `inputs`, `vars` or `needs`",
    ),
    (
        "github.ref ==",
        "secrets.BRANCH ==",
        5,
        "The expression `secrets.BRANCH == 'refs/heads/main'` in `if` of job `test` is not valid: the "
        "context `secrets` is not available here.",
        "`github`, `inputs`, `vars` or `needs`",
    ),
    (
        "if: github.ref",
        "if: '!github.ref",
        5,
        "The file is not valid YAML: while parsing a block mapping, expected <block end>, but found '<scalar>'.",
        "valid YAML",
    ),
    (
        "if: github.ref == 'refs/heads/main'",
        "if: !cancelled()",
        5,
        "`jobs.test.if`: YAML reads `!cancelled()` as a tag, because the value starts with `!`.",
        'quotes around it: `"!cancelled()"`, or `${{ !cancelled() }}` for an expression',
    ),
    (
        "${{ github.sha }}",
        "${{ github.sha",
        8,
        "The expression `pytest\\necho ${{ github.sha` in `run` of step 2 of job `test` is not valid: "
        "`${{` is not closed.",
        "`}}` at the end of the expression",
    ),
    (
        "${{ github.sha }}",
        "${{ githb.sha }}",
        10,
        "The expression `githb.sha` in `run` of step 2 of job `test` is not valid: `githb` is not a "
        "GitHub Actions context.",
        "`github`",
    ),
    (
        "    steps:",
        "    timeout-minutes: '30'\n    steps:",
        6,
        "`timeout-minutes` of job `test` cannot be the string `30`.",
        "`timeout-minutes: 30` without quotes",
    ),
    (
        "on: push",
        "on: push\npermissions: {models: write}",
        2,
        "The permission `models` cannot be `write`.",
        "`read` or `none`",
    ),
    (
        "actions/checkout@v4",
        "actions/checkout",
        7,
        "`uses: actions/checkout` has no version.",
        "`owner/repository@ref` such as `actions/checkout@v4`, or a folder such as `./actions/build`",
    ),
    (
        "      - run: |",
        "      - with: {x: 1}\n        run: |",
        8,
        "Step 2 of job `test` has the key `with`, which cannot be combined with `run`.",
        "`with` or `run`",
    ),
]


@pytest.mark.parametrize(("old", "new", "line", "says", "expected"), FAULTS, ids=[row[1] for row in FAULTS])
def test_a_refusal_names_the_line_the_key_and_what_to_write(old, new, line, says, expected):
    assert old in FILE
    fault = read_workflow(PATH, FILE.replace(old, new, 1)).faults[0]
    assert (fault.place.line, fault.says, fault.expected) == (line, says, expected)


@pytest.mark.parametrize(
    "scope",
    [
        "copilot-requests: write",
        "vulnerability-alerts: read",
        "models: read",
        "attestations: write",
        "id-token: write",
    ],
)
def test_current_permissions_are_known(scope):
    assert read_workflow(PATH, f"permissions: {{{scope}}}\n{FILE}").faults == ()


ALWAYS = [
    ("${{ github.ref }} == 'refs/heads/main'", "github.ref == 'refs/heads/main'"),
    ("${{ github.ref }} == 'a' && ${{ github.actor }} != 'x'", "github.ref == 'a' && github.actor != 'x'"),
    ("'refs/heads/main' == ${{ github.ref }}", "'refs/heads/main' == github.ref"),
    ("${{ false }} == true", "false == true"),
    ("! ${{ true }}", "! true"),
    ("|\n      ${{ github.ref == 'refs/heads/main' }}", "github.ref == 'refs/heads/main'"),
]


@pytest.mark.parametrize(("written", "meant"), ALWAYS)
def test_text_around_an_expression_is_always_true_and_reported(written, meant):
    quoted = f'"{written}"' if written.startswith(("'", "!")) else written
    workflow = read_workflow(PATH, FILE.replace("if: github.ref == 'refs/heads/main'", f"if: {quoted}"))
    assert workflow.faults == ()
    (remark,) = workflow.remarks
    assert remark.place.line == 5 and "`if` of job `test` is always true: " in remark.says
    assert remark.expected == f"`if: {meant}`"


def test_text_around_an_expression_is_reported_with_each_answer(repo):
    text = FILE.replace("if: github.ref", "if: ${{ github.ref }}").replace("pytest", "./deploy.sh")
    repo.put(PATH, text)
    repo.commit()
    remark = (
        "`if` of job `test` is always true: `${{ github.ref }} == 'refs/heads/main'` is a string with text outside "
        "`${{ }}`. Write `if: github.ref == 'refs/heads/main'`."
    )
    result = repo.ask(f"workflow: {{path: {PATH}}}")
    assert (result.outcome, result.why) == (
        Outcome.PASSED,
        f"`{PATH}` is a workflow that GitHub can read. {remark}",
    )
    result = repo.ask(f"workflow: {{path: {PATH}, order: [lint]}}")
    assert result.outcome is Outcome.NEEDS_WORK and result.why.endswith(remark)


def test_a_condition_with_text_around_it_runs_on_each_branch(repo):
    text = FILE.replace("if: github.ref", "if: ${{ github.ref }}").replace("pytest", "./deploy.sh")
    repo.put(PATH, text)
    repo.commit()
    result = repo.ask(f"workflow: {{path: {PATH}, delivery: continuous-deployment}}")
    assert result.outcome is Outcome.NEEDS_WORK
    repo.put(PATH, FILE.replace("if: github.ref == 'refs/heads/main'", "if: ${{ false }} == true"))
    repo.commit()
    assert repo.ask(f"workflow: {{path: {PATH}, order: [checkout, test]}}").outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("on: push", "on: []", "Nothing triggers the workflow: `on` is empty."),
        ("on: push", "on: {}", "Nothing triggers the workflow: `on` is empty."),
        (FILE[FILE.index("    steps:") :], "", "Job `test` has no steps, so it does nothing."),
        (FILE[FILE.index("    steps:") :], "    steps: []\n", "Job `test` has no steps, so it does nothing."),
    ],
)
def test_parts_that_github_accepts_but_that_do_nothing_are_reported(old, new, says):
    workflow = read_workflow(PATH, FILE.replace(old, new))
    assert (workflow.faults, [remark.says for remark in workflow.remarks]) == ((), [says])


def test_steps_that_run_side_by_side_are_steps_of_the_job():
    text = FILE.replace("      - run: |", "      - parallel: [{run: make}, {uses: ./own}]\n      - run: |")
    steps = read_workflow(PATH, text).jobs["test"].steps
    assert [(step.number, step.uses or step.run.split("\n")[0]) for step in steps] == [
        (1, "actions/checkout@v4"),
        (2, "make"),
        (3, "./own"),
        (4, "pytest"),
    ]


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    "condition",
    [
        "format('{0}{0}', " * 24 + "'x'" + ")" * 24,
        "toJSON(" * 24 + "'\"'" + ")" * 24,
        f"fromJSON('{'[' * 9000}')",
        f"join(fromJSON('[{'1,' * 9000}1]'), '{'x' * 900}') == 'x'",
        "github" + ".a" * 9000,
        "contains(" * 40 + "1" + ", 1)" * 40,
        "1 == " * 4000 + "1",
        "!" * 20_000,
        f"0x{'f' * 20_000} == 1e{'9' * 900}",
        "'" * 20_999,
    ],
    ids=lambda text: text[:20],
)
def test_a_hostile_condition_is_read_or_refused(condition):
    quoted = condition.replace("'", "''")
    workflow = read_workflow(PATH, FILE.replace("if: github.ref == 'refs/heads/main'", f"if: '{quoted}'"))
    assert workflow.faults or workflow.jobs["test"].condition == condition
    assert holds(condition, {}) in (True, False, None)


@pytest.mark.heavy
def test_a_long_text_with_aliases_or_quotes_is_read_once():
    """It took two minutes while it was read again for each alias and each quote was searched to the end."""
    script = "".join(f"          echo ${{{{ github.r{number} }}}}\n" for number in range(6_000))
    again = FILE + f"      - &again\n        run: |\n{script}" + "      - *again\n" * 1_600
    assert read_workflow(PATH, again).faults == ()
    quotes = FILE.replace("${{ github.sha }}", "${{ " + "'" * 200_000 + " }}")
    assert "longer than 21,000 characters" in read_workflow(PATH, quotes).faults[0].says
