"""The meaning of workflows: each row is a question, a small workflow, the verdict and the sentence."""

import pytest

from labs.grader.workflows.artifacts import Handover, handed_over
from labs.grader.workflows.delivery import Delivery
from labs.grader.workflows.graph import Pipeline, expand_jobs
from labs.grader.workflows.order import in_order
from labs.grader.workflows.reading import read_workflow

DELIVERY, DEPLOYMENT = "delivery: continuous-delivery", "delivery: continuous-deployment"
PASSED, WORK, UNKNOWN = "passed", "needs_work", "not_run"
TEST = "  test:\n    runs-on: x\n    steps: [{run: pytest}]\n"


@pytest.fixture
def judge(repo, lab):
    """Commit the workflows of all rows at once, and ask each its question."""

    def judge(rows, **files):
        for path, content in files.items():
            repo.put(path.replace("__", "/").replace("_yml", ".yml").replace("_github", ".github"), content)
        for number, (_, text, _, _) in enumerate(rows):
            repo.put(f".github/workflows/w{number}.yml", text)
        repo.commit()
        report = repo.grade(
            lab(*(f"workflow: {{path: .github/workflows/w{n}.yml, {row[0]}}}" for n, row in enumerate(rows)))
        )
        found = [(str(one.outcome), one.why or one.reason) for one in report.results]
        wrong = []
        for row, (outcome, why) in zip(rows, found, strict=True):
            if outcome != row[2] or row[3] not in why:
                wrong.append((row[1], row[2], row[3], outcome, why))
        assert not wrong, "\n\n".join("\n".join(map(str, one)) for one in wrong)

    return judge


def flow(on, deploy="{run: ./deploy.sh}", extra="", job="deploy"):
    """Tests, then a job that deploys; `extra` are further lines of that job."""
    lines = "".join(f"    {line}\n" for line in extra.split("\n") if line)
    return f"on: {on}\njobs:\n{TEST}  {job}:\n    needs: test\n    runs-on: x\n{lines}    steps: [{deploy}]\n"


MAIN = "{push: {branches: [main]}}"
ENV = "environment: production"
MAIN_ONLY = "if: github.ref == 'refs/heads/main'"

