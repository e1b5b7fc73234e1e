"""The effects of known actions: a table by name, and by inputs if they decide."""

import re
from fnmatch import fnmatchcase

from .commands import commands_of
from .effects import NOTHING, UNKNOWN, Effect, combine
from .model import Step
from .remote import effect_of_command, on_a_server

# The first line that fits counts; `-` is none of the stages, `@input` judges the commands of that input.
_TABLE = """
actions/checkout: checkout
actions/upload-artifact|actions/upload-artifact/merge|actions/upload-pages-artifact: artifact
actions/download-artifact|dawidd6/action-download-artifact|robinraju/release-downloader: download
actions/deploy-pages: deploy
actions/jekyll-build-pages: build
actions/create-release|actions/upload-release-asset: publish
docker/build-push-action|docker/bake-action|redhat-actions/buildah-build: build
redhat-actions/push-to-registry|docker/push-action: publish
pypa/cibuildwheel: build test
hynek/build-and-inspect-python-package|pyo3/maturin-action: build
pypa/gh-action-pypi-publish|js-devtools/npm-publish|softprops/action-gh-release: publish
ncipollo/release-action: publish
svenstaro/upload-release-action|marvinpinto/action-automatic-releases: publish
elgohr/publish-docker-github-action: publish
cycjimmy/semantic-release-action|python-semantic-release/*|googleapis/release-please-action: publish
rubygems/release-gem: publish
google-github-actions/release-please-action|helm/chart-releaser-action|katyo/publish-crates: publish
mr-smithers-excellent/*: publish
goreleaser/goreleaser-action: @goreleaser args
appleboy/ssh-action|fifsky/ssh-action|garygrossgarten/github-action-ssh: @server script
azure/cli|azure/powershell: @script inlineScript
nick-fields/retry|nick-invision/retry|wandalen/wretry.action: @script command
borales/actions-yarn: @yarn cmd
actions-rs/cargo: @cargo command
gradle/gradle-build-action|eskatos/gradle-command-action: @gradle arguments
superfly/flyctl-actions: @flyctl args
cloudflare/wrangler-action: @wrangler command
pulumi/actions: @pulumi command
digitalocean/action-doctl|*/setup-*|*/*-setup|*/setup|*/install-*|*/*-installer|*/*-install: -
actions/cache|actions/cache/*|*/*-cache|*/cache-*|swatinem/rust-cache|*/cache: -
*/login-action|*/*-login|*/*login|*/auth|*/configure-*|*/*-credentials*|*/get-*|azure/aks-set-context: -
azure/k8s-set-context: -
azure/k8s-bake|azure/k8s-create-secret|webfactory/ssh-agent|shimataro/ssh-key-action: -
docker/metadata-action: -
actions/labeler|actions/stale|actions/first-interaction|actions/add-to-project|actions/attest*: -
actions/create-github-app-token: -
*/lock-threads|*/no-response|*/*-label*|*/*-assign*|*/*-stale*|*/todo-*|*/*welcome*: -
actions/delete-package-versions|actions/ai-inference|dorny/*|tj-actions/*|technote-space/*: -
trilom/file-changes-action: -
peter-evans/*|stefanzweifel/git-auto-commit-action|ad-m/github-push-action|endbug/add-and-commit: -
release-drafter/*: -
codecov/*|coverallsapp/*|codacy/*|*/*-coverage*|*/*comment*|*/*notify*|*/*slack*|*/*discord*|*/*telegram*: -
*/*teams*: -
*/wait-for-*|*/*-wait*|*/wait-on*|jakejarvis/wait-action|*/*deployment-status*|chrnorm/deployment-action: -
bobheadxi/deployments: -
trstringer/manual-approval|*/manual-approval*|step-security/*|jlumbroso/free-disk-space: -
mxschmitt/action-tmate|*/*-tag-action: -
ruby/setup-ruby|gradle/actions/*|google-github-actions/auth|aws-actions/amazon-ecr-login: -
aws-actions/amazon-ecs-render-*: -
helm/kind-action|supercharge/*|iterative/*|sigstore/*|anchore/sbom-action|benchmark-action/*: -
crazy-max/ghaction-*: -
astral-sh/ruff-action|psf/black|pre-commit/action|github/codeql-action/*: lint
actions/dependency-review-action|crate-ci/typos: lint
*/isort-action|*/*-format*: lint
*/*lint*|*/pyright-action|*/ruff-action|sonarsource/*|aquasecurity/*|snyk/*|ossf/*|anchore/scan-action: lint
reviewdog/*: lint
gitleaks/*|trufflesecurity/*|bridgecrewio/*|zaproxy/*|returntocorp/*|ludeeus/*|rhysd/actionlint: lint
cypress-io/github-action|grafana/*k6*|*/pytest*|*/*-test-action|matt-ball/newman-action: test
treosh/lighthouse-ci-action: test
dflook/*plan|dflook/*validate|dflook/*fmt*: -
dflook/*apply|azure/functions-action|azure/arm-deploy|appleboy/scp-action|nwtgck/actions-netlify: deploy
amondnet/vercel-action: deploy
peaceiris/actions-gh-pages|cloudflare/pages-action|digitalocean/app_action*: deploy
jakejarvis/s3-sync-action|einaregilsson/*: deploy
dawidd6/action-ansible-playbook|burnett01/rsync-*|easingthemes/ssh-*|up9cloud/action-rsync: deploy
google-github-actions/upload-cloud-storage: deploy
*/*undeploy*|*/*deploy*check*|*/*deployment-*|*/*deployments*|*/*predeploy*: ?
*/*deploy*: deploy
"""
_RULES = [
    (names.split("|"), effect)
    for names, _, effect in (line.rpartition(": ") for line in _TABLE.strip().split("\n"))
]
_DRY = re.compile(r"dry[-_]?run|just[-_]?print|no[-_]?deploy|skip[-_]?(?:deploy|publish)", re.IGNORECASE)
_IN_SCRIPT = re.compile(r"deploy|release|upload|publish", re.IGNORECASE)


