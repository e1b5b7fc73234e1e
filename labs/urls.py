from django.urls import path

from labs import outside_views, practice, token_views, views

urlpatterns = [
    path("git/<slug:course_slug>/<slug:lab_slug>.git", practice.address, name="practice"),
    path("git/<slug:course_slug>/<slug:lab_slug>.git/info/refs", practice.advertise, name="practice_refs"),
    path(
        "git/<slug:course_slug>/<slug:lab_slug>.git/git-upload-pack",
        practice.upload_pack,
        name="practice_fetch",
    ),
    path(
        "git/<slug:course_slug>/<slug:lab_slug>.git/git-receive-pack",
        practice.receive_pack,
        name="practice_push",
    ),
    path("courses/<slug:course>/labs/<slug:lab>/", views.lab, name="lab"),
    path("courses/<slug:course>/labs/<slug:lab>/address/", views.lab_address, name="lab_address"),
    path("courses/<slug:course>/labs/<slug:lab>/repository/", views.lab_repository, name="lab_repository"),
    path("courses/<slug:course>/labs/<slug:lab>/submit/", views.lab_submit, name="lab_submit"),
    path("courses/<slug:course>/labs/<slug:lab>/latest/", views.lab_latest, name="lab_latest"),
    path("courses/<slug:course>/labs/<slug:lab>/lab.yaml", outside_views.lab_source, name="lab_source"),
    path(
        "courses/<slug:course>/labs/<slug:lab>/workflow.yml", outside_views.lab_workflow, name="lab_workflow"
    ),
    path("courses/<slug:course>/labs/<slug:lab>/reports/", outside_views.lab_report, name="lab_report"),
    path("account/tokens/", token_views.tokens, name="tokens"),
    path("account/tokens/<int:pk>/revoke/", token_views.revoke_token, name="revoke_token"),
    path("labcheck.pyz", outside_views.labcheck, name="labcheck"),
    path("submissions/<slug:public_id>/", views.submission, name="submission"),
    path("submissions/<slug:public_id>/live/", views.submission_live, name="submission_live"),
    path(
        "submissions/<slug:public_id>/grade-again/",
        views.submission_grade_again,
        name="submission_grade_again",
    ),
    path("submissions/<slug:public_id>/cancel/", views.submission_cancel, name="submission_cancel"),
]
