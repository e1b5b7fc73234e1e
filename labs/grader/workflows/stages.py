"""What a step does: checkout, install, lint, build, test, artifact, publish, deploy. Names are not looked at."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ..findings import Place
from .commands import Command, commands_of
from .expressions import holds
from .model import Job, Step

STAGES = ("checkout", "install", "lint", "build", "test", "artifact", "download", "publish", "deploy")

# Programs with the words that follow them; one word may stand between two, as the value of an option does.
_COMMANDS = {
    "checkout": "git clone|gh repo clone",
    "install": (
        "pip install|pip3 install|npm ci|npm install|npm i|yarn install|pnpm install|pnpm i|bun install|uv sync"
        "|uv pip install|poetry install|pipenv install|pipenv sync|pdm install|pdm sync|bundle install|composer install"
        "|go mod download|cargo fetch|conda install|conda env create|mamba install"
    ),
    "lint": (
        "ruff|flake8|black|isort|pylint|mypy|pyright|bandit|pre-commit|eslint|prettier|npm run lint*|yarn lint*"
        "|pnpm lint*|hadolint|shellcheck|yamllint|actionlint|golangci-lint|cargo clippy|cargo fmt|make lint|just lint"
    ),
    "build": (
        "build|pyproject-build|pip wheel|pip3 wheel|setup.py sdist|setup.py bdist*|setup.py build|hatch build"
        "|poetry build|uv build|flit build|pdm build|npm run build*|npm pack|yarn build*|yarn run build*|pnpm build*"
        "|pnpm run build*|bun run build*|docker build|docker compose build|docker-compose build|docker buildx build"
        "|podman build|buildah build|buildah bud|mvn package|mvn install|mvn verify|mvnw package|mvnw verify"
        "|gradle build|gradle assemble|gradlew build|gradlew assemble|go build|cargo build|dotnet build|dotnet publish"
        "|make build*|make all|make dist|make image|make package|just build|cmake|tsc|vite build|webpack|ng build"
        "|mkdocs build|sphinx-build|jekyll build|hugo|bazel build|compileall|sam build|pyinstaller|zipapp"
    ),
    "test": (
        "pytest|py.test|unittest|doctest|tox|nox|nose2|behave|robot|npm test|npm t|npm run test*|yarn test*"
        "|yarn run test*|pnpm test*|pnpm run test*|bun test|deno test|jest|vitest|mocha|ava|cypress run|playwright test"
        "|newman run|go test|gotestsum|cargo test|cargo nextest|mvn test|mvn verify|mvnw test|mvnw verify|gradle test"
        "|gradle check|gradlew test|gradlew check|dotnet test|ctest|bats|phpunit|rspec|rake test|manage.py test"
        "|make test*|make check|just test*|hatch test"
    ),
    "publish": (
        "docker push|docker compose push|docker-compose push|podman push|buildah push|skopeo copy|crane push|helm push"
        "|twine upload|npm publish|yarn publish|pnpm publish|poetry publish|uv publish|flit publish|hatch publish"
        "|pdm publish|cargo publish|gem push|gh release create|gh release upload|make publish|make push|make release"
    ),
    "deploy": (
        "kubectl apply|kubectl set|kubectl rollout|kubectl create|kubectl replace|kustomize apply|helm upgrade"
        "|helm install|argocd app sync|ssh|scp|sftp|rsync|lftp|aws s3 sync|aws s3 cp|aws ecs update-service"
        "|aws lambda update-function-code|aws cloudformation deploy|aws deploy|aws apprunner start-deployment|eb deploy"
        "|gcloud run deploy|gcloud app deploy|gcloud functions deploy|gcloud storage cp|gsutil|az webapp"
        "|az containerapp|az functionapp|az container create|az acr import|flyctl deploy|fly deploy|heroku|vercel"
        "|netlify deploy|firebase deploy|serverless deploy|sls deploy|sam deploy|cdk deploy|terraform apply|tofu apply"
        "|pulumi up|ansible-playbook|cap production deploy|docker stack deploy|docker compose up|docker-compose up"
        "|nomad job run|railway up|render deploy|wrangler deploy|wrangler publish|mkdocs gh-deploy|gh-pages|dokku"
        "|git push heroku|git push dokku|make deploy*|just deploy*|npm run deploy*|yarn deploy*|surge|modal deploy"
    ),
}
_ACTIONS = {
    "checkout": "actions/checkout",
    "lint": "pre-commit/action|astral-sh/ruff-action|psf/black|hadolint/hadolint-action|github/super-linter*",
    "build": (
        "docker/build-push-action|docker/bake-action|pypa/cibuildwheel|hynek/build-and-inspect-python-package"
        "|actions/jekyll-build-pages"
    ),
    "test": "cypress-io/github-action",
    "artifact": "actions/upload-artifact|actions/upload-pages-artifact",
    "download": "actions/download-artifact",
    "publish": (
        "pypa/gh-action-pypi-publish|softprops/action-gh-release|ncipollo/release-action|actions/create-release"
        "|js-devtools/npm-publish|goreleaser/goreleaser-action"
    ),
    "deploy": (
        "actions/deploy-pages|peaceiris/actions-gh-pages|azure/functions-action|appleboy/ssh-action|appleboy/scp-action"
        "|cloudflare/wrangler-action|cloudflare/pages-action|nwtgck/actions-netlify|amondnet/vercel-action"
        "|digitalocean/app_action|superfly/flyctl-actions|*/*deploy*"
    ),
}
_RULES: dict[str, list[tuple[str, list[str]]]] = {}  # by the program
for _stage, _rules in _COMMANDS.items():
    for _rule in _rules.split("|"):
        _RULES.setdefault(_rule.split()[0], []).append((_stage, _rule.split()[1:]))
_USES = {stage: rules.split("|") for stage, rules in _ACTIONS.items()}
_IN_STEP = 1_000_000  # more than a step has commands
_SHELLS = {"bash", "sh", "zsh", "source", "."}
_CARRIERS = ("docker run", "docker exec", "docker compose run", "docker compose exec", "docker-compose run")
_SCRIPT_WORDS = {
    "deploy": "deploy",
    "release": "publish",
    "publish": "publish",
    "build": "build",
    "lint": "lint",
}


@dataclass(frozen=True)
class Act:
    """A stage at a step; `order` counts within its job. `excuse` says why a failure of it stops nothing."""

    stage: str
    job: str
    order: int
    place: Place
    text: str
    condition: str = ""
    excuse: str = ""


def acts_of(job: Job, own: dict[str, str] | None = None) -> list[Act]:
    """What the steps of a job do, in their order. `own` are further stages: regexes of commands and actions.

    A job with an environment that neither builds nor tests deploys, also where no step is known to.
    """
    acts = [act for step in job.steps for act in _step_acts(job, step, own or {})]
    done = {act.stage for act in acts}
    if job.environment and job.steps and done.isdisjoint({"deploy", "publish", "build", "test"}):
        last = job.steps[-1]
        acts.append(
            Act(
                "deploy",
                job.id,
                last.number * _IN_STEP,
                job.place,
                f"environment {job.environment}",
                last.condition,
            )
        )
    return acts


def _step_acts(job: Job, step: Step, own: dict[str, str]) -> Iterator[Act]:
    if holds(step.condition, {}) is False or holds(job.condition, {}) is False:
        return
    may_fail = "it has `continue-on-error: true`" if step.may_fail or job.may_fail else ""
    for stage in _of_action(step, own):
        yield Act(stage, job.id, step.number * _IN_STEP, step.place, step.uses, step.condition, may_fail)
    seen: dict[str, Act] = {}
    for at, command in enumerate(commands_of(step.run)):
        for stage in of_command(command, own):
            excuse = may_fail or _excuse(command, step)
            place = Place(step.place.path, line_of(step, command))
            act = Act(
                stage,
                job.id,
                step.number * _IN_STEP + at,
                place,
                command.text.strip(),
                step.condition,
                excuse,
            )
            if stage not in seen or (seen[stage].excuse and not excuse):
                seen[stage] = act
    yield from seen.values()


def line_of(step: Step, command: Command) -> int:
    return step.script_line + (0 if step.folded else command.line)


def _excuse(command: Command, step: Step) -> str:
    if command.ignored:
        return "the script goes on when it fails"
    if command.pipe and step.shell not in ("bash", "pwsh") and "pipefail" not in step.run:
        return "its exit code is lost in the pipe (`shell: bash` keeps it)"
    return ""


def _of_action(step: Step, own: dict[str, str]) -> list[str]:
    if not step.uses:
        return []
    found = [
        stage
        for stage, patterns in _USES.items()
        if any(fnmatchcase(step.action, pattern) for pattern in patterns)
    ]
    if step.action == "docker/build-push-action" and step.inputs.get("push", "false") != "false":
        found.append("publish")
    return [*found, *(stage for stage, pattern in own.items() if re.search(pattern, step.uses))]


def of_command(command: Command, own: dict[str, str] | None = None) -> list[str]:
    """The stages of one command; `make` alone builds, `pip install .` builds what it installs."""
    found = _of_words(command.words)
    found += [stage for stage, pattern in (own or {}).items() if re.search(pattern, command.text)]
    return list(dict.fromkeys(found))


def _of_words(words: list[str]) -> list[str]:
    if not words:
        return []
    program = posixpath.basename(words[0])
    plain = [program, *(word for word in words[1:10] if not word.startswith("-"))]
    if " ".join(plain[:2]) in _CARRIERS or " ".join(plain[:3]) in _CARRIERS:
        inside = [stage for at in range(2, len(words[:12])) for stage in _of_words(words[at:])]
        return [stage for stage in inside if stage in ("test", "lint")]
    if words == ["make"]:
        return ["build"]
    found = list(dict.fromkeys(stage for stage, rule in _RULES.get(program, ()) if _fits(rule, plain)))
    if "install" in found and any(word in (".", "./") or word.startswith(".[") for word in words):
        found.append("build")
    if "build" in found and "--push" in words:
        found.append("publish")
    return found or _of_script(words)


def _fits(rule: list[str], words: list[str]) -> bool:
    """Do the words of a rule follow the program?"""
    at = 0
    for wanted in rule:
        near = [i for i in (at + 1, at + 2) if i < len(words) and fnmatchcase(words[i], wanted)]
        if not near:
            return False
        at = near[0]
    return True


def _of_script(words: list[str]) -> list[str]:
    """A script of the repository, such as `./scripts/deploy.sh`: the words of its file name count."""
    script = words[1] if words[0] in _SHELLS and len(words) > 1 else words[0]
    if not script.startswith("./") and not script.endswith((".sh", ".py")):
        return []
    name = re.split(r"[^a-z]+", posixpath.splitext(posixpath.basename(script))[0].lower())
    tests = ["test"] if {"test", "tests"}.intersection(name) else []
    return tests + [stage for word, stage in _SCRIPT_WORDS.items() if word in name]