STARTS = [
    (
        DELIVERY,
        flow("{push: {branches: [develop]}}"),
        WORK,
        "A push to `develop` triggers the deployment to production",
    ),
    (
        DELIVERY,
        flow("{push: {branches: ['release/**']}}"),
        WORK,
        "A push to a branch such as `release/x` triggers",
    ),
    (DELIVERY, flow("push"), WORK, "A push to `main` triggers the deployment"),
    (
        DELIVERY,
        flow("{push: {branches-ignore: [main]}}"),
        WORK,
        "A push to any other branch triggers the deployment",
    ),
    (DELIVERY, flow("{push: {tags: ['v*']}}"), WORK, "A push of a tag such as `vx` triggers the deployment"),
    (
        DELIVERY,
        flow("repository_dispatch"),
        WORK,
        "A GitHub API call (`repository_dispatch`) triggers",
    ),
    (
        DELIVERY,
        flow("{schedule: [{cron: '0 3 * * *'}]}"),
        WORK,
        "A schedule triggers the deployment to production in job `deploy` each night at 03:00 UTC without "
        "approval.",
    ),
    (
        DELIVERY,
        flow("{schedule: [{cron: '30 12 * * 1'}]}"),
        WORK,
        "each Monday at 12:30 UTC without approval.",
    ),
    (
        DELIVERY,
        flow("{schedule: [{cron: '*/15 * * * *'}]}"),
        WORK,
        "in job `deploy` (`*/15 * * * *`) without approval.",
    ),
    (
        DELIVERY,
        flow("{workflow_run: {workflows: [CI], types: [completed]}}"),
        WORK,
        "A run of a different workflow",
    ),
    (DELIVERY, flow("pull_request"), WORK, "A pull request to `main` triggers the deployment"),
    (
        DELIVERY,
        flow("{pull_request: {types: [closed]}}"),
        WORK,
        "A pull request to `main` that is closed triggers",
    ),
    (
        DELIVERY,
        flow("issue_comment"),
        WORK,
        "A comment on an issue or a pull request triggers the deployment",
    ),
    (DELIVERY, flow("merge_group"), WORK, "The merge queue triggers the deployment"),
    (
        DELIVERY,
        flow("{check_suite: {types: [completed]}}"),
        WORK,
        "A check suite triggers the deployment",
    ),
    (DELIVERY, flow("deployment"), WORK, "A new deployment on GitHub triggers"),
    (DELIVERY, flow("[push, workflow_dispatch]"), WORK, "A push to `main` triggers the deployment"),
    (DELIVERY, flow("workflow_dispatch"), PASSED, "A person triggers the deployment to production manually."),
    (
        DELIVERY,
        flow("{release: {types: [published]}}"),
        PASSED,
        "A release triggers the deployment to production.",
    ),
    (DELIVERY, flow("pull_request_review"), PASSED, "A pull request review triggers the deployment"),
    (
        DELIVERY,
        flow("[push, workflow_dispatch]", extra="if: github.event_name == 'workflow_dispatch'"),
        PASSED,
        "manually",
    ),
    (
        DELIVERY,
        flow(MAIN, extra=ENV),
        PASSED,
        "The repository settings decide whether this environment requires approval",
    ),
    (
        DELIVERY,
        flow("{schedule: [{cron: '0 3 * * *'}]}", extra=ENV),
        PASSED,
        "uses the environment `production`",
    ),
    (
        DELIVERY,
        flow("workflow_call"),
        UNKNOWN,
        "who starts the deployment in job `deploy`: a workflow that calls this one triggers it.",
    ),
    (
        DELIVERY,
        flow(MAIN, extra="environment: ${{ vars.WHERE }}"),
        UNKNOWN,
        "which environment job `deploy` deploys to: `${{ vars.WHERE }}` is evaluated at run time",
    ),
    (DELIVERY, flow(MAIN, extra="if: vars.ON == '1'"), UNKNOWN, "it depends on `if: vars.ON == '1'`"),
    (
        DELIVERY,
        flow("push", extra="if: github.ref == 'refs/heads/develop'"),
        WORK,
        "A push to `develop` triggers",
    ),
    (DELIVERY, flow("push", extra="if: startsWith(github.ref, 'refs/tags/v')"), WORK, "A push of a tag"),
    (
        DELIVERY,
        flow("pull_request", extra=MAIN_ONLY),
        WORK,
        "No event that triggers this workflow runs the deployment",
    ),
    (DELIVERY, flow(MAIN, extra="environment: staging"), WORK, "no job is known to deploy to production"),
    (
        DEPLOYMENT,
        flow(MAIN),
        PASSED,
        "A push to `main` that passes is deployed to production, and the file requires no approval.",
    ),
    (DEPLOYMENT, flow("push", extra=MAIN_ONLY), PASSED, "A push to `main` that passes is deployed"),
    (
        DEPLOYMENT,
        flow("{schedule: [{cron: '0 3 * * *'}]}"),
        WORK,
        "a schedule triggers it each night at 03:00 UTC.",
    ),
    (
        DEPLOYMENT,
        flow("repository_dispatch"),
        WORK,
        "a GitHub API call (`repository_dispatch`) triggers it.",
    ),
    (DEPLOYMENT, flow("workflow_dispatch"), WORK, "a person triggers it manually."),
    (DEPLOYMENT, flow("{push: {branches: [develop]}}"), WORK, "a push to `develop` triggers it."),
    (DEPLOYMENT, flow("{push: {tags: ['v*']}}"), WORK, "a push of a tag such as `vx` triggers it."),
    (DEPLOYMENT, flow("{release: {types: [published]}}"), WORK, "a release triggers it."),
    (
        DEPLOYMENT,
        flow("{workflow_run: {workflows: [CI]}}"),
        UNKNOWN,
        "a run of a different workflow (`workflow_run`)",
    ),
    (DEPLOYMENT, flow("[push, pull_request]"), WORK, "also deploys"),
    (DEPLOYMENT, flow("push"), WORK, "A push to any other branch also deploys, in job `deploy`."),
    (
        DEPLOYMENT,
        flow(MAIN, extra=ENV),
        WORK,
        "The repository settings decide whether this environment requires approval",
    ),
    (
        DEPLOYMENT,
        flow(MAIN, extra="if: vars.ON == '1'"),
        UNKNOWN,
        "whether a push to `main` runs the deployment",
    ),
]


def test_what_starts_a_deployment_is_named(judge):
    judge(STARTS)


def one(steps, extra="", on=MAIN):
    return flow(on, steps, extra)


