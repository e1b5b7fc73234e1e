"""Tell a typed command from a sentence that starts with the same word."""

import re
from collections.abc import Sequence

from .words import word_list

SUBCOMMANDS = {
    "git": "add am apply archive bisect blame branch checkout cherry-pick clean clone commit config describe "
    "diff fetch "
    "gc grep help init log ls-files ls-remote ls-tree merge mv pull push rebase reflog remote reset restore "
    "rev-parse revert rm show show-ref stash status submodule switch tag worktree --version -v lfs",
    "docker": "attach build buildx commit compose container cp create diff events exec export history image "
    "images "
    "import info inspect kill load login logout logs network node pause port ps pull push rename restart rm "
    "rmi run "
    "save search secret service stack start stats stop swarm system tag top unpause update version volume "
    "wait "
    "--version -v",
    "docker-compose": "build config down exec logs ps pull push restart rm run start stop up version -f "
    "--version",
    "kubectl": "annotate api-resources apply attach autoscale certificate cluster-info config cordon cp "
    "create debug "
    "delete describe diff drain edit exec explain expose get label logs patch port-forward proxy replace "
    "rollout run "
    "scale set taint top uncordon version wait",
    "helm": "create dependency get history install lint list package pull push repo rollback search show "
    "status "
    "template test uninstall upgrade version",
    "terraform": "apply console destroy fmt get graph import init output plan providers refresh show state "
    "taint "
    "untaint validate version workspace",
    "npm": "audit cache ci config create exec init install i list ls outdated pack publish run start test "
    "uninstall "
    "update version view -v --version",
    "pip": "cache check config download freeze index install list show uninstall wheel --version -V",
    "apt": "autoremove install list purge remove search show update upgrade",
    "yum": "check-update clean groupinstall info install list remove repolist search update upgrade",
    "brew": "cask cleanup info install list search services tap uninstall update upgrade",
    "systemctl": "daemon-reload disable enable is-active list-units restart start status stop reload "
    "--version",
    "minikube": "addons dashboard delete image ip kubectl service start status stop tunnel version",
    "conda": "activate config create deactivate env info init install list remove update",
    "dvc": "add checkout commit config diff exp fetch get import init list metrics move params plots pull "
    "push remote "
    "remove repro run stage status unprotect version",
    "mlflow": "artifacts db experiments gc models run runs server ui",
    "mvn": "clean compile deploy install package site test validate verify dependency:tree -v --version",
    "gradle": "build clean test tasks assemble",
    "go": "build env fmt get install list mod run test version vet",
    "cargo": "add bench build check clean doc init new publish run test update",
    "make": "all build clean install run test",
    "aws": "configure s3 ec2 iam ecr eks lambda sts cloudformation rds s3api logs ecs sagemaker --version",
    "az": "account acr aks ad group login logout network resource role storage vm webapp --version",
    "gcloud": "auth components compute config container init projects services storage --version",
    "ansible-galaxy": "collection init install list role",
    "uv": "add init lock pip python remove run sync tool venv",
    "poetry": "add build init install lock publish remove run shell update",
    "vagrant": "box destroy halt init provision reload ssh status suspend up",
    "snap": "install list refresh remove",
    "service": "",
    "kaggle": "competitions datasets kernels",
    "jupyter": "lab notebook nbconvert",
}
for alias, name in {
    "pip3": "pip",
    "apt-get": "apt",
    "dnf": "yum",
    "podman": "docker",
    "yarn": "npm",
    "pnpm": "npm",
    "mvnw": "mvn",
    "choco": "brew",
    "winget": "brew",
    "oc": "kubectl",
}.items():
    SUBCOMMANDS[alias] = SUBCOMMANDS[name]
