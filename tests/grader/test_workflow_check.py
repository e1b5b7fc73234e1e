"""The kind `workflow` on files as learners write them, both ways."""

import pytest

from labs.grader.report import Outcome
from labs.grader.spec import SpecError

PATH = ".github/workflows/ci.yml"
GOOD = """\
name: CI
on:
  push:
    branches: [main]
  pull_request:
permissions:
  contents: read
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: python -m build
      - uses: actions/upload-artifact@v4
        with:
          name: dist
          path: dist/
  test:
    needs: build
    runs-on: ubuntu-latest
    strategy:
      matrix:
        python-version: ["3.11", "3.12"]
    steps:
      - uses: actions/setup-python@v5
        with:
          python-version: ${{ matrix.python-version }}
          cache: pip
      - uses: actions/download-artifact@v4
        with:
          name: dist
      - run: pytest
  deploy:
    needs: test
    if: github.ref == 'refs/heads/main'
    runs-on: ubuntu-latest
    environment: production
    steps:
      - run: ./deploy.sh
"""
ORDER = "order: [checkout, build, artifact, test, deploy]"
DELIVERY, DEPLOYMENT = "delivery: continuous-delivery", "delivery: continuous-deployment"


@pytest.fixture
def ask(repo):
    def ask(text, rest="", **files):
        repo.put(PATH, text)
        for path, content in files.items():
            repo.put(f".github/workflows/{path}.yml", content)
        repo.commit()
        return repo.ask(f"workflow: {{path: {PATH}{', ' * bool(rest)}{rest}}}")

    return ask


def changed(*pairs, text=GOOD):
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def jobs(text):
    return f"on: push\njobs:\n{text}"


PASSES = [
    "",
    ORDER,
    "order: [build, test]",
    "starts_on: [{event: push, branch: main}, {event: pull_request, branch: x}], not_on: [{event: push, branch: x}]",
    "artifacts: {}",
    "artifacts: {name: dist, made_by: build, used_by: test}",
    "permissions: {contents: read}",
    "permissions: {contents: write, packages: read}",
    "pinned: tag",
    "no_secret_echoed: true",
    "no_injection: true",
    "matrix: {python-version: ['3.12', '3.11']}",
    "matrix: {python-version: [3.11]}",
    "cache: true",
    DELIVERY,
]
NEEDS_WORK = [
    "order: [test, build]",
    "order: [lint]",
    "starts_on: [{event: push, branch: dev}]",
    "starts_on: [{event: push, tag: v1}]",
    "starts_on: [{event: schedule}]",
    "not_on: [{event: pull_request, branch: main}]",
    "artifacts: {name: wheel}",
    "artifacts: {used_by: deploy}",
    "artifacts: {made_by: test}",
    "permissions: {}",
    "permissions: {contents: none}",
    "pinned: sha",
    "matrix: {python-version: ['3.13']}",
    "matrix: {os: [ubuntu-latest]}",
    "timeout_minutes: 30",
    "concurrency: any",
    "reusable: calls",
    "reusable: callable",
    DEPLOYMENT,
]