ORDER = "order: [test, deploy]"
MEANING = [
    (ORDER, one("{run: ssh -V}"), WORK, "No step is known to run the stage `deploy`."),
    (ORDER, one("{run: 'scp host:f .'}"), WORK, "No step is known to run the stage `deploy`."),
    (ORDER, one("{run: kubectl apply --dry-run=client -f x}"), WORK, "No step is known to run the stage `deploy`."),
    (ORDER, one("{run: terraform plan}"), WORK, "No step is known to run the stage `deploy`."),
    (ORDER, one("{run: echo deploying}", ENV), WORK, "No step is known to run the stage `deploy`."),
    (DELIVERY, one("{run: echo deploying}", ENV), WORK, "No step is known to deploy."),
    (DEPLOYMENT, one("{run: 'aws s3 cp s3://b/x .'}"), WORK, "No step is known to deploy."),
    (DELIVERY, one("{run: npm publish --dry-run}", ENV), WORK, "No step is known to deploy."),
    (ORDER, one("{run: kubectl apply -f x}"), PASSED, "The stages are in order: test → deploy."),
    (ORDER, one("{run: ./ship.sh}"), UNKNOWN, "whether a step runs the stage `deploy`: the effect of `./ship.sh`"),
    (DELIVERY, one("{run: ./ship.sh}", ENV), UNKNOWN, "whether a job deploys: the effect of `./ship.sh` in job"),
    (DELIVERY, one("{uses: acme/rocket@v1}", ENV), UNKNOWN, "whose effect is not known"),
    (DELIVERY, one("{uses: ./.github/actions/ship}", ENV), UNKNOWN,
     "`./.github/actions/ship`, which could not be read as a composite action"),
    (ORDER, one("{uses: ./actions/deploy}"), PASSED, "test → deploy"),
    (ORDER, one("{uses: ./actions/echo}"), WORK, "No step is known to run the stage `deploy`."),
    (ORDER, one("{uses: ./actions/outer}"), PASSED, "test → deploy"),
    (ORDER, one("{uses: ./actions/node}"), UNKNOWN, "`./actions/node`, which could not be read as a composite action"),
    (ORDER, one("{uses: ./actions/any, with: {command: kubectl apply -f x}}"), PASSED, "test → deploy"),
    (ORDER, one("{uses: ./actions/any}"), WORK, "No step is known to run the stage `deploy`."),
    ("no_injection: true", one("{uses: ./actions/any, with: {command: '${{ github.event.issue.title }}'}}"), WORK,
     "inserts `github.event.issue.title`"),
    ("order: [lint]", one("{uses: ./actions/echo}"), WORK, "No step is known to run the stage `lint`."),
    # Services for the tests, then the tests, then the deployment.
    (
        DEPLOYMENT,
        "on: {push: {branches: [main]}}\njobs:\n  all:\n    runs-on: x\n    steps:\n"
        "      - run: docker compose up -d db\n      - run: pytest\n      - run: ./deploy.sh\n",
        PASSED,
        "A push to `main` that passes is deployed",
    ),
    (
        ORDER,
        "on: push\njobs:\n  all:\n    runs-on: x\n    steps:\n      - run: |\n          helm template app chart\n"
        "          pytest\n          helm upgrade --install app chart\n",
        PASSED,
        "test → deploy",
    ),
    (
        DEPLOYMENT,
        "on: {push: {branches: [main]}}\njobs:\n  all:\n    runs-on: x\n    steps:\n      - run: ./deploy.sh\n"
        "      - run: pytest\n",
        WORK,
        "Job `all` deploys without waiting for the tests to pass.",
    ),
    (DEPLOYMENT, "on: {push: {branches: [main]}}\njobs:\n  a:\n    runs-on: x\n    steps: [{run: ./check-all.sh}, "
     "{run: ./deploy.sh}]\n", UNKNOWN, "whether a test must pass before job `a` deploys"),
    (DEPLOYMENT, "on: {push: {branches: [main]}}\njobs:\n  a:\n    runs-on: x\n    steps: [{run: echo x}, "
     "{run: ./deploy.sh}]\n", WORK, "Job `a` deploys, but no failing test is known to stop it."),
    (ORDER, one("{run: make test deploy}"), PASSED, "test → deploy"),
    ("order: [build, test]", one("{run: mvn -B verify}"), PASSED, "build → test"),
    ("order: [test]", "on: push\njobs:\n  a:\n    runs-on: x\n    steps: [{run: 'mvn package -DskipTests'}]\n", WORK,
     "No step is known to run the stage `test`."),
    ("order: [publish]", one("{uses: docker/build-push-action@v6}"), WORK, "No step is known to run the stage"),
    ("order: [publish]", one("{uses: docker/build-push-action@v6, with: {push: true}}"), PASSED, "publish"),
    (ORDER, one("{uses: appleboy/ssh-action@v1, with: {host: h, script: docker compose pull && docker compose up -d}}"),
     PASSED, "deploy"),
    (ORDER, one("{uses: appleboy/ssh-action@v1, with: {host: h, script: uptime}}"), WORK,
     "No step is known to run the stage"),
    (ORDER, one("{uses: superfly/flyctl-actions@1, with: {args: status}}"), WORK, "No step is known to run the stage"),
    (ORDER, one("{uses: superfly/flyctl-actions/setup-flyctl@master}, {run: flyctl deploy}"), PASSED, "deploy"),
    (ORDER, one("{uses: peaceiris/actions-gh-pages@v4}"), PASSED, "deploy"),
    (ORDER, one("{run: 'import app', shell: python}"), WORK, "No step is known to run the stage `deploy`."),
    (ORDER, one("{run: 'import boto3', shell: python}"), UNKNOWN, "the Python code in step 1"),
    ("order: [test, ship], stages: {ship: ship}", one("{run: ./ship.sh}"), PASSED, "test → ship"),
    ("order: [artifact]", one("{uses: actions/cache@v4, with: {path: dist, key: k}}"), WORK, "`artifact`"),
]  # fmt: skip
COMPOSITE = "name: x\nruns:\n  using: composite\n  steps:\n"


