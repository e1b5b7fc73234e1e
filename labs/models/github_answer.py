"""GitHub's answers about a connected repository, which checks use as evidence, and when to ask again."""

from django.db import models
from django.db.models import Q

from labs.models.repository import Repository
from labs.models.submission import Submission


class GitHubAnswer(models.Model):
    """The workflow runs of one commit or, if `commit` is empty, the pull requests from the branches `heads`.

    `data` is the JSON of `RunsOfCommit` or `PullRequests`, None before the first answer. A worker asks from `ask_at`
    on, None if there is no reason to; it moves `ask_at` while it asks, so that nobody else does. `tries` counts
    answers that left something open. `submissions` were graded with this answer, or wait for it. `rehearsed` are the
    heads that only the rehearsal of a regrade asked about: what is new about them grades nothing.
    """

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="github_answers")
    commit = models.CharField(max_length=64, blank=True)
    heads = models.JSONField(default=list)
    rehearsed = models.JSONField(default=list)
    data = models.JSONField(null=True)
    asked_at = models.DateTimeField(null=True)
    ask_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    submissions = models.ManyToManyField(Submission, related_name="github_answers")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "GitHub’s answer"
        verbose_name_plural = "GitHub’s answers"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["repository", "commit"], name="one_answer_of_github_per_commit")
        ]
        indexes = [
            models.Index(
                fields=["ask_at", "id"], condition=Q(ask_at__isnull=False), name="github_answer_to_ask"
            ),
            models.Index(fields=["repository", "-id"], name="github_answer_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.repository}, {self.commit[:7] or 'pull requests'}"