def test_each_question_is_answered_both_ways(repo, lab):
    repo.put(PATH, GOOD)
    repo.commit()
    questions = [*PASSES, *NEEDS_WORK]
    report = repo.grade(lab(*(f"workflow: {{path: {PATH}, {rest}}}" for rest in questions)))
    passed = [
        rest for rest, result in zip(questions, report.results, strict=True) if result.outcome == "passed"
    ]
    assert passed == PASSES
    assert {result.outcome.value for result in report.results} == {"passed", "needs_work"}


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("pairs", "rest", "why", "line"),
    [
        (
            [("    needs: test\n", "    needs: build\n")],
            ORDER,
            "Job `deploy` does not wait for job `test`, so the stage `deploy` does not depend on `test`.",
            39,
        ),
        (
            [("    if: github.ref == 'refs/heads/main'\n", "    if: always()\n")],
            ORDER,
            "Job `deploy` has an `if` that lets it run even if job `test` fails, so the stage `deploy` "
            "does not depend on `test`.",
            39,
        ),
        (
            [("- run: pytest\n", "- run: pytest || true\n")],
            ORDER,
            "The stage `test` in job `test` does not stop the pipeline if it fails: the script continues "
            "after the failure.",
            32,
        ),
        (
            [("    needs: build\n    runs", "    continue-on-error: true\n    needs: build\n    runs")],
            ORDER,
            "The stage `test` in job `test` does not stop the pipeline if it fails: it has `continue-on-error: true`.",
            33,
        ),
        (
            [("- run: pytest\n", "- run: pytest\n        if: false\n")],
            ORDER,
            "No step is known to run the stage `test`.",
            None,
        ),
        (
            [
                ("- run: pytest\n", "- run: echo pytest\n"),
                ("  test:\n", "  pytest:\n"),
                ("needs: test", "needs: pytest"),
            ],
            ORDER,
            "No step is known to run the stage `test`.",
            None,
        ),
        (
            [("    needs: build\n", "")],
            "artifacts: {}",
            "Job `test` downloads `dist` but does not wait for job `build`, which uploads it.",
            28,
        ),
        (
            [
                (
                    "artifact@v4\n        with:\n          name: dist\n      - run: pytest",
                    "artifact@v4\n        with:\n          name: dst\n      - run: pytest",
                )
            ],
            "artifacts: {}",
            "Job `test` downloads `dst`, but no job uploads it. Did you mean `dist`?",
            29,
        ),
        (
            [("permissions:\n  contents: read\n", "permissions: write-all\n")],
            "permissions: {contents: read}",
            "`write-all` gives every job write access to all scopes.",
            6,
        ),
        (
            [("permissions:\n  contents: read\n", "")],
            "permissions: {contents: read}",
            "The workflow does not set `permissions`, so the repository settings apply. The file does not show them; "
            "in older repositories they let every job write.",
            1,
        ),
        (
            [
                (
                    "    environment: production\n",
                    "    environment: production\n    permissions: {contents: write}\n",
                )
            ],
            "permissions: {contents: read}",
            "The permission `contents: write` is more than this lab allows.",
            38,
        ),
        (
            [("actions/checkout@v4", "actions/checkout@main")],
            "pinned: tag",
            "`actions/checkout@main` in job `build` uses a branch or a floating tag, so it can change at any time.",
            12,
        ),
        (
            [('["3.11", "3.12"]', "[3.10, 3.12]")],
            "matrix: {python-version: ['3.10', '3.12']}",
            "No run of job `test` has `python-version 3.10`. Without quotes, YAML reads 3.10 as the number 3.1.",
            18,
        ),
        (
            [("${{ matrix.python-version }}", "3.12")],
            "matrix: {python-version: ['3.11']}",
            "Job `test` does not use `matrix.python-version`, so its value makes no difference.",
            18,
        ),
    ],
)
def test_faults_are_reported_with_their_line(ask, pairs, rest, why, line):
    result = ask(changed(*pairs), rest)
    assert (result.outcome, result.why) == (Outcome.NEEDS_WORK, why)
    assert result.expected and result.found and result.evidence[0].path == PATH
    if line:
        assert result.evidence[0].line == line
    assert "git add -- .github/workflows/ci.yml" in result.fix