def test_a_step_is_what_its_arguments_say(judge):
    judge(
        MEANING,
        actions__deploy__action_yml=f"{COMPOSITE}    - run: |\n        kubectl apply -f k8s\n      shell: bash\n",
        actions__echo__action_yml=f"{COMPOSITE}    - run: echo deploy\n      shell: bash\n",
        actions__outer__action_yml=f"{COMPOSITE}    - uses: ./actions/deploy\n",
        actions__any__action_yml="name: x\ninputs: {command: {default: ls}}\nruns:\n  using: composite\n  steps:\n"
        "    - run: ${{ inputs.command }}\n      shell: bash\n",
        actions__node__action_yml="name: x\nruns:\n  using: node20\n  main: index.js\n",
    )


REMOTE = "{ uses: org/repo/.github/workflows/all.yml@v1 }"
LOCAL, MISSING = "{ uses: ./.github/workflows/local.yml }", "{ uses: ./.github/workflows/gone.yml }"
NOT_READ = "calls `org/repo/.github/workflows/all.yml@v1`, which was not read"
QUIET = "{ uses: ./.github/workflows/quiet.yml }"


def jobs(*texts, on="push"):
    return f"on: {on}\njobs:\n" + "".join(f"  j{number}: {text}\n" for number, text in enumerate(texts))


def steps(*texts, extra=""):
    return f"{{runs-on: x, {extra}steps: [{', '.join(texts)}]}}"


