import pytest

from labs.grader.workflows.commands import commands_of
from labs.grader.workflows.reading import read_workflow
from labs.grader.workflows.stages import acts_of, of_command


def stages(script):
    return [stage for command in commands_of(script) for stage in of_command(command)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("pytest", ["test"]),
        ("python -m pytest -q tests", ["test"]),
        ("python3.12 -W error -m unittest discover", ["test"]),
        ("PYTHONPATH=src pytest", ["test"]),
        ("sudo env A=1 pytest", ["test"]),
        ("uv run pytest", ["test"]),
        ("poetry run python -m pytest", ["test"]),
        ("coverage run -m pytest", ["test"]),
        ("npm test", ["test"]),
        ("npm run test:unit", ["test"]),
        ("npm --prefix web test", ["test"]),
        ("go test ./...", ["test"]),
        ("make test", ["test"]),
        ("docker run --rm app pytest", ["test"]),
        ("docker compose run web python manage.py test", ["test"]),
        ("if ! pytest; then exit 1; fi", ["test"]),
        ("echo pytest", []),
        ("# pytest", []),
        ("grep pytest requirements.txt", []),
        ("cat > run.sh <<EOF\npytest\nEOF\necho done", []),
        ("pip install pytest", ["install"]),
        ("pip install .", ["install", "build"]),
        ("pip install -e '.[test]'", ["install", "build"]),
        ("python -m build", ["build"]),
        ("python setup.py sdist bdist_wheel", ["build"]),
        ("docker build -t app .", ["build"]),
        ("docker buildx build --push -t app .", ["build", "publish"]),
        ("docker compose build", ["build"]),
        ("npm ci && npm run build", ["install", "build"]),
        ("make", ["build"]),
        ("cd app; python -m build; cd ..", ["build"]),
        ("ruff check . && mypy src", ["lint", "lint"]),
        ("docker push registry/app", ["publish"]),
        ("python -m twine upload dist/*", ["publish"]),
        ("gh release create v1 dist/*", ["publish"]),
        ("kubectl -n prod apply -f k8s/", ["deploy"]),
        ("helm upgrade --install app chart", ["deploy"]),
        ("rsync -az dist/ host:/srv", ["deploy"]),
        ("aws --region x s3 sync dist s3://b", ["deploy"]),
        ("flyctl deploy --remote-only", ["deploy"]),
        ("./scripts/deploy.sh", ["deploy"]),
        ("bash scripts/run_tests.sh", ["test"]),
        ("python train.py", []),
        ("pytest \\\n  -q \\\n  tests", ["test"]),
        ("echo 'an open quote", []),
        ("", []),
    ],
)
def test_a_script_is_read_as_stages(script, expected):
    assert stages(script) == expected


def acts(steps, job=""):
    text = f"on: push\njobs:\n  a:\n    runs-on: x\n{job}    steps:\n{steps}"
    workflow = read_workflow("ci.yml", text)
    assert not workflow.faults, workflow.faults
    return acts_of(workflow.jobs["a"], {"train": r"train\.py"})


@pytest.mark.parametrize(
    ("step", "excuse"),
    [
        ("      - run: pytest\n", ""),
        ("      - run: pytest || true\n", "the script continues after the failure"),
        ("      - run: pytest || exit 1\n", ""),
        ("      - run: pytest || echo failed\n", "the script continues after the failure"),
        (
            "      - run: |\n          set +e\n          pytest\n          ls\n",
            "the script continues after the failure",
        ),
        ("      - run: pytest\n        continue-on-error: true\n", "it has `continue-on-error: true`"),
        ("      - run: pytest | tee log\n", "the pipe hides its exit code (with `shell: bash` it would not)"),
        ("      - run: pytest | tee log\n        shell: bash\n", ""),
        ("      - run: |\n          set -o pipefail\n          pytest | tee log\n", ""),
    ],
)
def test_a_test_that_cannot_fail_the_job_is_reported_with_the_cause(step, excuse):
    assert [(act.stage, act.excuse) for act in acts(step)] == [("test", excuse)]


def test_a_step_that_never_runs_does_nothing():
    assert (
        acts("      - run: pytest\n        if: false\n      - run: pytest\n        if: ${{ false }}\n") == []
    )


def test_actions_and_own_stages_are_recognised_with_their_lines():
    steps = (
        "      - uses: actions/checkout@v4\n      - run: |\n          cd x\n\n          python train.py\n"
        "          pytest\n"
        "      - uses: Actions/Upload-Artifact@v4\n"
        "      - uses: docker/build-push-action@v6\n        with: {push: true}\n"
    )
    assert [(act.stage, act.place.line) for act in acts(steps)] == [
        ("checkout", 6),
        ("train", 10),
        ("test", 11),
        ("artifact", 12),
        ("build", 13),
        ("publish", 13),
    ]


def test_a_job_with_an_environment_deploys_only_if_its_steps_do():
    job = "    environment: production\n"
    assert acts("      - run: echo out\n", job) == []
    assert [act.stage for act in acts("      - run: pytest\n", job)] == ["test"]
    assert [act.stage for act in acts("      - run: kubectl apply -f k8s\n", job)] == ["deploy"]


def test_a_long_script_is_read_quickly():
    assert len(commands_of("echo 'x\n" * 3000)) > 0
    assert len(commands_of("${{" * 20_000)) > 0


def test_an_unterminated_quote_keeps_the_lines_after_it():
    assert [command.line for command in commands_of('"\n`a`\nb $(\nc)\nd')] == [0, 1, 1, 2, 2, 4]
