"""Programs whose effect depends on more than their subcommands: build tools, task runners, Git."""

import re

from .effects import NOTHING, UNKNOWN, Call, Effect, combine, effect_of, judge, of_name, of_script
from .wrappers import unwrap

BUILD, TEST, LINT, INSTALL = Effect(("build",)), Effect(("test",)), Effect(("lint",)), Effect(("install",))
PUBLISH, DEPLOY, BUILD_PUBLISH = Effect(("publish",)), Effect(("deploy",)), Effect(("build", "publish"))
_IN_CODE = re.compile(
    r"deploy|upload|publish|boto3|requests\.|httpx|urllib|paramiko|subprocess|os\.system|\bexec\(|fetch\("
)
_REMOTES = (
    "heroku",
    "dokku",
    "production",
    "prod",
    "staging",
    "live",
    "deploy",
    "piku",
    "clever",
    "scalingo",
    "azure",
)
_NOT_BUILT = {"deploy", "publish"}
_SITES = ("gh-pages", "pages", "netlify", "deploy")


@judge
def pip(call: Call) -> Effect:
    # `pip install .` also builds the package
    own = any(word in (".", "./") or word.startswith((".[", "./[")) for word in call.words)
    return Effect(("install", "build")) if own else INSTALL


@judge
def with_build(call: Call) -> Effect:
    return BUILD_PUBLISH if call.has("--build") else PUBLISH


@judge
def setup_py(call: Call) -> Effect:
    return BUILD_PUBLISH if "upload" in call.plain else BUILD


@judge
def tsc(call: Call) -> Effect:
    return LINT if call.has("--noEmit") else BUILD


@judge
def script(call: Call) -> Effect:
    # `npm run NAME`
    return of_name(next((word for word in call.plain[1:] if word not in ("run", "run-script", "task")), ""))


@judge
def name(call: Call) -> Effect:
    # `yarn NAME`: a script of the project or an installed program
    found = of_name(call.plain[1]) if len(call.plain) > 1 else UNKNOWN
    return found if found.known else effect_of(list(call.plain[1:]))


@judge
def task(call: Call) -> Effect:
    # `hatch run NAME`: a program, or a task of the project
    if len(call.words) < 2:
        return UNKNOWN  # a real program called `project-task`
    found = effect_of(list(call.words[1:]), call.body)
    named = of_name(call.words[1])
    return found if found.stages or not (named.known and named.stages) else named


@judge
def workspace(call: Call) -> Effect:
    # `yarn workspace web deploy`
    return effect_of(["yarn", *call.plain[3:]]) if len(call.plain) > 3 else UNKNOWN


@judge
def find(call: Call) -> Effect:
    # the command after `-exec`
    at = next((at for at, word in enumerate(call.words) if word.startswith("-exec")), len(call.words))
    inner = [word for word in call.words[at + 1 :] if word not in (";", "+", "{}")]
    return effect_of(unwrap(inner)) if inner else NOTHING


@judge
def flag_targets(call: Call) -> Effect:
    named = call.value("-t", "--target", "--targets") or " ".join(call.plain[2:])
    return combine([of_name(one) for one in re.split(r"[,\s]+", named) if one])


@judge
def script_argument(call: Call) -> Effect:
    # `firebase emulators:exec 'npm test'`
    return effect_of(unwrap(call.plain[-1].split()))


@judge
def tasks(call: Call) -> Effect:
    # targets of `make` and similar; without a target the first one, which usually builds
    if call.has("--just-print", "--recon", "--question", "--list", "--summary") or any(
        re.fullmatch(r"-[a-zA-Z]*[nq][a-zA-Z]*", word) for word in call.words[1:] if "j" not in word
    ):
        return NOTHING
    targets = [word for word in call.plain[1:] if "=" not in word and not word.isdigit()]
    elsewhere = call.value(
        "-f", "--file", "--makefile", "-C", "--directory", "-t", "--taskfile", "--justfile"
    )
    if not targets and not _NOT_BUILT.isdisjoint(of_script(elsewhere).stages):
        return UNKNOWN  # its first target may be anything
    if not targets:
        return BUILD if call.program in ("make", "gmake", "ninja") else UNKNOWN
    return combine([_of_target(target) for target in targets])


def _of_target(target: str) -> Effect:
    usual = {"all": BUILD, "check": TEST, "push": PUBLISH, "assemble": BUILD, "compile": BUILD}
    return usual.get(target) or of_name(target)


@judge
def maven(call: Call) -> Effect:
    # a phase runs the phases before it, so `package` tests unless tests are skipped
    skipped = any(re.match(r"-D(?:skipTests|maven\.test\.skip)(?!=false)", word) for word in call.words)
    phases = {
        "compile": ("build",),
        "test": ("test",),
        "package": ("test", "build"),
        "verify": ("test", "build"),
        "install": ("test", "build"),
        "deploy": ("test", "build", "publish"),
        "release:perform": ("build", "publish"),
    }
    found = dict.fromkeys(stage for word in call.plain[1:] for stage in phases.get(word, ()))
    return Effect(tuple(stage for stage in found if not (skipped and stage == "test")))


@judge
def gradle(call: Call) -> Effect:
    # `build` is `assemble` and `check`, unless `-x test` skips the tests
    skipped = call.value("-x", "--exclude-task").endswith(("test", "check"))
    usual = {
        "build": ("test", "build"),
        "check": ("test",),
        "test": ("test",),
        "assemble": ("build",),
        "jar": ("build",),
        "bootJar": ("build",),
        "publish": ("publish",),
        "dependencies": (),
    }
    effects = []
    for task in (word.rpartition(":")[2] for word in call.plain[1:]):
        effects.append(Effect(usual[task]) if task in usual else of_name(task))
    found = combine(effects)
    return found.without({"test"}) if skipped else found