LIMITED = steps("{run: pytest}", extra="timeout-minutes: 10, ")
NO_LIMIT = steps("{run: pytest}")
CALLED = [
    ("order: [deploy]", jobs(REMOTE), UNKNOWN, f"whether a step runs the stage `deploy`: job `j0` {NOT_READ}"),
    (DELIVERY, jobs(REMOTE), UNKNOWN, f"whether a job deploys: job `j0` {NOT_READ}"),
    (DEPLOYMENT, jobs(NO_LIMIT, REMOTE), UNKNOWN, "whether a job deploys"),
    (DELIVERY, jobs(MISSING), UNKNOWN, "which could not be read"),
    ("order: [test, deploy]", jobs(LOCAL), PASSED, "test → deploy"),
    (DEPLOYMENT, jobs(LOCAL, on="{push: {branches: [main]}}"), PASSED, "A push to `main` that passes is deployed"),
    (DELIVERY, jobs(LOCAL), WORK, "A push to `main` triggers the deployment to production in job `j0 / ship`"),
    (DELIVERY, jobs("{ uses: ./.github/workflows/where.yml, with: {env: production} }", on=MAIN), UNKNOWN,
     "whether a test must pass before job `j0 / ship` deploys"),
    (DELIVERY, jobs("{ uses: ./.github/workflows/where.yml, with: {env: staging} }", on=MAIN), WORK,
     "Job `j0 / ship` deploys to the environment `staging`"),
    (DELIVERY, jobs("{ uses: ./.github/workflows/where.yml }", on=MAIN), UNKNOWN, "which environment job"),
    ("order: [deploy]", jobs(QUIET), WORK, "No step is known to run the stage `deploy`."),
    ("timeout_minutes: 30", jobs(REMOTE), UNKNOWN, "org/repo/.github/workflows/all.yml@v1"),
    ("timeout_minutes: 30", jobs(MISSING), UNKNOWN, "./.github/workflows/gone.yml"),
    ("timeout_minutes: 30", jobs(REMOTE, REMOTE), UNKNOWN, "could be read"),
    ("timeout_minutes: 30", jobs(LOCAL), WORK, "Job `j0 / check` has no timeout"),
    ("timeout_minutes: 30", jobs(QUIET), PASSED, "1 job stops after at most 30 minutes."),
    ("timeout_minutes: 30", jobs(LIMITED, REMOTE), PASSED, "1 job stops after at most 30 minutes. Not read: `org/repo"),
    ("timeout_minutes: 30", jobs(NO_LIMIT, REMOTE), WORK, "Job `j0` has no timeout: GitHub cancels it after 6 hours."),
    ("timeout_minutes: 5", jobs(LIMITED), WORK, "Job `j0` may run for 10 minutes."),
    ("timeout_minutes: 30", jobs(steps("{run: x}", extra="timeout-minutes: '${{ fromJSON(vars.T) }}', ")), UNKNOWN,
     "the timeout of job `j0`, which is evaluated at run time"),
    ("cache: true", jobs(REMOTE), UNKNOWN, NOT_READ),
    ("cache: true", jobs(NO_LIMIT), WORK, "No step is known to cache the dependencies"),
    ("cache: true", jobs(steps("{uses: acme/setup-all@v1, with: {a: b}}")), WORK,
     "No step is known to cache the dependencies"),
    ("cache: true", jobs(steps("{uses: acme/toolbox@v1}")), UNKNOWN, "whose effect is not known"),
    ("cache: true", jobs(steps("{uses: actions/cache@v4, with: {path: p, key: pip}}", "{uses: actions/setup-node@v4, "
     "with: {cache: npm}}")), PASSED, "Job `j0` caches its dependencies."),
    ("cache: true", jobs(steps("{uses: ruby/setup-ruby@v1}")), WORK, "No step is known to cache the dependencies"),
    ("cache: true", jobs(steps("{uses: ruby/setup-ruby@v1, with: {bundler-cache: true}}")), PASSED,
     "Job `j0` caches its dependencies."),
    ("cache: true", jobs(steps("{uses: actions/setup-go@v5}")), PASSED, "Job `j0` caches its dependencies."),
    ("cache: true", jobs(steps("{uses: actions/setup-go@v3}")), WORK, "No step is known to cache the dependencies"),
    ("cache: true", jobs(steps("{uses: actions/setup-go@v5, with: {cache: false}}")), WORK, "No step is known"),
    ("matrix: {v: [1]}", jobs(REMOTE), UNKNOWN, "whether a job has a matrix: `org/repo"),
    ("matrix: {v: [1]}", jobs(NO_LIMIT), WORK, "No job has a matrix."),
    ("matrix: {v: [1]}", jobs(steps("{run: x}", extra="strategy: {matrix: '${{ fromJSON(vars.M) }}'}, ")), UNKNOWN,
     "evaluated at run time"),
    ("matrix: {v: [1]}", jobs(steps("{run: x}", extra="strategy: {matrix: '${{ fromJSON(vars.M) }}'}, "),
     steps("{run: '${{ matrix.v }}'}", extra="strategy: {matrix: {v: [1]}}, ")), PASSED, "runs 1 time"),
    ("matrix: {v: [1]}", jobs(steps("{run: \"${{ matrix['v'] }}\"}", extra="strategy: {matrix: {v: [1]}}, ")), PASSED,
     "Job `j0` runs 1 time"),
    ("matrix: {v: [1]}", jobs(steps("{run: x}", extra="strategy: {matrix: {v: [1]}}, ")), WORK, "does not use"),
    ("concurrency: any", jobs(REMOTE), UNKNOWN, "whether runs can overlap: `org/repo"),
    ("concurrency: any", jobs(NO_LIMIT), WORK, "The workflow has no `concurrency`, so two runs can overlap."),
    ("concurrency: any", "concurrency: deploy\n" + jobs(NO_LIMIT), PASSED,
     "Runs in the concurrency group `deploy` run one at a time."),
    ("concurrency: any", "concurrency: '${{ github.run_id }}'\n" + jobs(NO_LIMIT), WORK, "is different for each run"),
    ("concurrency: cancel", "concurrency: {group: g, cancel-in-progress: '${{ vars.C }}'}\n" + jobs(NO_LIMIT), UNKNOWN,
     "whether runs are canceled"),
    ("concurrency: queue", "concurrency: {group: g, cancel-in-progress: true}\n" + jobs(NO_LIMIT), WORK, "is true"),
    ("no_secret_echoed: true", jobs(REMOTE), UNKNOWN, "no step in `.github/workflows/w"),
    ("no_secret_echoed: true", jobs(NO_LIMIT, REMOTE), PASSED, "1 step checked: none is known to print a secret"),
    ("no_secret_echoed: true", jobs("{uses: ./.github/workflows/leak.yml}"), WORK, "prints the secret `KEY`"),
    ("no_secret_echoed: true", jobs(steps("{uses: ./actions/leak}")), WORK, "prints the secret `KEY`"),
    ("no_secret_echoed: true", jobs(steps("{run: 'bash -c \"echo ${{ secrets.KEY }}\"'}")), WORK, "`KEY`"),
    ("no_injection: true", jobs(REMOTE), UNKNOWN, "could be read"),
    ("no_injection: true", jobs(NO_LIMIT), PASSED, "1 step checked: no script inserts untrusted input."),
    ("no_injection: true", jobs(steps("{uses: ./actions/title}")), WORK, "`github.event.issue.title`"),
    ("pinned: tag", jobs(REMOTE), PASSED, "1 action names a version."),
    ("pinned: tag", jobs(NO_LIMIT), WORK, "Nothing to check: there is no action"),
    ("pinned: tag", jobs(steps("{uses: ./actions/unpinned}")), WORK, "`acme/tool@main` in job `j0`"),
    ("permissions: {contents: read}", "permissions: {contents: read}\n" + jobs(REMOTE), PASSED,
     "No job has more permissions than"),
    ("permissions: {contents: read}", jobs(REMOTE), WORK, "does not set `permissions`"),
    ("reusable: calls", jobs(REMOTE), PASSED, "Not read: `org/repo/.github/workflows/all.yml@v1`"),
    ("reusable: calls", jobs(LOCAL), PASSED, "Job `j0` calls `./.github/workflows/local.yml`."),
    ("reusable: calls", jobs(NO_LIMIT), WORK, "No job calls a reusable workflow."),
    ("reusable: callable", jobs(NO_LIMIT), WORK, "No workflow can call this one"),
]  # fmt: skip
CALLABLE = "on: workflow_call\njobs:\n"