FAULTS = {
    "on: push\n": ("The workflow has no jobs.", 1),
    "jobs: {a: {runs-on: x, steps: [{run: y}]}}\n": ("Nothing triggers the workflow: it has no `on`.", 1),
    jobs("  a:\n    steps:\n      - run: x\n"): ("Job `a` has no `runs-on`.", 3),
    jobs("  a:\n    runs-on: x\n    steps:\n      - name: x\n"): (
        "Step 1 of job `a` has neither `uses` nor `run`.",
        6,
    ),
    jobs("  a:\n    runs-on: x\n    steps:\n      - uses: a/b@v1\n        run: x\n"): (
        "Step 1 of job `a` has both `uses` and `run`.",
        6,
    ),
    jobs("  a:\n    uses: ./x.yml\n    steps:\n      - run: x\n"): (
        "Job `a` has both `uses` and `steps`.",
        3,
    ),
    jobs(
        "  a:\n    runs-on: x\n    needs: bild\n    steps: [{run: x}]\n"
        "  build:\n    runs-on: x\n    steps: [{run: x}]\n"
    ): (
        "Job `a` needs `bild`, which is not a job in this file. Did you mean `build`?",
        5,
    ),
    jobs("  a:\n    runs-on: x\n    needs: [a]\n    steps: [{run: x}]\n"): (
        "Job `a` needs itself, so it cannot start.",
        5,
    ),
    jobs("  a b:\n    runs-on: x\n    steps: [{run: x}]\n"): ("`a b` is not a valid job ID.", 3),
    jobs("  a:\n    runs-on: x\n    stepps: []\n    steps: [{run: x}]\n"): (
        "Job `a` has the unknown key `stepps`. Did you mean `steps`?",
        5,
    ),
    "on: push\njob:\n": ("The file has the unknown key `job`. Did you mean `jobs`?", 2),
    "on: pushh\njobs: {a: {runs-on: x, steps: [{run: y}]}}\n": (
        "`pushh` is not a GitHub Actions event. Did you mean `push`?",
        1,
    ),
    "on: {push: {branches: [a], branches-ignore: [b]}}\njobs: {a: {runs-on: x, steps: [{run: y}]}}\n": (
        "`push` has both `branches` and `branches-ignore`.",
        1,
    ),
    "on: push\npermissions: {contents: all}\njobs: {a: {runs-on: x, steps: [{run: y}]}}\n": (
        "The permission `contents` cannot be `all`.",
        2,
    ),
    "on: push\njobs:\n  a:\n   b:\n  - c\n": ("The file is not valid YAML: ", 5),
    "on: push\non: pull_request\n": ("The file is not valid YAML: `on`: duplicate key.", 2),
    "- a\n- b\n": ("The file has no keys.", 1),
    "just text\n": ("The file has no keys.", 1),
    jobs("  a:\n    runs-on: x\n    steps:\n      - &x\n        <<: *x\n"): (
        "The file is not valid YAML: ",
        7,
    ),
}


@pytest.mark.daily(3)
@pytest.mark.parametrize("text", FAULTS)
def test_text_that_github_would_not_accept_is_named_with_line_and_column(ask, text):
    result, (why, line) = ask(text), FAULTS[text]
    assert result.outcome is Outcome.NEEDS_WORK
    assert result.why.startswith(why)
    assert result.evidence[0].line == line
    assert f"Edit `{PATH}`, line {line}" in result.fix or f" of `{PATH}`" in result.fix


def test_a_fault_has_its_column(ask):
    assert (
        "line 5, column 5. Expected: "
        in ask(jobs(f"  a:\n    runs-on: x\n    stepps: 1\n    steps: [{{run: x}}]\n#{'x' * 20_000}\n")).fix
    )


def test_a_cycle_is_named_with_its_path(ask):
    text = "".join(
        f"  {a}:\n    runs-on: x\n    needs: {b}\n    steps: [{{run: x}}]\n" for a, b in ("ab", "bc", "ca")
    )
    result = ask(jobs(text), ORDER)
    assert "need each other, so none of them can start." in result.why
    assert result.found.count("→") == 3


def test_anchors_are_read_as_github_reads_them(ask):
    text = changed(
        (
            "  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses",
            "  build:\n    runs-on: ubuntu-latest\n    steps:\n      - &get\n        uses",
        ),
        ("      - run: pytest\n", "      - *get\n      - run: pytest\n"),
    )
    assert ask(text, "order: [checkout, test]").outcome is Outcome.PASSED


SHARED = (
    "on: {workflow_call: {inputs: {python: {required: true, type: string}}}}\n"
    "jobs:\n  unit:\n    runs-on: x\n    steps: [{run: pytest}]\n"
)
CALLER = jobs(
    "  check:\n    uses: ./.github/workflows/shared.yml\n    with: {python: '3.12'}\n"
    "  deploy:\n    needs: check\n    runs-on: x\n    steps: [{run: ./deploy.sh}]\n"
)


