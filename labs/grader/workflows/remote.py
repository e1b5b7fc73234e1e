"""Programs that reach a different machine or start a container: their arguments decide."""

import re
import shlex

from .clouds import to_remote, to_scheme
from .command_words import VALUED
from .commands import Command, commands_of
from .effects import NOTHING, UNKNOWN, Call, Effect, combine, effect_of, judge, of_script, plain_words
from .judged import BUILD, BUILD_PUBLISH, DEPLOY, PUBLISH
from .wrappers import unwrap

# On a server, these put new code into service.
_ON_A_SERVER = re.compile(
    r"docker(?: |-)compose .*\bup\b|docker (?:run|start|restart)\b|systemctl .*\b(?:re)?(?:start|load)\b"
    r"|service \S+ (?:re)?(?:start|load)|(?:pm2|supervisorctl) (?:re)?(?:start|load|deploy|update)"
    r"|git .*\b(?:pull|reset|checkout|switch|merge|clone)\b"
    r"|(?:npm|pnpm|yarn|pip|uv|composer|bundle) .*\b(?:ci|install|sync)\b"
    r"|(?:tar|unzip|mv|cp|ln|rsync|gunicorn|uwsgi) .*"
)
_POSTS = re.compile(r"-[a-zA-Z]*[dFT]|--(?:data.*|form|upload-file|json|post-data|post-file|body-data)")
_HOOK = re.compile(
    r"api\.render\.com/deploy|/integrations/deploy|build_hooks|DEPLOY_?HOOK|deploy-?hook|webhook.*deploy|/deploy\b(?!\.)",
    re.I,
)
_FOR_TESTS = re.compile(
    r"db|database|sql|postgres|maria|mongo|redis|valkey|memcache|rabbit|kafka|zookeeper|queue|broker|minio|localstack"
    r"|elastic|opensearch|selenium|chrome|mail|mock|fake|stub|test|ldap|vault|qdrant|weaviate|milvus|mlflow"
)
_IMAGES = {
    "aws-cli": "aws",
    "kubectl": "kubectl",
    "terraform": "terraform",
    "helm": "helm",
    "flyctl": "flyctl",
}


def effect_of_command(command: Command) -> Effect:
    return effect_of(command.words, command.body, command.source, command.env)


@judge
def ssh(call: Call) -> Effect:
    # `ssh host 'commands'`: the remote commands decide; without any, the input does
    told = " ".join(call.plain[2:])
    if not told or told in ("bash -s", "bash", "sh", "sh -s", "bash -se", "/bin/bash", "bash -e"):
        if call.body:
            return on_a_server(call.body)
        if call.source:
            return of_script(call.source)
        return NOTHING if not told else UNKNOWN
    return on_a_server(told)


def on_a_server(script: str) -> Effect:
    effects = []
    for command in commands_of(script):
        text = " ".join(command.words)
        effects.append(DEPLOY if _ON_A_SERVER.match(text) else effect_of(command.words, command.body))
    found = combine(effects)
    return (
        Effect(("deploy",))
        if "deploy" in found.stages
        else Effect((), found.known and not _is_computed(script))
    )


def _is_computed(script: str) -> bool:
    return bool(re.fullmatch(r"\s*(?:\$\{\{[^}]*\}\}|\$\{?\w+\}?)\s*", script))


@judge
def service(call: Call) -> Effect:
    # a service on the runner may serve the tests; on a self-hosted runner it may deploy
    looks = {
        "status",
        "is-active",
        "list",
        "show",
        "daemon-reload",
        "stop",
        "disable",
        "enable",
        "logs",
        "ls",
        "help",
    }
    helps = any(re.search(rf"{_FOR_TESTS.pattern}|docker|nginx|apache", word) for word in call.plain[1:])
    return NOTHING if helps or looks & set(call.plain) else UNKNOWN


@judge
def ssh_command(call: Call) -> Effect:
    return on_a_server(call.value("--command")) if call.has("--command") else NOTHING


@judge
def trap(call: Call) -> Effect:
    # the command also runs after a failure, so it is not known to deploy
    script = call.plain[1] if len(call.plain) > 2 else ""
    found = combine([effect_of_command(command) for command in commands_of(script)])
    return UNKNOWN if found.stages or (not found.known and "/" in script.split()[0]) else NOTHING


@judge
def sshpass(call: Call) -> Effect:
    return (
        effect_of(list(call.words[call.words.index(call.plain[1]) :]), call.body, call.source)
        if call.plain[1:]
        else NOTHING
    )


@judge
def scp(call: Call) -> Effect:
    return to_remote(call.plain[1:])


@judge
def rsync(call: Call) -> Effect:
    quiet = call.has("--list-only") or any(re.fullmatch(r"-[a-zA-Z]*n[a-zA-Z]*", word) for word in call.words)
    return NOTHING if quiet else to_remote(call.plain[1:])


@judge
def remote_path(call: Call) -> Effect:
    return to_remote(call.plain[2:])


@judge
def to_s3(call: Call) -> Effect:
    return to_scheme(call, "s3://")


@judge
def to_url(call: Call) -> Effect:
    return DEPLOY if call.plain[-1].startswith("https://") else to_scheme(call, "https://")


