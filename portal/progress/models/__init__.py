from portal.progress.models.calendar import CalendarDeadline, CalendarFeed
from portal.progress.models.external_mark import ExternalMark
from portal.progress.models.stuck import StuckMark

__all__ = ["CalendarDeadline", "CalendarFeed", "ExternalMark", "StuckMark"]
