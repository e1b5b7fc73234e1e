from django.apps import AppConfig


class ProgressConfig(AppConfig):
    name = "portal.progress"
    label = "progress"

    def ready(self) -> None:
        from lessons.copying import register_part
        from lessons.meetings import register_calendar
        from portal.accounts.credentials import on_credentials_end
        from portal.accounts.sections import Section, register_section
        from portal.progress.calendar.entries import meeting_file
        from portal.progress.calendar.feeds import end_feed  # models are ready by now, and not before
        from portal.progress.certificates.actions import copy_rule

        on_credentials_end(end_feed)
        register_section(Section("progress/_calendar.html", place=40, is_beside=True))
        register_section(Section("accounts/_privacy.html", place=50, is_beside=True))
        register_section(Section("own_data/_settings.html", place=90))
        register_part(copy_rule)
        register_calendar(meeting_file)