def test_unread_files_are_not_judged_and_an_empty_set_never_passes(judge):
    judge(
        CALLED,
        _github__workflows__local_yml=f"{CALLABLE}  check:\n    runs-on: x\n    steps: [{{run: pytest}}]\n"
        "  ship:\n    needs: check\n    runs-on: x\n    steps: [{run: ./deploy.sh}]\n",
        _github__workflows__quiet_yml=f"{CALLABLE}  a:\n    runs-on: x\n    timeout-minutes: 5\n"
        "    steps: [{run: ls}]\n",
        _github__workflows__where_yml="on: {workflow_call: {inputs: {env: {type: string}}}}\njobs:\n  ship:\n"
        "    runs-on: x\n    environment: ${{ inputs.env }}\n    steps: [{run: ./check.sh}, {run: ./deploy.sh}]\n",
        _github__workflows__leak_yml="on: {workflow_call: {secrets: {KEY: {required: true}}}}\njobs:\n"
        "  a:\n    runs-on: x\n    steps: [{run: 'echo ${{ secrets.KEY }}'}]\n",
        actions__leak__action_yml=f"{COMPOSITE}    - run: echo ${{{{ secrets.KEY }}}}\n      shell: bash\n",
        actions__title__action_yml=f"{COMPOSITE}    - run: echo ${{{{ github.event.issue.title }}}}\n"
        "      shell: bash\n",
        actions__unpinned__action_yml=f"{COMPOSITE}    - uses: acme/tool@main\n",
    )


