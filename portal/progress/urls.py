from django.urls import include, path

from portal.progress import views
from portal.progress.calendar import views as calendar
from portal.progress.certificates import staff_views as staff_certificates
from portal.progress.certificates import views as certificates
from portal.progress.class_page import views as class_page
from portal.progress.classroom import views as classroom
from portal.progress.gradebook import file_views as gradebook_files
from portal.progress.gradebook import learner, staff_notes
from portal.progress.gradebook import views as gradebook
from portal.progress.inquiries import views as inquiries
from portal.progress.own_data import views as own_data
from portal.progress.privacy import views as privacy
from portal.progress.teaching import next_cohort
from portal.progress.teaching import views as teaching

gradebook_of_cohort = [
    path("", gradebook.gradebook, name="gradebook"),
    path("changes/", gradebook_files.changes, name="gradebook_changes"),
    path("import/", gradebook_files.import_external, name="gradebook_import"),
    path("download/<slug:form>/", gradebook_files.export, name="gradebook_export"),
    path("release/", gradebook.release, name="gradebook_release"),
    path("<int:learner>/", learner.learner_page, name="gradebook_learner"),
    path("<int:learner>/notes/", staff_notes.staff_notes, name="gradebook_notes"),
    path("<int:learner>/score/<str:item>/", gradebook.score, name="gradebook_score"),
]
urlpatterns = [
    path("", views.home, name="home"),
    path("classroom-import/", classroom.classroom_import, name="classroom_import"),
    path("classroom-import/<int:upload>/", classroom.report, name="classroom_report"),
    path("classroom-import/<int:upload>/start/", classroom.start_import, name="classroom_start"),
    path("help/", views.help_page, name="help"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("privacy/accept/", privacy.accept_privacy, name="accept_privacy"),
    path("account/data/", own_data.own_data, name="own_data"),
    path("account/data/<int:export>/<int:part>/", own_data.download, name="own_data_part"),
    path("account/delete/", own_data.leave_account, name="leave_account"),
    path("account/delete/cancel/", own_data.stay, name="keep_account"),
    path("people/<int:person>/delete/", own_data.delete_person, name="delete_person"),
    path("courses/<slug:course>/", views.course, name="course"),
    path("courses/<slug:course>/as-learner/", views.course_as_learner, name="course_as_learner"),
    path("courses/<slug:course>/as-learner/home/", views.home_as_learner, name="home_as_learner"),
    path("courses/<slug:course>/as-learner/progress/", views.progress_as_learner, name="progress_as_learner"),
    path("courses/<slug:course>/progress/", views.progress, name="progress"),
    path("courses/<slug:course>/notes.html", views.course_notes, name="course_notes"),
    path("courses/<slug:course>/progress/skills/", views.skills, name="skills"),
    path("courses/<slug:course>/progress/scores.csv", views.scores_csv, name="scores_csv"),
    path("courses/<slug:course>/progress/scores.json", views.scores_json, name="scores_json"),
    path("courses/<slug:course>/inquiries/", inquiries.inquiries, name="inquiries"),
    path("inquiries/ask/", inquiries.ask_inquiry, name="ask_inquiry"),
    path("inquiries/<int:inquiry>/", inquiries.inquiry, name="inquiry"),
    path("calendar/", calendar.subscription, name="calendar"),
    path("calendar/<str:token>.ics", calendar.feed, name="calendar_feed"),
    path("courses/<slug:course>/class/<slug:cohort>/meetings.ics", calendar.cohort_ics, name="cohort_ics"),
    path(
        "courses/<slug:course>/class/<slug:cohort>/<slug:session>/meeting.ics",
        calendar.meeting_ics,
        name="meeting_ics",
    ),
    path("courses/<slug:course>/certificate/", certificates.certificate, name="certificate"),
    path("courses/<slug:course>/certificate/pdf/", certificates.certificate_pdf, name="certificate_pdf"),
    path(
        "courses/<slug:course>/certificate/badge/", certificates.certificate_badge, name="certificate_badge"
    ),
    path("verify/<slug:key>/", certificates.verify, name="verify_certificate"),
    path("certificates/issuer.json", certificates.issuer, name="certificate_issuer"),
    path("certificates/key.json", certificates.key, name="certificate_key"),
    path("certificates/withdrawn.json", certificates.withdrawn, name="certificates_withdrawn"),
    path("teach/<slug:course>/certificates/", staff_certificates.certificates, name="teach_certificates"),
    path(
        "teach/<slug:course>/certificates/<slug:key>/",
        staff_certificates.change_certificate,
        name="teach_certificate",
    ),
    path("teach/<slug:course>/", teaching.outline, name="teach"),
    path("teach/<slug:course>/next-cohort/", next_cohort.next_cohort, name="teach_next_cohort"),
    path("teach/<slug:course>/gradebook/", gradebook.gradebook_of_course, name="gradebook_of_course"),
    path("teach/<slug:course>/gradebook/<slug:cohort>/", include(gradebook_of_cohort)),
    path("teach/<slug:course>/order/", teaching.order, name="teach_order"),
    path("teach/<slug:course>/labs/", teaching.labs, name="teach_labs"),
    path("teach/<slug:course>/sessions/", teaching.sessions, name="teach_sessions"),
    path("teach/<slug:course>/class/<slug:cohort>/", class_page.class_page, name="teach_class"),
    path("teach/<slug:course>/class/<slug:cohort>/scores.csv", class_page.scores_csv, name="teach_class_csv"),
    path("teach/<slug:course>/class/<slug:cohort>/checks/", class_page.checks, name="teach_checks"),
    path(
        "teach/<slug:course>/class/<slug:cohort>/checks.csv", class_page.checks_csv, name="teach_checks_csv"
    ),
    path("teach/<slug:course>/class/<slug:cohort>/stuck/", class_page.all_stuck, name="teach_stuck"),
    path(
        "teach/<slug:course>/class/<slug:cohort>/stuck/<int:learner>/",
        class_page.finding,
        name="teach_finding",
    ),
]