@judge
def environments(call: Call) -> Effect:
    # `tox -e lint`, `nox -s deploy`; without a name they test
    named = call.value("-e", "-s", "--session", "--sessions")
    effects = [of_name(one) for one in named.split(",") if one]
    return combine([one if one.known and one.stages else TEST for one in effects]) if effects else TEST


@judge
def code(call: Call) -> Effect:
    # code in the command, such as `python -c '…'`, or a script in a different language
    text = call.body
    for word, following in zip(call.words[1:], call.words[2:], strict=False):
        if re.fullmatch(r"-[a-z]*[ce]|--eval|-p", word):
            text = following
    if text:
        return in_code(text)
    if call.source:
        return fetched(call.source)
    return of_script(call.plain[1]) if len(call.plain) > 1 else NOTHING


def in_code(text: str) -> Effect:
    return UNKNOWN if _IN_CODE.search(text) else NOTHING


def fetched(source: str) -> Effect:
    # a script from a file or the web: an installer, or as its name suggests
    if re.search(r"install|setup|get[.-]|rustup|nvm|sdkman|codecov", source):
        return NOTHING
    return of_script(source)


@judge
def shell(call: Call) -> Effect:
    # `bash deploy.sh`; `source .env` sets variables, `bash -n` only parses
    options, arguments = _shell_options(call.words[1:])
    if any(re.fullmatch(r"-[a-zA-Z]*n[a-zA-Z]*|noexec|--version|--help", word) for word in options):
        return NOTHING
    if arguments:
        found = of_script(arguments[0])
        sets = call.program in ("source", ".") and (not found.known or "activate" in arguments[0])
        return NOTHING if sets else found
    return fetched(call.source) if call.source else UNKNOWN


def _shell_options(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    # `-o` takes a value
    at = 0
    while at < len(words) and words[at][:1] in "-+" and words[at] not in ("-", "--"):
        at += 2 if re.fullmatch(r"[-+][a-zA-Z]*[oO]|--(?:init|rc)file", words[at]) else 1
    return words[:at], words[at + (words[at : at + 1] == ("--",)) :]


@judge
def git_push(call: Call) -> Effect:
    # it deploys to a host that runs pushed code, or to a branch that is a website
    places = call.plain[call.plain.index("push") + 1 :]
    remote, refs = (*places[:1], "")[0], [ref for ref in places[1:] if not ref.startswith(":")]
    if call.has("-n", "--delete", "-d"):
        return NOTHING
    names = {ref.rpartition(":")[2].removeprefix("refs/heads/").lstrip("+") for ref in refs}
    if names & set(_SITES):
        return DEPLOY
    if remote.lower() in _REMOTES or re.search(r"heroku|dokku|github\.io", remote, re.IGNORECASE):
        return DEPLOY
    return NOTHING if remote in ("", "origin", "upstream") or "github.com" in remote else UNKNOWN


@judge
def mike(call: Call) -> Effect:
    return DEPLOY if call.has("--push", "-p") else BUILD


@judge
def ghp_import(call: Call) -> Effect:
    pushed = any(re.fullmatch(r"-[a-z]*p[a-z]*|--push", word) for word in call.words)
    return DEPLOY if pushed else NOTHING


@judge
def dokku(call: Call) -> Effect:
    return (
        DEPLOY
        if any(word.startswith(("git:", "ps:rebuild", "deploy")) for word in call.plain[1:])
        else NOTHING
    )


@judge
def playbook(call: Call) -> Effect:
    looks = call.has("-C", "--check", "--syntax-check", "--list-tasks", "--list-hosts", "--list-tags")
    return NOTHING if looks else DEPLOY


@judge
def ansible(call: Call) -> Effect:
    return NOTHING if call.value("-m", "--module-name") in ("ping", "setup", "debug") else UNKNOWN


@judge
def kubectl_run(call: Call) -> Effect:
    return NOTHING if call.has("--rm") else DEPLOY


@judge
def kubectl_create(call: Call) -> Effect:
    # creating a namespace and the like deploys no program
    kind = (*call.plain[2:3], "")[0]
    around = (
        "namespace",
        "ns",
        "secret",
        "configmap",
        "cm",
        "serviceaccount",
        "sa",
        "token",
        "role",
        "clusterrole",
    )
    return NOTHING if kind.startswith(around) or kind in ("rolebinding", "quota") else DEPLOY


@judge
def kubectl_cp(call: Call) -> Effect:
    # files copied into a container may be its program
    return UNKNOWN if len(call.plain) > 3 and ":" in call.plain[3] else NOTHING


@judge
def own_command(call: Call) -> Effect:
    # `manage.py NAME`: a project's own command may deploy, the framework's commands do not
    named = of_name(call.plain[1]) if len(call.plain) > 1 else NOTHING
    return NOTHING if _NOT_BUILT.isdisjoint(named.stages) else UNKNOWN


@judge
def goreleaser(call: Call) -> Effect:
    if call.has("--snapshot", "--skip-publish") or "publish" in call.value("--skip"):
        return BUILD
    return BUILD_PUBLISH if "release" in call.plain else BUILD if "build" in call.plain else NOTHING


@judge
def skopeo(call: Call) -> Effect:
    return PUBLISH if call.plain[-1].startswith("docker://") else NOTHING
