"""The comparison itself: an ideal import of one case has no findings, and each fault has one."""

import pytest

from lessons.rendering import render

from . import comparing
from .case_files import load

CASE = load("short-evening")
IDEAL = """\
only 45 min today, power cut in the building

- password = can be guessed, key = can not
- private key stays on YOUR laptop, never send it by mail or chat
- public key goes to the server / github

```bash
ssh-keygen -t ed25519 -C "laptop"
cat ~/.ssh/id_ed25519.pub
```

copy that line -> github -> Settings -> SSH and GPG keys -> New SSH key

```console
ssh -T git@github.com
Hi student! You've successfully authenticated, but GitHub does not provide shell access.
```

pass phrase: yes take one. ssh-agent remembers it

~/.ssh/config (so you dont type so much)

```text
Host lab
    HostName 192.168.1.50
    User trainee
    # our port is not 22
    Port 2222
    IdentityFile ~/.ssh/id_ed25519
```

now only : ssh lab

```bash
scp report.txt lab:/tmp/
rsync -av site/ lab:/var/www/site/   (slash at the end matters!)
```

if "Permission denied (publickey)" ->

1. ssh -v lab
2. is the key in the agent? ssh-add -l
3. chmod 600 ~/.ssh/id_ed25519
4. right user??

rest tomorrow, sorry
"""
CHECKS = [comparing.sessions, comparing.topics, comparing.cuts, comparing.code, comparing.never]
CHECKS += [comparing.lines, comparing.lost_words, comparing.sizes, comparing.titles]


def import_ideal(markdown=IDEAL, **changes):
    html = render(markdown, link=lambda *_: None).html
    lesson = {"session": 7, "title": "SSH keys", "date": "2026-05-12", "lines": [3, 40]}
    return [lesson | {"markdown": markdown, "html": html} | changes]


def findings(lessons):
    return {check.__name__ for check in CHECKS if list(check(CASE, lessons))}


def test_an_ideal_import_has_no_findings():
    lessons = import_ideal(IDEAL.replace("only 45", "SSH keys only 45"))
    lessons[0]["markdown"] = IDEAL.replace("building\n", "building\n\n## SSH keys\n")

    assert findings(lessons) == set()


@pytest.mark.parametrize(
    ("found", "changes"),
    [
        ("sessions", {"session": 6}),
        ("sessions", {"date": "2026-12-05"}),
        ("titles", {"title": "SSH keys :::"}),
        ("titles", {"title": "- SSH keys"}),
        ("lines", {"lines": [5, 40]}),
        ("never", {"title": "our port is not 22"}),
        ("lost_words", {"markdown": IDEAL.replace("power cut", "power")}),
        ("lost_words", {"markdown": IDEAL.replace("power cut in the building", "in the building power cut")}),
        ("code", {"markdown": IDEAL.replace("    Port", "  Port")}),
        ("code", {"markdown": IDEAL.replace("```bash\nssh-keygen", "```yaml\nssh-keygen")}),
        ("never", {"markdown": IDEAL.replace("    # our port", "```\n\n# our port")}),
        ("never", {"markdown": IDEAL.replace("rest tomorrow, sorry", "```\nrest tomorrow, sorry\n```")}),
    ],
)
def test_a_fault_is_found(found, changes):
    assert found in findings(import_ideal(**changes))


def test_a_second_lesson_in_the_middle_of_a_list_is_found():
    first, second = import_ideal(lines=[3, 6]), import_ideal(lines=[7, 40])

    assert "cuts" in findings([*first, *second])
