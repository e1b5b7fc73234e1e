"""Scripts from a small grammar, each of which runs `pytest` at one place, and what bash does when that fails."""

import os
import random
import subprocess

# `~` is one of these, `@` a shape with `pytest` in it.
OTHERS = """
true
false
echo a
:
exit 0
exit 3
exit
exit $rc
exit $?
rc=$?
rc=0
rc=1
set +e
set -e
set -o pipefail
set +o errexit
[ $? -eq 0 ]
test "$rc" -ne 0
(( rc ))
[ "$rc" = 0 ]
return 0
break
x=$(false)
export y=$(false)
true &
""".strip().split("\n")
TESTS = """
pytest
pytest -q
x=$(pytest)
x=$(pytest; echo a)
export y=$(pytest)
eval pytest
eval 'pytest || true'
bash -c pytest
bash -c 'pytest; echo a'
bash -ec 'pytest; echo a'
bash -o pipefail -c 'pytest | cat'
command pytest
env A=1 pytest
exec pytest
echo $(pytest)
pytest & wait
pytest & wait $!
find . -maxdepth 0 -exec pytest \\;
""".strip().split("\n")
SHAPES = r"""
@
@; ~
@\n~
~\n@
~\n@\n~
@\n~\n~
@ && ~
~ && @
@ || ~
~ || @
@ && ~ || ~
@ || ~ || ~
~ && @ && ~
@ && ~\n~
@ || ~\n~
@ && ~ && ~\n~
{ @; }
{ @; ~; }
{ @; ~; } || ~
{ @; ~; } && ~
{ @ && ~; }\n~
( @ )
( @; ~ )
( ~; @ )
( @ && ~ )\n~
( @; ~ ) || ~
! @
! @\n~
! { @; ~; }
@ | cat
true | @
{ @; ~; } | cat
@ | cat || ~
if @; then ~; fi
if @; then ~; else ~; fi
if ! @; then ~; fi
if ! @; then ~; fi\n~
if true; then @; fi
if true; then @; ~; fi
if false; then ~; else @; fi
if @ && ~; then ~; else ~; fi
if @ || ~; then ~; else ~; fi
if false; then ~; elif @; then ~; else ~; fi
for i in 1 2; do @; done
for i in 1 2; do @; ~; done
for i in 1 2; do @ || ~; done
for i in 1 2; do @ && ~; done\n~
while @; do ~; break; done
until @; do ~; break; done
while ! @; do ~; exit 3; done
while true; do @; break; done
case x in x) @;; esac
case x in x) @; ~;; *) ~;; esac
f() { @; }\nf
f() { @; ~; }\nf
f() { @; ~; }\nf || ~
f() { @; }\nf && ~\n~
f() ( @; ~ )\nf
f() { @ || return 1; ~; }\nf
f() { @; return $?; }\nf\n~
f() { ~; @; }\nif f; then ~; else ~; fi
trap '~' EXIT\n@\n~
trap '~' ERR\n@\n~
set +e\n@
set +e\n@\n~
set +e; @ || ~
set +e\n@\nrc=$?\n~\nexit $rc
set +e\n@\n~\nset -e\n~
set +e\n@ | cat\nexit ${PIPESTATUS[0]}
set +e\n(set -e; @; ~)\n~
rc=0\n@ || rc=$?\n~\nexit $rc
@ &\npid=$!\n~\nwait $pid
""".strip().split("\n")
_LOOP = """cd "$1" || exit
for number in [0-9]*; do
    cd "$number" || exit
    timeout 60 "${@:2}" script >/dev/null 2>&1 </dev/null
    status=$?
    echo "$number $status $([ -e ran ] && echo ran)"
    cd ..
done
"""


def scripts(seed: int, number: int) -> list[str]:
    rng = random.Random(seed)
    return list(dict.fromkeys(_script(rng, rng.choice((0, 1, 1, 2))) for _ in range(number)))


def _script(rng: random.Random, depth: int) -> str:
    text = rng.choice(SHAPES).replace("\\n", "\n")
    inner = _script(rng, depth - 1) if depth > 0 else rng.choice(TESTS)
    while "~" in text:
        text = text.replace("~", rng.choice(OTHERS), 1)
    return text.replace("@", inner)


def with_bash(folder, texts: list[str], shell: list[str]) -> list[bool | None]:
    """Run each with a `pytest` that fails; return True if it went on, None if `pytest` did not run."""
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "pytest").write_text("#!/bin/sh\n: > ran\nexit 1\n")
    (folder / "bin" / "pytest").chmod(0o755)
    for number, text in enumerate(texts):
        (folder / str(number)).mkdir()
        (folder / str(number) / "script").write_text(text)
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    argv = ["bash", "-c", _LOOP, "bash", str(folder), *shell]
    done = subprocess.run(
        argv, env={"PATH": path, "HOME": str(folder)}, capture_output=True, text=True, check=True
    )
    found: list[bool | None] = [None] * len(texts)
    for line in done.stdout.splitlines():
        number, status, *ran = line.split()
        found[int(number)] = (status == "0") if ran else None
    return found
