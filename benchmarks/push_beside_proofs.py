"""Target 11: `git push` with its verdict while two labs that run code are being proved, against the push alone."""

from itertools import count
from statistics import median

from benchmarks.benchmark import Goal
from benchmarks.push import Push
from benchmarks.site import Site
from labs.authoring.saving import save_lab
from labs.grading import proofs, tasks
from labs.models import Lab, LabVersion
from tests.servers import wait_for

PUSHES = 3
# Each scenario computes for some seconds, so that a proof is running during all pushes of a round.
RUNS_LONG = """\
schema: 2
title: Proved beside pushes, {number}
pass_mark: 70
checks:
  - id: counts
    says: count.py prints done
    run: {{command: [python3, count.py], prints: '^done$', seconds: 60}}
    points: 10
scenarios:
  - name: right
    steps: [{{commit: Count, files: {{count.py: "{work}; print('done')\\n"}}}}]
    expect: {{counts: passed}}
  - name: wrong
    steps: [{{commit: Count, files: {{count.py: "{work}; print('undone')\\n"}}}}]
    expect: {{counts: needs work}}
"""
WORK = "sum(range(100_000_000))"


class PushBesideProofs(Push):
    target, work, unit = 11, "git push while two labs are being proved", "s"
    goals = (Goal("ratio", at_most=1.5),)

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.course, self.numbers = site.lesson.course, count(1)
        site.grading.start("later-worker")
        proofs.versions_to_prove().update(proved=True)  # the course's own labs are not measured

    def limit(self) -> float:
        return median(self._pushed(self.ours, "passed") for _ in range(PUSHES))

    def product(self) -> float:
        labs = [self._waiting_lab() for _ in range(2)]
        tasks.wake_prover()
        wait_for(lambda: self._proving(labs).exists(), 60, "a worker begins to prove")
        took = median(self._pushed(self.ours, "passed") for _ in range(PUSHES))
        if not self._proving(labs).exists():
            raise RuntimeError("the labs were proved before the pushes were done")
        wait_for(lambda: all(version.proved for version in self._of(labs)), 300, "both are proved")
        return took

    def _waiting_lab(self) -> Lab:
        number = next(self.numbers)
        source = RUNS_LONG.format(number=number, work=WORK)
        fields = {"slug": f"beside-{number}", "status": Lab.Status.PUBLISHED, "source": source}
        return save_lab(lab=Lab(course=self.course, **fields), wake=False)

    def _of(self, labs: list[Lab]):
        return LabVersion.objects.filter(lab__in=labs)

    def _proving(self, labs: list[Lab]):
        return self._of(labs).filter(proof__isnull=True, proving_fault=proofs.NO_ANSWER)
