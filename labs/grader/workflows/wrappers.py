"""Programs that start other programs, such as `sudo`, `uv run` or `xargs`, and shells with a script argument."""

import re

SHELLS = {"bash", "sh", "zsh", "dash", "ksh", "ash"}
_PYTHON = re.compile(r"(?:.*/)?(?:python|pypy)(?:w|[23](?:\.\d+)?t?)?(?:\.exe)?|py")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
_TASKS = {"hatch run", "pdm run", "rye run", "pixi run"}  # of programs and of tasks of the project
_PACKAGES = {
    "netlify-cli": "netlify",
    "firebase-tools": "firebase",
    "aws-cdk": "cdk",
    "@railway/cli": "railway",
}
_VERSIONED = re.compile(r"(@?[^@\s]+)@[\w.^~*-]+")

# The words of a wrapper, then its options that take a value. A number says how many words follow its options.
_TABLE = """
sudo -u --user -g --group -h --host -p -C -D -R -T
doas -u -C
env -u --unset -C --chdir -S
exec -a
command
coproc
builtin
nice -n --adjustment
ionice -c -n -p
nohup
setsid
stdbuf -i -o -e
unbuffer
chronic
time -f -o --format --output
timeout:1 -k --kill-after -s --signal
gtimeout:1 -k -s
retry -t --times -d --delay
xvfb-run -s --server-args -e -n -f -p
xargs -n -P -I -i -L -d -a -s -E --max-args --max-procs --replace --delimiter --arg-file
watch -n -d
parallel -j --jobs -a --arg-file -N -d --delimiter
flock:1 -w -E
npx -p --package -c --call
bunx
uvx --from --with --python -p --index-url
pnpx
pnpm exec
pnpm dlx
yarn dlx
yarn exec
npm exec -p --package -c
bundle exec
poetry run
pipenv run
pdm run -p
hatch run
rye run
pixi run -e --environment --manifest-path
uv run --with --with-requirements --with-editable --extra --group --only-group --python -p --env-file --project
uv run --directory --package --no-group --index
uv tool run --from --with --python
pipx run --spec --python
conda run -n --name -p --prefix
mamba run -n --name -p --prefix
micromamba run -n --name -p --prefix
coverage run --source --omit --include --rcfile --context --data-file --concurrency
dotenv run -f
dotenv -e -f -c
doppler run -p --project -c --config
op run --env-file
infisical run --env --path
aws-vault exec:1 -d
chamber exec:1
mise exec
mise x
direnv exec:1
nix develop
opentelemetry-instrument
ddtrace-run
devbox run
composer exec
dotnet tool run
"""


def _read_table() -> dict[str, tuple[int, int, frozenset[str]]]:
    found: dict[str, tuple[int, int, frozenset[str]]] = {}
    for line in _TABLE.strip().split("\n"):
        words = line.split()
        name = [word for word in words if not word.startswith("-")]
        number = name[-1].partition(":")[2]
        name[-1] = name[-1].partition(":")[0]
        valued = frozenset(word for word in words if word.startswith("-"))
        known = found.get(" ".join(name), (0, 0, valued))[2]
        found[" ".join(name)] = (len(name), int(number or 0), valued | known)
    return found


_WRAPPERS = _read_table()


def unwrap(words: list[str]) -> list[str]:
    """Return the words of the program that finally runs; `python -m x` is `x`."""
    words = list(words)
    for _ in range(12):
        if not words:
            break
        program = words[0].rpartition("/")[2]
        inner = _module(words) if _PYTHON.fullmatch(words[0]) else _behind(program, words)
        if inner is None:
            break
        words = inner
    return words


def _behind(program: str, words: list[str]) -> list[str] | None:
    # the command after a wrapper; None for any other program
    if _ASSIGNMENT.fullmatch(words[0]):
        return words[1:]
    for length in (3, 2, 1):
        name = " ".join([program, *words[1:length]])
        if name in _WRAPPERS and len(words) > length and _WRAPPERS[name][0] == length:
            _, skipped, valued = _WRAPPERS[name]
            rest = _without_options(words[length:], valued)
            rest = rest[skipped:]
            if not rest or (program == "command" and {"-v", "-V"} & set(words[:2])):
                return None
            rest[0] = _unversioned(program, rest[0])
            return ["project-task", *rest] if name in _TASKS else rest
    return None


def _without_options(words: list[str], valued: frozenset[str]) -> list[str]:
    at = 0
    while at < len(words) and words[at].startswith("-") and words[at] != "-":
        if words[at] == "--":
            return words[at + 1 :]
        at += 2 if words[at] in valued else 1
    return words[at:]


def _unversioned(program: str, name: str) -> str:
    # `npx vercel@34` starts `vercel`, `npx @redocly/cli` stays
    if program not in ("npx", "bunx", "pnpx", "uvx", "pnpm", "yarn", "npm", "uv", "pipx"):
        return name
    found = _VERSIONED.fullmatch(name.partition("==")[0])
    plain = found[1] if found else name.partition("==")[0]
    return _PACKAGES.get(plain, plain)


def _module(words: list[str]) -> list[str] | None:
    # the module or script that Python runs; None for code
    for at, word in enumerate(words[1:], start=1):
        if word == "-m":
            return words[at + 1 :] or None
        if word in ("-c", "-") or word.startswith("<("):
            return None
        if not word.startswith("-") and words[at - 1] not in ("-W", "-X"):
            return words[at:]
    return None


def inner_script(words: list[str]) -> str | None:
    """Return the script of `bash -c '…'` or `eval …`, None if there is none."""
    program = words[0].rpartition("/")[2] if words else ""
    if program == "eval":
        return " ".join(words[1:])
    if program not in SHELLS and program not in ("nix-shell", "script"):
        return None
    for at, word in enumerate(words[1:-1], start=1):
        if word == "--run" or (re.fullmatch(r"-\w*c", word) and program != "nix-shell"):
            return words[at + 1]
        if not word.startswith(("-", "+")) and words[at - 1] not in ("-o", "+o"):
            break
    return None