def effect_of_action(step: Step) -> Effect:
    """Return the effect of a step with `uses`."""
    found = _by_table(step)
    if any(_DRY.fullmatch(key) and value.strip().lower() == "true" for key, value in step.inputs.items()):
        return found.without({"deploy", "publish"})
    return found


def _by_table(step: Step) -> Effect:
    if step.action == "actions/github-script":
        return UNKNOWN if _IN_SCRIPT.search(_input(step, "script")) else NOTHING
    effect = next((effect for patterns, effect in _RULES if _is_one_of(step.action, patterns)), "?")
    if effect.startswith("@"):
        return _by_input(step, *effect[1:].split(" "))
    if step.action.startswith("docker/b") and _pushes(step):
        return Effect(("build", "publish"))
    return {"-": NOTHING, "?": UNKNOWN}.get(effect) or Effect(tuple(effect.split()))


def _is_one_of(action: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(action, pattern) for pattern in patterns)


def _by_input(step: Step, program: str, name: str) -> Effect:
    text = _input(step, name)
    if program == "server":
        return on_a_server(text) if text else UNKNOWN
    if program == "script":
        return effect_of_script(text)
    default = {"wrangler": "deploy", "goreleaser": "release"}.get(program, "")
    return effect_of_script(f"{program} {text or default}")


def effect_of_script(script: str) -> Effect:
    return combine([effect_of_command(command) for command in commands_of(script)])


def _input(step: Step, name: str) -> str:
    # GitHub ignores the case of input names
    return next((text for key, text in step.inputs.items() if key.lower() == name.lower()), "")


def _pushes(step: Step) -> bool:
    sent = _input(step, "push")
    return sent not in ("", "false") or "type=registry" in _input(step, "outputs")


def is_upload(step: Step) -> bool:
    return step.action in ("actions/upload-artifact", "actions/upload-pages-artifact")


def is_download(step: Step) -> bool:
    """Return True if the step downloads an artifact of the same run."""
    return (
        step.action in ("actions/download-artifact", "actions/deploy-pages") and "run-id" not in step.inputs
    )


def artifact_name(step: Step) -> str:
    """Return the name of the artifact, by GitHub's defaults if the step sets none."""
    if step.action in ("actions/upload-pages-artifact", "actions/deploy-pages"):
        return _input(step, "name") or _input(step, "artifact_name") or "github-pages"
    return _input(step, "name") or ("artifact" if is_upload(step) else "")
