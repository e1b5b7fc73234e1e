from django.urls import include, path, re_path
from django.views.generic import RedirectView

from lessons.pages.views import (
    analysis,
    as_learner,
    authoring,
    evening,
    helping,
    joining,
    live,
    marking,
    meetings,
    notes,
    notes_review,
    practise,
    quizzes,
    reading,
    regrade,
    reports,
    search,
    threads,
)

quiz = [
    path("", quizzes.start, name="quiz"),
    path("as-learner/", as_learner.quiz, name="quiz_as_learner"),
    path("as-learner/attempt/", as_learner.attempt, name="attempt_as_learner"),
    path("<int:number>/", quizzes.resume, name="attempt"),
    path("<int:number>/<int:place>/", quizzes.question, name="question"),
    path("<int:number>/summary/", quizzes.summary, name="attempt_summary"),
    path("<int:number>/time/", quizzes.time_left, name="attempt_time"),
    path("<int:number>/review/", quizzes.review, name="attempt_review"),
    path("<int:number>/of/<int:learner>/", quizzes.review_of, name="attempt_of"),
    path("<int:number>/report/<slug:key>/", reports.report, name="report_question"),
    path("practise/", practise.of_quiz, name="practise_quiz"),
    path("practise/<slug:key>/", practise.question, name="practise_question"),
    path("live/", live.set_up, name="live_setup"),
    path("analysis/", analysis.item_analysis, name="item_analysis"),
    path("analysis/reports/<int:report>/", reports.close, name="close_report"),
    path("analysis/<slug:key>/key/", regrade.change, name="change_key"),
    path("regrade/", regrade.regrades_of, name="quiz_regrades"),
    path("regrade/<int:regrade>/", regrade.regrade, name="quiz_regrade"),
    path("analysis/<slug:of>.csv", analysis.item_analysis_csv, name="item_analysis_csv"),
]
lesson = [
    path("", reading.lesson, name="lesson"),
    path("as-learner/", as_learner.lesson, name="lesson_as_learner"),
    path("place/", reading.place, name="lesson_place"),
    path("read/", reading.read, name="lesson_read"),
    path("tick/", reading.tick, name="lesson_tick"),
]
live_quiz = [
    path("", live.live, name="live"),
    path("poll/", live.poll, name="live_poll"),
    path("run/", live.run, name="live_run"),
    path("run/poll/", live.run_poll, name="live_run_poll"),
]
notes_of_course = [
    path("", notes.bring, name="notes"),
    path("incoming/<int:incoming>/", notes.incoming, name="notes_incoming"),
    path("<int:notes>/", notes_review.review, name="notes_review"),
    path("<int:notes>/fetch/", notes.fetch_again, name="notes_fetch"),
    path("<int:notes>/place/", notes_review.place, name="notes_place"),
    path("<int:notes>/lessons/", notes_review.done, name="notes_done"),
]
meeting = [
    path("", meetings.meeting, name="meeting"),
    path("poll/", meetings.poll, name="meeting_poll"),
    path("signal/", meetings.signal, name="meeting_signal"),
    path("joined/", meetings.note_join, name="meeting_joined"),
    path("attendance/", meetings.attendance, name="meeting_attendance"),
    path("run/", meetings.run, name="meeting_run"),
]
marking_of_course = [
    path("", marking.queue, name="marking"),
    path("question/<slug:quiz>/<slug:key>/", marking.question, name="marking_question"),
    path("<int:answer>/", marking.mark, name="mark_answer"),
    path("<int:answer>/presence/", marking.presence, name="marking_presence"),
]
questions = [
    path("", threads.questions, name="questions"),
    path("ask/", threads.ask, name="ask"),
    path("queue/", helping.help_queue, name="help-queue"),
    path("queue/poll/", helping.poll, name="help-queue-poll"),
    path("<int:thread>/", threads.thread, name="thread"),
    path("<int:thread>/poll/", threads.poll, name="thread_poll"),
    path("<int:thread>/messages/<int:message>/", threads.message, name="thread_message"),
]
urlpatterns = [
    path("questions/<slug:course>/", include(questions)),
    path("marking/<slug:course>/", include(marking_of_course)),
    path("notes/", notes.choose_course, name="notes_courses"),
    path("notes/<slug:course>/", include(notes_of_course)),
    path("courses/<slug:course>/prepare/<slug:session>/", reading.tick_prepared, name="tick_prepared"),
    path("courses/<slug:course>/prepare/<slug:session>/plan/", evening.evening_plan, name="evening_plan"),
    path("courses/<slug:course>/quizzes/<slug:quiz>/", include(quiz)),
    path("courses/<slug:course>/progress/practise/", practise.of_course, name="practise_course"),
    path("courses/<slug:course>/live/<int:live>/", include(live_quiz)),
    path("courses/<slug:course>/class/<slug:cohort>/<slug:session>/", include(meeting)),
    path("courses/<slug:course>/<slug:lesson>/", include(lesson)),
    path("search", search.search, name="search"),
    path("search/", RedirectView.as_view(pattern_name="search", query_string=True)),
    path("join/", joining.join, name="join"),
    path("join/<slug:code>/", joining.join, name="join_with_code"),
    path("markdownx/markdownify/", authoring.preview, name="markdownx_markdownify"),
    path("markdownx/upload/", authoring.upload, name="markdownx_upload"),
    path("markdownx/compare/", authoring.compare, name="markdownx_compare"),
    path("markdownx/attach/", authoring.attach, name="attach"),
    re_path(
        r"^media/files/(?P<token>[0-9a-f]{32})/(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{0,99})$",
        authoring.attachment,
        name="attachment",
    ),
    re_path(r"^media/images/(?P<name>[0-9a-f]{32}[.][a-z]{3,4})$", authoring.image, name="lesson_image"),
]
