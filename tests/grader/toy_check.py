"""`newest_message: {on: main, ends_with: '.'}` - the message of the newest commit ends as asked.

A kind as its recipe makes one; see tests/labs/test_engine_recipes.py.
"""

from dataclasses import dataclass

from labs.grader.checks._shared.base import Kind, Run, Verdict, at_tip, needs_work, passed
from labs.grader.checks._shared.named_refs import tip_or_answer
from labs.grader.checks._shared.shell import commands
from labs.grader.findings import LookedAt
from labs.grader.parameters import MAIN, RefName
from labs.grader.words import quoted


@dataclass(frozen=True)
class NewestMessageCheck(Kind):
    kind = "newest_message"
    about = "messages"
    hidden = ("ends_with",)

    on: RefName = MAIN
    ends_with: str = "."

    def check(self, run: Run) -> Verdict:
        tip = tip_or_answer(run, self.on)
        if isinstance(tip, Verdict):
            return tip
        subject = tip.commit.subject
        if subject.endswith(self.ends_with):
            return passed("The newest message ends as asked.", at_tip(tip), looked_at=LookedAt(1, "commit"))
        return needs_work(
            f"{quoted(subject)} ends otherwise. Change the message.",
            expected=f"a message that ends with {quoted(self.ends_with)}",
            found=quoted(subject),
            fix=commands(["git", "commit", "--amend", "-m", f"{subject}{self.ends_with}"]),
            evidence=[at_tip(tip)],
        )
