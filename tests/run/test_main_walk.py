"""The main walk, as a learner takes it: a browser, a terminal, and the portal that `make run` starts."""

import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lessons.quizzes import Quiz, parse
from tests.plain_git import ENVIRONMENT
from tests.servers import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.processes]

LESSON = "mlops-and-devops"
QUIZ = ROOT / "courses/mlops/01-devops/01-mlops-and-devops.quiz.md"


def answer_all(page: Page, quiz: Quiz) -> None:
    """Give every right answer, by what the page shows."""
    for number, question in enumerate(quiz.questions, 1):
        expect(page.get_by_role("heading", name=f"question {number} of")).to_be_visible()
        if question.kind == "matching":
            for left, right in question.pairs:
                page.get_by_label(plain(left), exact=True).select_option(label=plain(right))
        elif question.kind == "ordering":
            for place, item in enumerate(question.items, 1):
                page.get_by_label(f"Position of: {plain(item)}").select_option(str(place))
        elif question.kind.endswith("-choice"):
            for option in question.options:
                if option.right:
                    page.locator(".option", has_text=exactly(plain(option.text))).click()
        elif question.kind == "cloze":
            for blank, alternatives in enumerate(question.blanks, 1):
                page.locator(f"[name=answer-{blank}]").fill(alternatives[0])
        else:
            page.locator("[name=answer]").fill(question.right_answer()[0])
        page.get_by_role("button", name="Continue").last.click()


def plain(markdown: str) -> str:
    return re.sub(r"[*`_]", "", markdown)


def exactly(text: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*{re.escape(text)}\s*[A-F]?\s*$")


class Terminal:
    """A learner's shell in the lab's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def types(self, commands: str) -> str:
        """Return what these commands print, typed as they are."""
        environment = {**ENVIRONMENT, "HOME": str(self.folder.parent)}
        ran = subprocess.run(
            ["bash", "-e", "-c", commands],
            cwd=self.folder, env=environment, text=True, check=False, timeout=60,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout
        return re.sub(r"(?m)^remote: ?|\s+$", "", ran.stdout)


def log_in(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("learner@example.org")
    page.get_by_label("Password", exact=True).fill("a password of the tests")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name=re.compile("Up next|Before"))).to_be_visible()


def test_a_learner_reads_takes_a_quiz_pushes_a_mistake_and_then_the_fix(shared_portal, browser, tmp_path):
    context = browser.new_context(base_url=f"http://localhost:{shared_portal.port}")
    page = context.new_page()
    log_in(page)

    page.get_by_role("main").get_by_role("link", name="What MLOps and DevOps are").first.click()
    page.get_by_role("link", name="Quiz:").click()
    page.get_by_role("button", name="Start").click()
    answer_all(page, parse(QUIZ.read_text()))
    page.get_by_role("button", name="Submit answers").click()
    expect(page.get_by_text("100%").first).to_be_visible()

    page.goto(f"/courses/mlops/{LESSON}/")
    page.get_by_role("button", name="Mark as read").click()
    expect(page.get_by_role("heading", name="The software development life cycle")).to_be_visible()

    page.goto("/courses/mlops/labs/first-repository/")
    expect(page.get_by_role("figure", name="The first time")).to_contain_text("git remote add origin http")
    page.get_by_role("button", name="Create a remote URL").click()
    expect(page.get_by_text("Copy this remote URL now. You won’t see it again.")).to_be_visible()
    push = page.get_by_role("figure", name="The first time").locator("pre").inner_text()
    terminal = Terminal(tmp_path / "billing")
    terminal.types(
        "git init -q -b main; echo '# Billing' > README.md; git add README.md; git commit -qm update;"
        "echo '.env' > .gitignore; git add .gitignore; git commit -qm 'Ignore the file with secrets'"
    )
    answer = terminal.types(push)
    assert "Fix this first" in answer
    assert "main has at least three commits of yours" in answer
    assert "git commit" in answer
    address = re.search(r"http://\S+/submissions/\S+/", answer).group(0)

    page.goto(address)
    expect(page.get_by_role("heading", name="Fix this first")).to_be_visible()
    expect(page.locator("details.check[open]")).to_contain_text("three commits")
    expect(page.get_by_role("heading", name="Also needs work")).to_be_visible()

    page.goto("/courses/mlops/progress/")
    before = page.locator(".total").inner_text()
    answer = terminal.types(
        "git reset -q --soft HEAD~1; git commit -q --amend -m 'Describe the billing system and ignore its output';"
        'for module in Inventory Billing; do echo "- $module" >> README.md;'
        ' git commit -qam "Name the module $module in the list"; done;'
        "git push --force origin main"
    )
    assert "Fix this first" not in answer, answer
    page.goto(re.search(r"http://\S+/submissions/\S+/", answer).group(0))
    expect(page.get_by_role("heading", level=1)).to_have_text("100 of 100 points. You passed.")
    expect(page.get_by_text("Passed").first).to_be_visible()

    page.goto("/courses/mlops/progress/")
    total = page.locator(".total")
    assert total.inner_text() != before
    expect(total).to_contain_text("1 of 12")
    # the lab that runs code counts once a worker has proved it, which needs an index of packages
    expect(total).to_contain_text(re.compile(r"1\d(\.\d)? of 100"))
    context.close()
