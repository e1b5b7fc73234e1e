"""Teams of learners who do a lab together."""

import secrets

from django.db import models
from django.utils import timezone

from labs.models.lab import Lab, TeamsBy
from lessons.models import Cohort, Course, Enrollment
from lessons.models.shared import SameParent, shared_field


def new_team_code() -> str:
    # 10 letters and digits, about 49 bits, to be read out or copied: learners of the cohort alone may use it
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(10))


class Team(models.Model):
    """Learners of a cohort who do a lab together. Their work is filed under one of them, the `holder`.

    Repositories, submissions, limits and outages of the team have the enrollment of the holder, so that code
    for the work of a learner also works for a team. Only `labs.team_actions` and `labs.grading.team_filing` change
    members, and keep the holder a member. Teams with another `made_by` than learners may be below the minimum size.
    """

    lab = models.ForeignKey(Lab, models.CASCADE, related_name="teams")
    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="teams")
    course = shared_field(Course, of=("lab", "cohort"))
    holder = models.ForeignKey(Enrollment, models.CASCADE, related_name="held_teams")
    number = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=16, unique=True, default=new_team_code, editable=False)
    made_by = models.CharField(max_length=10, choices=TeamsBy, default=TeamsBy.LEARNERS)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["number", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["lab", "cohort", "number"], name="team_number_unique"),
            models.UniqueConstraint(fields=["lab", "holder"], name="one_team_per_holder_and_lab"),
            models.UniqueConstraint(fields=["id", "lab"], name="team_and_lab"),
            SameParent(field="lab", parent="course", name="team_for_a_lab_of_its_course"),
            SameParent(field="cohort", parent="course", name="team_of_a_cohort_of_its_course"),
        ]

    def __str__(self) -> str:
        return f"Team {self.number}"


class TeamMember(models.Model):
    """A learner in a team. The database allows one team for a learner and lab."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="members")
    lab = shared_field(Lab, of=("team",))
    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="team_places")
    joined_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["joined_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "lab"], name="one_team_per_learner_and_lab"),
            SameParent(field="team", parent="lab", name="member_of_a_team_for_its_lab"),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment.user} in {self.team}"


class TeamInvitation(models.Model):
    """An invitation of a learner without a team, by a member. Joining any team of the lab ends it."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="invitations")
    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="team_invitations")
    by = models.ForeignKey(Enrollment, models.CASCADE, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["team", "enrollment"], name="one_invitation_per_team_and_learner")
        ]

    def __str__(self) -> str:
        return f"{self.enrollment.user} to {self.team}"
