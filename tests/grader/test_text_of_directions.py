from labs.grader.report_text import WIDTH, report_lines

LONG = (
    "Note for each stage the job and the step that does it, and draw an arrow for each `needs` in the file."
)


def test_a_direction_is_wrapped_and_commands_stay_whole(repo, lab):
    repo.commit("Start")

    def lines(fix):
        return report_lines(repo.grade(lab("file: {path: a, exists: true}", more=f'    fix: "{fix}"\n')))

    command = f"git commit -m '{LONG}'"
    assert max(map(len, lines(LONG))) <= WIDTH
    assert f"    {command}" in lines(command)