def test_a_workflow_of_the_same_repository_is_followed(ask):
    result = ask(CALLER, "order: [test, deploy]", shared=SHARED)
    assert result.outcome is Outcome.PASSED
    assert [item.path for item in result.evidence] == [".github/workflows/shared.yml", PATH]
    assert result.drawings[0].text == ("check / unit (test) -> deploy (deploy)",)


@pytest.mark.parametrize(
    ("text", "shared", "why"),
    [
        (CALLER, SHARED, "Job `check` calls `./.github/workflows/shared.yml`."),
        (
            CALLER,
            "",
            "Job `check` calls `./.github/workflows/shared.yml`, which is missing or not valid.",
        ),
        (
            CALLER,
            SHARED.replace("workflow_call", "workflow_dispatch"),
            "`./.github/workflows/shared.yml` cannot be called: its `on` has no `workflow_call`.",
        ),
        (
            CALLER.replace("    with: {python: '3.12'}\n", ""),
            SHARED,
            "Job `check` does not pass the input `python`, which `./.github/workflows/shared.yml` requires.",
        ),
    ],
)
def test_a_reusable_workflow_is_called(ask, text, shared, why):
    assert ask(text, "reusable: calls", shared=shared).why == why


def test_workflows_that_call_themselves_end(ask):
    text = jobs("".join(f"  j{i}:\n    uses: ./{PATH}\n" for i in range(100))).replace(
        "push", "[push, workflow_call]"
    )
    assert ask(text, "pinned: tag").outcome is Outcome.PASSED


OPEN = changed(("    environment: production\n", ""))
BY_HAND = changed(
    ("  pull_request:\n", "  workflow_dispatch:\n"),
    ("github.ref == 'refs/heads/main'", "github.event_name == 'workflow_dispatch'"),
    text=OPEN,
)


@pytest.mark.daily(4)
@pytest.mark.parametrize(
    ("text", "delivery", "deployment"),
    [
        (GOOD, True, False),
        (OPEN, False, True),
        (BY_HAND, True, False),
        (changed(("environment: production", "environment: {name: Production, url: x}")), True, False),
        (changed(("environment: production", "environment: staging")), False, False),
        (changed(("    if: github.ref == 'refs/heads/main'\n", ""), text=OPEN), False, False),
        (
            changed(("    if: github.ref == 'refs/heads/main'\n", ""), ("  pull_request:\n", ""), text=OPEN),
            False,
            True,
        ),
        (
            changed(
                ("    if: github.ref == 'refs/heads/main'\n", ""),
                ("  push:\n    branches: [main]\n  pull_request:\n", "  push:\n"),
                text=OPEN,
            ),
            False,
            False,
        ),
        (changed(("    needs: test\n    if", "    needs: build\n    if")), False, False),
        (changed(("    needs: test\n    if", "    needs: build\n    if"), text=OPEN), False, False),
        (changed(("    if: github.ref == 'refs/heads/main'", "    if: always()"), text=OPEN), False, False),
        (changed(("    branches: [main]", "    branches: [dev]"), text=OPEN), False, False),
        (changed(("    if: github.ref == 'refs/heads/main'\n", "    if: false\n"), text=OPEN), False, False),
        (
            changed(
                ("  push:\n    branches: [main]\n  pull_request:\n", "  push:\n    tags: ['v*']\n"), text=OPEN
            ),
            False,
            False,
        ),
        (
            OPEN
            + "  approve:\n    needs: test\n    runs-on: x\n    environment: production\n    steps: [{run: 'true'}]\n",
            False,
            True,
        ),
    ],
)
def test_delivery_and_deployment_are_told_apart(ask, text, delivery, deployment):
    outcomes = [ask(text, rest).outcome is Outcome.PASSED for rest in (DELIVERY, DEPLOYMENT)]
    assert outcomes == [delivery, deployment]


