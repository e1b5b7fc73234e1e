"""Labs that are done in teams: who makes the teams, and how many people are in one."""

MAX_TEAM = 20
TEAMS_BY = ("staff", "learners", "random")