@judge
def ftp(call: Call) -> Effect:
    # the commands of the session send or fetch
    told = call.body or call.value("-e", "-c")
    if not told and len(call.plain) > 2 and ":" in call.plain[1]:
        return NOTHING  # `sftp host:file .` fetches it
    if re.search(r"\b(?:m?put|mirror\s+(?:\S+\s+)*?(?:-R|--reverse))\b|mirror -\w*R", told):
        return DEPLOY
    if re.search(r"\b(?:m?get|ls|dir|mirror|pwd|cd)\b", told):
        return NOTHING
    return UNKNOWN


@judge
def web(call: Call) -> Effect:
    # a download deploys nothing, an upload may
    method = call.value("-X", "--request", "--method").upper()
    if call.has("--head", "--spider") or any(
        re.fullmatch(r"-[a-zA-Z]*I[a-zA-Z]*", word) for word in call.words
    ):
        return NOTHING
    if any(_HOOK.search(word) for word in call.words) and not method.startswith(("GET", "HEAD")):
        return DEPLOY if method == "POST" or "HOOK" in " ".join(call.words).upper() else UNKNOWN
    if call.has("-T", "--upload-file"):
        return DEPLOY
    sends = method not in ("", "GET", "HEAD") or any(_POSTS.fullmatch(word) for word in call.words[1:])
    return UNKNOWN if sends else NOTHING


@judge
def docker(call: Call) -> Effect:
    rest = call.plain[1:]
    word = rest[0] if rest else ""
    elsewhere = (call.has("-H", "--host", "--context", "-c") and _before(call, word)) or _other_host(call)
    if word in ("image", "container", "builder"):
        rest = rest[1:]
        word = rest[0] if rest else ""
    if word == "compose":
        inner = _call_from(call, "compose")
        return DEPLOY if elsewhere and "up" in inner.plain[1:2] else compose(inner)
    if word in ("build", "buildx", "bake"):
        return _build(call, rest)
    if word == "push" or rest[:2] == ("manifest", "push"):
        return PUBLISH
    if rest[:2] in (("stack", "deploy"), ("service", "update"), ("service", "create"), ("stack", "up")):
        return DEPLOY
    if word in ("run", "exec"):
        return DEPLOY if elsewhere and word == "run" else _inside(call, word)
    return NOTHING


def _before(call: Call, word: str) -> bool:
    at = call.words.index(word) if word in call.words else 0
    return any(option.partition("=")[0] in ("-H", "--host", "--context", "-c") for option in call.words[1:at])


def _other_host(call: Call) -> bool:
    return any(name in ("DOCKER_HOST", "DOCKER_CONTEXT") for name, _ in call.env)


def _build(call: Call, rest: tuple[str, ...]) -> Effect:
    if rest[0] == "buildx" and rest[1:2] not in (("build",), ("bake",), ("b",)):
        return PUBLISH if rest[1:3] == ("imagetools", "create") else NOTHING
    if rest[1:2] == ("prune",) or call.has("--check"):
        return NOTHING
    sent = call.has("--push") and call.value("--push") != "false"
    sent = sent or any("type=registry" in word or "push=true" in word for word in call.words)
    return BUILD_PUBLISH if sent else BUILD


def _call_from(call: Call, word: str) -> Call:
    # `docker compose …` is the program `docker-compose`
    words = ["docker-compose", *call.words[call.words.index(word) + 1 :]]
    return Call(tuple(words), tuple(plain_words(words)), call.body, call.source, call.env)


@judge
def compose(call: Call) -> Effect:
    # `up` starts containers on the runner, which stop with the job; on a remote machine it deploys
    word = call.plain[1] if len(call.plain) > 1 else ""
    if call.has("--dry-run"):
        return NOTHING
    if word == "up":
        if _other_host(call) or call.has("-H", "--host", "--context"):
            return DEPLOY
        ends = call.has(
            "--abort-on-container-exit", "--exit-code-from", "--abort-on-container-failure", "--no-start"
        )
        helps = len(call.plain) > 2 and all(map(_FOR_TESTS.search, call.plain[2:]))
        return NOTHING if ends or helps or call.has("--wait") else UNKNOWN
    if word in ("run", "exec"):
        return _inside(call, word)
    if word == "build" and call.has("--push"):
        return BUILD_PUBLISH
    return {"push": PUBLISH, "build": BUILD, "publish": PUBLISH}.get(word, NOTHING)


def _inside(call: Call, word: str) -> Effect:
    # the command after the image or service
    words = [word, *call.words[call.words.index(word) + 1 :]]
    at = 1
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in VALUED["docker-run"] else 1
    image, inner = (words[at] if at < len(words) else ""), words[at + 1 :]
    program = _IMAGES.get(image.rpartition("/")[2].partition(":")[0].partition("@")[0])
    inner = [program, *inner] if program else inner
    if entry := call.value("--entrypoint"):
        inner = [entry, *inner]
    if not inner:
        return UNKNOWN
    script = shlex.join(unwrap(inner))
    return combine([effect_of(command.words, command.body) for command in commands_of(script)])