def test_the_message_says_what_the_file_cannot_show_of_an_environment(ask):
    result = ask(GOOD, DELIVERY)
    assert result.why == (
        "Job `deploy` uses the environment `production`. The repository settings decide whether this environment "
        "requires approval. The file does not show them."
    )


def test_staging_without_a_gate_and_production_behind_one_is_delivery(ask):
    staging = "  staging:\n    needs: test\n    runs-on: x\n    environment: staging\n    steps: [{run: ./deploy.sh}]\n"
    assert ask(GOOD + staging, DELIVERY).outcome is Outcome.PASSED


def test_an_image_that_the_build_pushes_is_no_deployment_where_another_job_deploys(ask):
    text = changed(("- run: python -m build\n", "- run: docker build -t a . && docker push a\n"))
    assert ask(text, DELIVERY).outcome is Outcome.PASSED


def one_step(step):
    return jobs(f"  a:\n    runs-on: x\n    env:\n      FROM_JOB: ${{{{ secrets.KEY }}}}\n    steps:\n{step}")


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("step", "outcome"),
    [
        ("      - run: echo ${{ secrets.KEY }}\n", "needs_work"),
        ('      - run: echo "$FROM_JOB"\n', "needs_work"),
        ("      - run: printf '%s' ${FROM_JOB} | base64\n", "needs_work"),
        ("      - run: |\n          cat <<EOF\n          $FROM_JOB\n          EOF\n", "needs_work"),
        ("      - run: env\n", "needs_work"),
        ("      - run: printenv | sort\n", "needs_work"),
        ('      - run: |\n          set -x\n          curl -H "$FROM_JOB" example.org\n', "needs_work"),
        ("      - run: python -c 'import os; print(os.environ[\"FROM_JOB\"])'\n", "needs_work"),
        ("      - run: echo $FROM_JOB >> $GITHUB_STEP_SUMMARY\n", "needs_work"),
        ("      - run: x\n        env: {ALL: '${{ toJSON(secrets) }}'}\n", "needs_work"),
        ("      - run: echo $FROM_JOB | docker login --password-stdin\n", "passed"),
        ('      - run: echo "$FROM_JOB" > key.pem\n', "passed"),
        ('      - run: deploy --key "$FROM_JOB"\n', "passed"),
        ("      - run: echo done\n", "passed"),
        ("      - run: |\n          set -x\n          make\n", "passed"),
        ("      - uses: a/b@v1\n        with: {token: '${{ secrets.KEY }}'}\n", "passed"),
    ],
)
def test_printed_secrets_are_found(ask, step, outcome):
    assert ask(one_step(step), "no_secret_echoed: true").outcome == outcome


TOKEN = "ghp_" + "".join(chr(ord("a") + 7 * i % 26) for i in range(36))


@pytest.mark.parametrize("value", [f"TOKEN: {TOKEN}", "DB_PASSWORD: 'tr0ub4dor-x9Q'"])
def test_a_literal_credential_is_never_shown(ask, value):
    secret = value.split(": ")[1].strip("'")
    text = changed(("    needs: test\n", f"    env:\n      {value}\n"))
    result = ask(text, "no_secret_echoed: true")
    assert (
        result.outcome is Outcome.NEEDS_WORK
        and ". The value is not shown here. Revoke it and create a new one" in result.why
    )
    assert secret not in str(result)
    assert secret not in str(ask(text, ORDER))


@pytest.mark.parametrize(
    ("step", "line"),
    [
        ("      - run: echo '${{ github.event.pull_request.title }}'\n", 8),
        ("      - run: |\n          true\n          git switch ${{github.head_ref}}\n", 10),
        (
            "      - uses: actions/github-script@v7\n        with:\n          script: x("
            "`${{ github.event.issue.body }}`)\n",
            8,
        ),
        ("      - run: echo \"$TITLE\"\n        env: {TITLE: '${{ github.event.issue.title }}'}\n", None),
        ("      - run: echo ${{ github.sha }} ${{ github.event.number }}\n", None),
    ],
)
def test_untrusted_text_in_a_script_is_found(ask, step, line):
    result = ask(one_step(step), "no_injection: true")
    assert result.outcome is (Outcome.NEEDS_WORK if line else Outcome.PASSED)
    assert line is None or result.evidence[0].line == line


