from django.apps import AppConfig


class ProgressConfig(AppConfig):
    name = "portal.progress"
    label = "progress"

    def ready(self) -> None:
        from portal.accounts.credentials import on_credentials_end
        from portal.progress.calendar.feeds import end_feed  # models are ready by now, and not before

        on_credentials_end(end_feed)
