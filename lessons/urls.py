from django.urls import path

from lessons.views import joining, quizzes, reading

urlpatterns = [
    path("join/", joining.join, name="join"),
    path("join/<slug:code>/", joining.join, name="join_with_code"),
    path("courses/<slug:course>/prepare/<slug:session>/", reading.tick_prepared, name="tick_prepared"),
    path("courses/<slug:course>/quizzes/<slug:quiz>/", quizzes.start, name="quiz"),
    path("courses/<slug:course>/quizzes/<slug:quiz>/<int:number>/", quizzes.resume, name="attempt"),
    path(
        "courses/<slug:course>/quizzes/<slug:quiz>/<int:number>/<int:place>/",
        quizzes.question,
        name="question",
    ),
    path(
        "courses/<slug:course>/quizzes/<slug:quiz>/<int:number>/summary/",
        quizzes.summary,
        name="attempt_summary",
    ),
    path(
        "courses/<slug:course>/quizzes/<slug:quiz>/<int:number>/review/",
        quizzes.review,
        name="attempt_review",
    ),
    path("courses/<slug:course>/<slug:lesson>/", reading.lesson, name="lesson"),
    path("courses/<slug:course>/<slug:lesson>/place/", reading.place, name="lesson_place"),
    path("courses/<slug:course>/<slug:lesson>/read/", reading.read, name="lesson_read"),
    path("courses/<slug:course>/<slug:lesson>/tick/", reading.tick, name="lesson_tick"),
]