@pytest.mark.daily(4)
@pytest.mark.parametrize(
    ("uses", "tag", "sha"),
    [
        ("actions/checkout@v4", True, False),
        ("actions/checkout@v4.1.1", True, False),
        ("actions/checkout@" + "a1" * 20, True, True),
        ("actions/checkout@a1b2c3d", False, False),
        ("actions/checkout@main", False, False),
        ("pypa/gh-action-pypi-publish@release/v1", False, False),
        ("actions/checkout", False, False),
        ("./actions/own", True, True),
        ("docker://alpine:3.20", True, False),
        ("docker://alpine", False, False),
        ("docker://alpine:latest", False, False),
        ("docker://alpine@sha256:" + "a" * 64, True, True),
    ],
)
def test_pinned_actions_are_recognised(ask, uses, tag, sha):
    outcomes = [
        ask(one_step(f"      - uses: {uses}\n"), f"pinned: {how}").outcome == "passed"
        for how in ("tag", "sha")
    ]
    assert outcomes == [tag, sha]


MATRIX = (
    "  a:\n    runs-on: ${{ matrix.os }}\n"
    "    strategy:\n      matrix:\n%s    steps: [{run: 'x ${{ matrix.v }}'}]\n"
)


@pytest.mark.parametrize(
    ("matrix", "outcome"),
    [
        ("        os: [a, b]\n        v: [1, 2]\n", "passed"),
        ("        os: [a, b]\n        v: [1, 2]\n        exclude: [{os: b}]\n", "needs_work"),
        ("        os: [a]\n        v: [1]\n        include: [{os: b, v: 2}]\n", "passed"),
        ("        include: [{os: a, v: 1}, {os: b, v: 2}]\n", "passed"),
        ("        os: [a, b]\n        include: [{v: 1}, {v: 2}]\n", "needs_work"),
        ("        os: [a]\n        v: [1, 2]\n", "needs_work"),
        ("        os: ${{ fromJSON(vars.OS) }}\n", "not_run"),
    ],
)
def test_a_matrix_is_read_with_include_and_exclude(ask, matrix, outcome):
    assert ask(jobs(MATRIX % matrix), "matrix: {os: [a, b], v: ['1', 2]}").outcome == outcome


@pytest.mark.parametrize(
    ("step", "outcome"),
    [
        ("      - uses: actions/setup-node@v4\n        with: {cache: npm}\n", "passed"),
        ("      - uses: actions/setup-python@v5\n", "needs_work"),
        (
            "      - uses: actions/cache@v4\n        with: {path: x, key: \"pip-${{ hashFiles('a') }}\"}\n",
            "passed",
        ),
        ("      - uses: actions/cache@v4\n        with: {path: x, key: pip}\n", "needs_work"),
        ("      - uses: astral-sh/setup-uv@v6\n        with: {enable-cache: true}\n", "passed"),
    ],
)
def test_a_step_that_caches_is_found(ask, step, outcome):
    assert ask(one_step(step), "cache: true").outcome == outcome


@pytest.mark.parametrize(
    ("text", "passing"),
    [
        ("concurrency: x\n", ["any", "queue"]),
        ("concurrency: {group: x, cancel-in-progress: true}\n", ["any", "cancel"]),
        ("", []),
    ],
)
def test_concurrency_is_recognised(ask, text, passing):
    hows = ("any", "cancel", "queue")
    assert [how for how in hows if ask(text + GOOD, f"concurrency: {how}").outcome == "passed"] == passing


@pytest.mark.parametrize(
    ("minutes", "outcome"), [("10", "passed"), ("31", "needs_work"), ("'${{ vars.T }}'", "not_run")]
)
def test_a_time_limit_is_compared_in_minutes(ask, minutes, outcome):
    text = GOOD.replace("    runs-on: ubuntu-latest\n", f"    runs-on: x\n    timeout-minutes: {minutes}\n")
    assert ask(text, "timeout_minutes: 30").outcome == outcome


