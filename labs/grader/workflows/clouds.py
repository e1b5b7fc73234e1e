"""Cloud programs, and copies between machines: the direction of the copy decides."""

import re

from .effects import JUDGES, NOTHING, UNKNOWN, Call, Effect, judge
from .judged import BUILD_PUBLISH, DEPLOY, PUBLISH

_READS = re.compile(
    r"(?:describe|list|get|head|batch-get|validate)(?:-.*)?|show|wait|help|what-if|login|logout|configure|account|ls"
)
_SERVED = re.compile(r"/var/www|/srv/|/opt/|/usr/share/nginx|/home/\w+/public_html")
_GCLOUD_BRINGS = {"deploy", "replace", "update", "update-traffic"}


@judge
def aws(call: Call) -> Effect:
    service, operation = (*call.plain[1:3], "", "")[:2]
    if service in ("s3", "s3api") and operation in ("cp", "sync", "mv"):
        return to_scheme(call, "s3://")
    if service in ("ecr", "sts", "configure", "ssm", "cloudfront", "logs", "iam", "sso", "kms") and (
        operation != "send-command"
    ):
        return NOTHING
    if service == "s3" or _READS.fullmatch(operation or service):
        return NOTHING
    deploys = {
        "ecs": ("update-service", "create-service", "deploy"),
        "lambda": ("update-function-code", "create-function", "update-alias", "publish-version"),
        "cloudformation": ("deploy", "update-stack", "create-stack", "execute-change-set"),
        "deploy": ("create-deployment",),
        "apprunner": ("start-deployment", "update-service", "create-service"),
        "elasticbeanstalk": ("update-environment", "create-environment"),
        "amplify": ("start-deployment", "start-job"),
        "s3api": ("put-object",),
        "lightsail": ("create-container-service-deployment",),
        "sagemaker": ("create-endpoint", "update-endpoint"),
        "eks": (),
    }
    if operation in deploys.get(service, ()):
        return DEPLOY
    prepares = ("push", "package", "create-change-set", "update-kubeconfig", "register-task-definition")
    return NOTHING if operation in prepares else UNKNOWN


@judge
def gcloud(call: Call) -> Effect:
    words = [word for word in call.plain[1:] if word not in ("alpha", "beta")]
    group = (*words, "")[0]
    if words[:2] == ["storage", "cp"] or words[:2] == ["storage", "rsync"] or words[:2] == ["storage", "mv"]:
        return to_scheme(call, "gs://")
    if words[:2] == ["compute", "scp"]:
        return to_remote(words[2:])
    if words[:2] == ["compute", "ssh"]:
        return JUDGES["ssh_command"](call)
    if words[:2] == ["builds", "submit"]:
        return BUILD_PUBLISH if not call.has("--config") else UNKNOWN
    if group in (
        "auth",
        "config",
        "info",
        "version",
        "components",
        "projects",
        "artifacts",
        "secrets",
        "storage",
        "iam",
    ):
        return NOTHING
    if any(_READS.fullmatch(word) for word in words):
        return NOTHING
    brings = group in ("run", "deploy", "app", "functions") and not _GCLOUD_BRINGS.isdisjoint(words)
    return DEPLOY if brings or words[:3] == ["deploy", "releases", "create"] else UNKNOWN


@judge
def gsutil(call: Call) -> Effect:
    moved = next((word for word in call.plain[1:] if word in ("cp", "mv", "rsync")), "")
    if not moved or (moved == "rsync" and call.has("-n")):
        return NOTHING
    return to_scheme(call, "gs://")


@judge
def az(call: Call) -> Effect:
    words = call.plain[1:]
    group, verb = (*words[:2], "", "")[:2]
    if words[:2] == ("acr", "build"):
        return BUILD_PUBLISH
    if words[:2] == ("acr", "import"):
        return PUBLISH
    if words[:3] in (("webapp", "deployment", "source"), ("functionapp", "deployment", "source")):
        return DEPLOY
    if words[:3] in (("webapp", "config", "container"), ("webapp", "deployment", "slot")):
        return DEPLOY
    if group == "storage":
        return DEPLOY if {"upload", "upload-batch", "sync"} & set(words) else NOTHING
    if any(_READS.fullmatch(word) for word in words) or group in ("acr", "keyvault", "extension", "config"):
        return NOTHING
    deploys = {
        "webapp": ("deploy", "up"),
        "containerapp": ("up", "update", "create"),
        "functionapp": ("deploy",),
        "container": ("create",),
        "deployment": ("group", "sub", "create"),
        "staticwebapp": ("deploy",),
        "spring": ("app",),
        "ml": ("online-deployment", "online-endpoint"),
    }
    return DEPLOY if verb in deploys.get(group, ()) else UNKNOWN


def to_scheme(call: Call, scheme: str) -> Effect:
    # a copy from this scheme, or between folders, publishes nothing
    places = [
        word
        for word in call.plain[1:]
        if word.startswith((scheme, "$", ".", "/")) or "/" in word or "." in word
    ]
    end = call.plain[-1] if call.plain[-1] != "-" else ""
    if end.startswith(scheme):
        return DEPLOY
    computed = end.startswith("$") and not any(place.startswith(scheme) for place in places[:-1])
    return UNKNOWN if computed else NOTHING


def to_remote(places: list[str] | tuple[str, ...]) -> Effect:
    # `scp` and similar: it uploads if the last argument is on a different machine
    if len(places) < 2:
        return NOTHING
    if _SERVED.match(places[-1]):
        return UNKNOWN  # on a self-hosted runner this is where a site is served from
    end = re.sub(r"\$\{\{[^}]*\}\}|\$\{?\w+\}?", "x", places[-1])
    if re.match(r"[^/]*:|(?:rsync|scp|sftp)://", end):
        return DEPLOY
    computed = end == "x" and not any(
        re.match(r"[^/]*:", re.sub(r"\$\{\{[^}]*\}\}", "x", p)) for p in places[:-1]
    )
    return UNKNOWN if computed else NOTHING


@judge
def copy(call: Call) -> Effect:
    # `cp` and `mv` on the runner
    return to_remote([word for word in call.plain[1:] if ":" not in word])
