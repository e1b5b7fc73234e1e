from labs.grader.report_text import WIDTH, report_lines

LONG = (
    "Note for each stage the job and the step that does it, and draw an arrow for each `needs` in the file."
)


def test_a_direction_is_wrapped_and_commands_stay_whole(repo, lab):
    repo.commit("Start")
    more = f'    fix: "{LONG}"\n    teaches: '
    skill = report_lines(repo.grade(lab("file: {path: a, exists: true}", more=more + "skill\n")))
    commands = report_lines(repo.grade(lab("file: {path: a, exists: true}", more=more + "plumbing\n")))
    assert max(map(len, skill)) <= WIDTH
    assert f"    {LONG}" in commands