UPLOAD, DOWNLOAD = (
    "{uses: actions/upload-artifact@v4, with: {name: dist, path: dist}}",
    "actions/download-artifact@v4",
)
PAGES = "{uses: actions/upload-pages-artifact@v3, with: {path: site}}"
GET = f"{{uses: {DOWNLOAD}, with: {{name: dist}}}}"
HANDED = [
    ("artifacts: {}", jobs(steps(PAGES), steps("{uses: actions/deploy-pages@v4}", extra="needs: j0, ")), PASSED,
     "The artifact of job `j0` is used by job `j1`."),
    ("artifacts: {made_by: build, used_by: deploy}", jobs(steps("{run: mkdocs build}", PAGES),
     steps("{uses: actions/deploy-pages@v4}", extra="needs: j0, ")), PASSED, "is used by job `j1`"),
    ("order: [artifact, deploy]", jobs(steps(PAGES), steps("{uses: actions/deploy-pages@v4}", extra="needs: j0, ")),
     PASSED, "artifact → deploy"),
    ("artifacts: {}", jobs(steps(PAGES), steps("{uses: actions/deploy-pages@v4}")), WORK, "does not wait for job `j0`"),
    ("artifacts: {}", jobs(steps(UPLOAD), steps(GET, extra="needs: j0, ")), PASSED, "is used by job `j1`"),
    ("artifacts: {name: github-pages}", jobs(steps(PAGES), steps("{uses: actions/deploy-pages@v4}",
     extra="needs: j0, ")), PASSED, "is used by job `j1`"),
    ("artifacts: {}", jobs(steps("{uses: actions/cache@v4, with: {path: dist, key: k}}")), WORK,
     "No step is known to upload an artifact."),
    ("artifacts: {}", jobs(steps("{run: docker push app}")), WORK, "No step is known to upload an artifact."),
    ("artifacts: {}", jobs(steps("{run: ./upload.sh}")), WORK, "No step is known to upload an artifact."),
    ("artifacts: {}", jobs(steps("{uses: acme/store@v1}")), UNKNOWN, "whether a step uploads an artifact: "),
    ("artifacts: {}", jobs(REMOTE), UNKNOWN, f"whether a step uploads an artifact: job `j0` {NOT_READ}"),
    ("artifacts: {name: wheel}", jobs(REMOTE), UNKNOWN, "whether a step uploads the artifact `wheel`"),
    ("artifacts: {}", jobs(steps(UPLOAD)), WORK, "no step in a later job is known to download it"),
    ("artifacts: {}", jobs(steps(UPLOAD), "{uses: org/repo/.github/workflows/all.yml@v1, needs: j0}"), UNKNOWN,
     "whether a later job downloads `dist`"),
    ("artifacts: {}", jobs(steps("{uses: ./actions/store}"), steps(GET, extra="needs: j0, ")), PASSED, "by job `j1`"),
    ("order: [test, artifact]", jobs(steps("{run: pytest}", "{uses: ./actions/store}")), PASSED, "test → artifact"),
]  # fmt: skip


STARTING = [
    ("starts_on: [{event: push, branch: main}]", jobs(NO_LIMIT), PASSED, "A push to `main` triggers it."),
    ("starts_on: [{event: push, branch: main}]", jobs(NO_LIMIT, on="{push: {paths: [src/**]}}"), PASSED,
     "A push to `main` triggers it if it changes certain files."),
    ("starts_on: [{event: push, branch: main}]", jobs(NO_LIMIT, on="{push: {tags: ['v*']}}"), WORK, "does not trigger"),
    ("not_on: [{event: push, branch: dev}]", jobs(NO_LIMIT, on=MAIN), PASSED, "A push to `dev` does not."),
    ("order: [publish, deploy]", jobs(steps("{run: docker push app}")), WORK,
     "No step is known to run the stage `deploy`."),
    ("order: [publish, deploy]", jobs(steps("{run: docker push app}", "{run: ./deploy.sh}")), PASSED,
     "publish → deploy"),
    ("order: [deploy, publish]", jobs(steps("{run: docker push app}")), WORK,
     "No step is known to run the stage `deploy`."),
    ("order: [test]", jobs(steps("{run: 'pytest || [ -e x ]'}")), UNKNOWN, "whether a failure of `pytest"),
    ("order: [test, deploy]", jobs(steps("{run: 'pytest || [ -e x ]'}", "{run: ./deploy.sh}")), UNKNOWN,
     "whether a failure of `pytest"),
    ("order: [test, deploy]", jobs(steps("{run: 'pytest || [ -e x ]'}", "{run: pytest -q}", "{run: ./deploy.sh}")),
     PASSED, "test → deploy"),
    ("order: [test, deploy]", jobs(steps("{run: pytest}", "{run: './deploy.sh || [ -e x ]'}")), PASSED,
     "test → deploy"),
    (DEPLOYMENT, flow(MAIN).replace("run: pytest", "run: 'pytest || [ -e x ]'"), UNKNOWN,
     "whether a failure of `pytest"),
    ("order: [publish]", jobs(steps("{run: twine upload --repository testpypi dist/*}")), PASSED, "publish"),
    ("order: [deploy]", jobs(steps("{run: twine upload --repository testpypi dist/*}")), WORK,
     "No step is known to run the stage `deploy`."),
    ("order: [deploy]", jobs(steps("{run: docker push app}")), PASSED, "deploy"),
]  # fmt: skip


