from django.urls import path, re_path

from lessons.views import authoring, joining, quizzes, reading

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
    path(
        "courses/<slug:course>/quizzes/<slug:quiz>/<int:number>/of/<int:learner>/",
        quizzes.review_of,
        name="attempt_of",
    ),
    path("courses/<slug:course>/<slug:lesson>/", reading.lesson, name="lesson"),
    path("courses/<slug:course>/<slug:lesson>/as-learner/", authoring.as_learner, name="lesson_as_learner"),
    path("courses/<slug:course>/<slug:lesson>/place/", reading.place, name="lesson_place"),
    path("courses/<slug:course>/<slug:lesson>/read/", reading.read, name="lesson_read"),
    path("courses/<slug:course>/<slug:lesson>/tick/", reading.tick, name="lesson_tick"),
    path("markdownx/markdownify/", authoring.preview, name="markdownx_markdownify"),
    path("markdownx/upload/", authoring.upload, name="markdownx_upload"),
    path("markdownx/compare/", authoring.compare, name="markdownx_compare"),
    re_path(r"^media/images/(?P<name>[0-9a-f]{32}[.][a-z]{3,4})$", authoring.image, name="lesson_image"),
]
