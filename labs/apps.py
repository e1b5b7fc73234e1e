from django.apps import AppConfig


class LabsConfig(AppConfig):
    name = "labs"

    def ready(self) -> None:
        from labs import deletable
        from labs.authoring.course_files import LabFolders
        from labs.copying import copy_labs, copy_own_deadlines
        from labs.file_questions.question import FileQuestion
        from labs.github.answers import ask_for_status
        from labs.github.signing_in import prove
        from labs.github.tokens import token_of
        from labs.grading import tallies  # noqa: F401 - models are ready by now, and not before
        from labs.grading.deadline_changes import recount, recount_learner
        from labs.grading.result_notices import notify_of_report
        from labs.grading.results import on_report
        from labs.models import Lab, LabVersion
        from labs.places import LabPlace
        from labs.queries import shows_file
        from labs.repositories.hosts import register_tokens
        from labs.repositories.staff_repositories import HOSTS
        from labs.search import LABS
        from labs.tokens import end_tokens, tokens_of
        from lessons import cohort_dates, deadline_changes, stored_files
        from lessons import deletable as lessons_deletable
        from lessons.copying import register_part
        from lessons.course_files.lab_files import register_lab_files
        from lessons.file_queries import register_use
        from lessons.quizzes import kinds
        from lessons.repositories import register_hosts
        from lessons.search.kinds import register
        from lessons.threads import places
        from portal.accounts.credentials import on_credentials_end
        from portal.accounts.github import on_linked
        from portal.accounts.sections import Section, register_section

        on_credentials_end(end_tokens)
        register_section(
            Section("labs/_tokens.html", place=20, get_data=lambda user: {"tokens": tokens_of(user)})
        )
        register_hosts(HOSTS)
        register(LABS)
        places.register(LabPlace())
        kinds.register(FileQuestion)
        lessons_deletable.register(deletable.LABS)
        register_part(copy_labs)
        cohort_dates.register(copy_own_deadlines)
        register_use(shows_file)
        stored_files.register_texts(Lab, "brief", "brief_html", "source")
        stored_files.register_texts(LabVersion, "source")
        register_lab_files(LabFolders())
        on_report(ask_for_status)
        on_report(notify_of_report)
        register_tokens(token_of)
        on_linked(prove)
        deadline_changes.register(recount, recount_learner)