def test_events_that_start_a_workflow_are_recognised(judge):
    judge(STARTING)


def contradictions(text):
    """Yield pairs of answers about one file of which only one can be true."""
    workflow = read_workflow("ci.yml", text)
    pipeline = Pipeline(workflow, expand_jobs(workflow, lambda path: None), {})
    deploy = in_order(pipeline, ["deploy"])
    for way in ("continuous-delivery", "continuous-deployment"):
        found = Delivery(pipeline, "production", "main").judge(way)
        none = any("No step is known to deploy" in finding.says for finding in found.findings)
        if none != bool(deploy.findings) or (deploy.unknown and not found.unknown):
            yield text, deploy, found
    stored, handed = in_order(pipeline, ["artifact"]), handed_over(pipeline, Handover())
    if stored.holds and any("No step is known to upload" in finding.says for finding in handed.findings):
        yield text, stored, handed


def test_no_two_questions_contradict_each_other_on_one_file():
    texts = [row[1] for row in [*STARTS, *MEANING, *CALLED, *HANDED]]
    assert [said for text in texts for said in contradictions(text)] == []


def test_an_artifact_is_the_same_thing_to_all_questions(judge):
    judge(HANDED, actions__store__action_yml=f"{COMPOSITE}    - {UPLOAD}\n")


def publishing(step):
    return flow(MAIN, step)


PUBLISHES = [
    (DEPLOYMENT, publishing("{run: docker push app}"), PASSED,
     "A push to `main` that passes publishes the result, and"),
    (DEPLOYMENT, publishing("{run: twine upload dist/*}"), PASSED,
     "A push to `main` that passes publishes the result, and"),
    (DEPLOYMENT, publishing("{uses: pypa/gh-action-pypi-publish@release/v1}"), PASSED, "publishes the result"),
    (DEPLOYMENT, publishing("{run: docker push app}, {run: ./deploy.sh}"), PASSED,
     "that passes is deployed to production"),
    (DELIVERY, publishing("{run: docker push app}"), WORK, "A push to `main` triggers the publication in job `deploy`"),
    (DEPLOYMENT, flow(MAIN, "{run: docker push app}").replace("    needs: test\n", ""), WORK,
     "Job `deploy` publishes without waiting for the tests to pass."),
    (DEPLOYMENT, publishing("{run: npm publish}").replace("run: pytest", "run: ./ship.sh"), UNKNOWN,
     "whether a test must pass before job `deploy` publishes: "),
    (DELIVERY, publishing("{run: npm publish}").replace("needs: test\n", "needs: test\n    environment: staging\n"),
     WORK, "Job `deploy` publishes to the environment `staging`"),
    (DELIVERY, publishing("{run: npm publish}").replace("needs: test\n", "needs: test\n    environment: ${{ vars.E }}\n"
     ), UNKNOWN, "which environment job `deploy` publishes to: "),
    (DEPLOYMENT, flow("{push: {tags: ['v*']}}", "{run: npm publish}"), WORK, "does not run the publication in job"),
    *((DEPLOYMENT, publishing(step), WORK, "No step is known to deploy.") for step in (
        "{run: twine upload --repository testpypi dist/*}",
        "{run: twine upload -r testpypi dist/*}",
        "{run: 'twine upload --repository-url https://test.pypi.org/legacy/ dist/*'}",
        "{run: twine upload dist/*, env: {TWINE_REPOSITORY: testpypi}}",
        "{run: 'TWINE_REPOSITORY_URL=https://test.pypi.org/legacy/ twine upload dist/*'}",
        "{run: poetry publish -r test-pypi}",
        "{run: 'uv publish --publish-url https://test.pypi.org/legacy/'}",
        "{uses: pypa/gh-action-pypi-publish@release/v1, with: {repository-url: 'https://test.pypi.org/legacy/'}}",
    )),
]  # fmt: skip


def test_publishing_is_not_called_a_deployment(judge):
    judge(PUBLISHES)


@pytest.mark.parametrize(
    ("on", "events"),
    [
        ("{push: {tags: ['v*']}}", "the event `push`"),
        ("[release, pull_request]", "the events `release` and `pull_request`"),
    ],
)
def test_events_that_do_not_deploy_are_named(repo, on, events):
    repo.put(".github/workflows/ci.yml", flow(on))
    repo.commit()
    assert repo.ask(f"workflow: {{path: .github/workflows/ci.yml, {DEPLOYMENT}}}").found == events
