from django.apps import AppConfig


class LessonsConfig(AppConfig):
    name = "lessons"

    def ready(self) -> None:
        from lessons import deletable, receivers, stored_files  # noqa: F401 - receivers listen  # models are ready by now, and not before
        from lessons.file_queries import register_use
        from lessons.invited import find_invitation
        from lessons.meeting_queries import shows_file
        from lessons.search.own_kinds import register_own
        from lessons.threads import own_places
        from portal.accounts.invited import register_invitations

        register_own()
        deletable.register_own()
        stored_files.register_own()
        own_places.register_own()
        register_use(shows_file)
        register_invitations(find_invitation)