def test_computed_artifact_names_match(ask):
    text = changed(
        ("name: dist\n          path", "name: dist-${{ github.sha }}\n          path"),
        ("          name: dist\n      - run", "          pattern: dist-*\n      - run"),
    )
    assert ask(text, "artifacts: {}").outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ("order: [build, tset]", "unknown stage `tset`. Did you mean `test`?"),
        ("order: [], pinned: sha", "cannot be combined with `order`: a check asks one question"),
        ("starts_on: [{event: psh}]", "`psh` is not a GitHub Actions event. Did you mean `push`?"),
        ("starts_on: [{branch: main}]", "event: is required"),
        ("starts_on: [{event: push, brunch: main}]", "Did you mean `branch`?"),
        ("permissions: {content: read}", "unknown permission `content`. Did you mean `contents`?"),
        ("permissions: {contents: all}", "expected read, write or none"),
        ("artifacts: {made_by: x}", "unknown stage `x`."),
    ],
)
def test_parameters_that_do_not_fit_are_named(ask, rest, message):
    with pytest.raises(SpecError) as error:
        ask(GOOD, rest)
    assert message in str(error.value)


def test_an_own_stage_takes_part_in_the_order(ask):
    text = changed(("- run: python -m build\n", "- run: python train.py\n      - run: python -m build\n"))
    rest = "stages: {train: 'train\\.py'}, order: [train, build, test]"
    assert ask(text, rest).outcome is Outcome.PASSED


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    "text",
    [
        "on: push\njobs:\n" + "".join(f"  j{i}: {{runs-on: x, steps: [{{run: y}}]}}\n" for i in range(400)),
        "on: push\njobs: " + "[" * 600,
        "on: push\njobs: " + "{a: " * 300,
        "a: &a [x, x]\nb: &b [*a, *a]\n"
        + "".join(f"c{i}: &c{i} [{', '.join(['*b'] * 50)}]\n" for i in range(200)),
        "a: &a\n  b: *a\n",
        "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n"
        + "      - run: 'echo \"${{ secrets.A }}'\n" * 800,
        "on: push\njobs:\n  a:\n    runs-on: x\n    if: " + "(" * 9000 + "\n    steps: [{run: x}]\n",
        "\0",
        "\ufeff",
        "on: push\njobs:\n  a:\n    runs-on: x\n    steps: [{run: 1.0e999999999}, {run: .inf}, {uses: 3.10}]\n",
        "on: [[push]]\njobs: {a: [1], b: {needs: {c: d}, runs-on: [], steps: [{with: [1], env: 3, run: {a: b}}]}}\n",
        "x" * 300_000,
    ],
)
@pytest.mark.parametrize(
    "rest",
    ["no_secret_echoed: true", *(pytest.param(rest, marks=pytest.mark.heavy) for rest in ("", ORDER))],
)
def test_a_hostile_file_gets_a_verdict(ask, text, rest):
    result = ask(text, rest)
    assert result.outcome in (Outcome.NEEDS_WORK, Outcome.NOT_RUN, Outcome.PASSED)
    assert result.seconds < 10.5  # the limit of the kind, and some for its end


def test_a_workflow_file_in_another_place_is_found(ask, repo):
    repo.put(".github/workflow/ci.yml", GOOD)
    repo.commit()
    result = repo.ask(f"workflow: {{path: {PATH}}}")
    assert result.why.endswith("Found `.github/workflow/ci.yml` instead.")


def test_names_of_the_file_stay_on_their_line_of_a_fix(ask):
    text = changed(
        ("          name: dist\n          path", '          name: "dist\\nreboot"\n          path')
    )
    result = ask(text, "artifacts: {used_by: deploy}")
    assert "\n              name: dist\\nreboot\n" in result.fix
    assert all(
        line.startswith(("Edit ", "    ", "git ", "Your uncommitted "))
        for line in filter(None, result.fix.splitlines())
    )


def test_lines_that_end_with_a_carriage_return_are_lines(ask):
    assert ask(GOOD.replace("\n", "\r"), ORDER).outcome is Outcome.PASSED
