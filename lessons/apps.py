from django.apps import AppConfig


class LessonsConfig(AppConfig):
    name = "lessons"

    def ready(self) -> None:
        from lessons.search.own_kinds import register_own  # models are ready by now, and not before

        register_own()
