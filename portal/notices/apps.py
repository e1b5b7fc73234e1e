from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "portal.notices"
    label = "notices"

    def ready(self) -> None:
        from portal.accounts.sections import Section, register_section

        register_section(Section("notices/_section.html", place=30, is_beside=True))