KNOWN = {name: frozenset(words.split()) for name, words in SUBCOMMANDS.items()}
# Their first argument may be any word.
PLAIN = frozenset(
    word_list(
        "cd ls mkdir rmdir touch rm cp mv cat chmod chown chgrp ssh scp sftp rsync curl wget vi vim nano "
        "python python3 py java javac node npx bash sh zsh sudo source unzip tar gzip gunzip ping grep egrep "
        "nslookup newgrp telnet traceroute useradd usermod userdel groupadd passwd crontab dpkg rpm ansible "
        "ansible-playbook ansible-vault ansible-inventory ansible-doc robocopy kubeadm eksctl kubectx "
        " pytest streamlit flask uvicorn gunicorn django-admin psql mysql redis-cli spark-submit hdfs "
        "virtualenv nohup tee xargs chroot journalctl ssh-keygen ssh-copy-id apt-cache add-apt-repository "
        "update-alternatives tox ruff mypy black flake8 bandit trivy locust ollama openssl gpg base64 md5sum "
        "sha256sum lsof netstat dig ll pipenv pyenv nvm rustup gcc g++ cmake "
    )
)
# English words as well: they need an option, a path or a sign.
DOUBTFUL = frozenset(
    word_list(
        "find sort head tail more less top date history echo export set unset env free which man kill killall "
        "code alias exit clear mount umount ip ss df du ps ln sed awk uniq wc diff file test sleep time watch "
        "host hostname uname printf read cut tr split join type help apt-key screen tmux at pkill fg bg jobs "
        "id su dir type copy del move start net call setx "
    )
)
VERBS = frozenset(word_list("read watch test code join split cut type move copy start call help find "))
BARE = frozenset(word_list("ls pwd whoami ifconfig ll ipconfig lsblk lscpu uname uptime dmesg"))
SENTENCE = frozenset(
    word_list(
        "is are was were be the a an will we you it its this that these those used uses which can cannot "
        "should must has have when your our their they does do command commands helps means allows lets using "
        "says said shows "
        "into after before between and or but because so not "
    )
)
SPECIAL = re.compile(r"^[-./~$\"'<>|&@{(*\\]|[=/\\*$|<>{}@]|\.\w|^\d+$|\w:\w")
JOINING = frozenset(word_list("with for to from of on at by as if then also only more no each per"))
PROGRAM = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+){0,3}")
OPTION = re.compile(r"--?[a-zA-Z][\w-]*(?:=\S+)?$|/[A-Z]{1,5}(?::\S+)?$")
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`")
EXPLAINED = re.compile(r"\s(?:-{1,40}>|={1,40}>|<-{1,40}|→|⇒|–|—|-)\s+(?=\w)|\s:(?:\s+(?=[\w-])|$)")
PATH = re.compile(
    r"(?:\.{1,2}|~)?/[\w./~-]+(?:\s|$)|\.\\[\w.\\-]+|(?:[A-Z]:|\.?\w+)\\[\w.\\-]+\\[\w.-]+(?:\s|$)"
)
ASSIGNED = re.compile(r"[A-Z_][A-Z0-9_]*=\S")
REMARK = re.compile(r"(?<!\s)\s+#\s.*$|(?<!\s)\s{2,}(?:\([^()]{1,80}\)|⚠.*)$")  # behind a command
RUNS = re.compile(r"\.{1,2}/|.*\.(?:sh|py|bat|exe|ps1|cmd|jar)$")
ORDINAL = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)\b")  # start 30th Nov 2026
COLUMNS = re.compile(r"\S {3,}\S|\S\t+\S")


def is_command(text: str) -> bool:
    """Tell if the whole text is a shell command, perhaps with a remark behind it."""
    text = REMARK.sub("", text) if "#" in text or text[-1:] == ")" or "⚠" in text else text
    words = text.split()
    if not words or words[0] == "//" or text[-1] in ":?,;{" or not text.isprintable():
        return False
    if ORDINAL.search(QUOTED.sub("", text)):
        return False
    if text[-1] == "." and len(words) > 1 and words[-1].strip(".") and "/" not in words[-1]:
        return False
    while ASSIGNED.match(words[0]) and len(words) > 1:
        words = words[1:]
    first, others = words[0], words[1:]
    if others and others[0] in ("=", "==", ":=", "+=", "<-"):
        return False
    if first in ("sudo", "nohup", "time", "exec") and others and first != text:
        while others and others[0].startswith("-"):
            others = others[1:]
        return is_command(" ".join(others))
    is_known = (
        first in KNOWN or first in PLAIN or first in DOUBTFUL or first in BARE or bool(PATH.match(first))
    )
    if not is_known and not _has_options(first, others):
        return False
    if EXPLAINED.search(QUOTED.sub("Q", text)):
        return False
    if not others:
        return first in BARE or (
            bool(PATH.match(first))
            and (first.endswith((".sh", ".py", ".bat", ".exe", ".ps1")) or "activate" in first)
        )
    if PATH.match(first) and not RUNS.match(first) and (others[0] == "|" or COLUMNS.search(text)):
        return False  # a path, and what is in it; a row of a table
    plain = QUOTED.sub(" Q ", " ".join(others)).split()
    if any(word in SENTENCE for word in plain):
        return False
    return _fits(first, plain)


def _has_options(first: str, words: Sequence[str]) -> bool:
    # A program that is not listed: a short word in small letters, options, and no word of a sentence.
    return (
        bool(PROGRAM.fullmatch(first))
        and 0 < len(words) <= 20
        and any(OPTION.match(word) for word in words)
        and not any(word in SENTENCE or word in JOINING or word in ("=", ":") for word in words)
        and not any(word[-1] == ":" and word.isascii() and word[:-1].isalpha() for word in words)
    )


def _fits(first: str, words: list[str]) -> bool:
    has_sign = any(SPECIAL.search(word) for word in words) or "Q" in words
    if first in KNOWN:
        known = KNOWN[first]
        if words[0] in known:
            return len(words) <= 4 or has_sign
        return words[0].startswith("-") or (
            first in ("service", "make") and len(words) <= 2 and first == "service"
        )
    if first not in DOUBTFUL and first not in PLAIN:
        return True
    if first in PLAIN:
        if first in ("java", "node", "python", "python3") and len(words) == 1:
            return True
        return has_sign or (len(words) <= 2 and all(word.islower() or not word.isalpha() for word in words))
    if first in ("echo", "printf") and words[0] == "Q":
        return True
    if any(word in JOINING or word == "in" for word in words):
        return False
    if first in VERBS and all(word.isdigit() or not SPECIAL.search(word) for word in words):
        return "Q" in words  # `read ch. 4 + 5`
    return has_sign and not all("://" in word or word.isalpha() for word in words)
