from django.urls import include, path

from labs.github import course_commit_views, hooks, setup_views, staff_views
from labs.github import views as github
from labs.pages import (
    as_learner_views,
    choice_views,
    comment_views,
    file_views,
    labcheck_views,
    likeness_views,
    marking_views,
    peer_review_views,
    queue_views,
    regrade_views,
    repository_views,
    team_views,
    token_views,
    views,
)
from labs.practice import views as practice

# Grouped by prefix, so that later patterns cost one comparison per group.
remote = [
    path("info/refs", practice.advertise, name="practice_refs"),
    path("git-upload-pack", practice.upload_pack, name="practice_fetch"),
    path("git-receive-pack", practice.receive_pack, name="practice_push"),
]
staff_remote = [
    path("info/refs", practice.staff_advertise, name="practice_staff_refs"),
    path("git-upload-pack", practice.staff_upload_pack, name="practice_staff_fetch"),
]
lab = [
    path("", views.lab, name="lab"),
    path("as-learner/", as_learner_views.lab_as_learner, name="lab_as_learner"),
    path("address/", views.lab_address, name="lab_address"),
    path("repository/", views.lab_repository, name="lab_repository"),
    path("submit/", views.lab_submit, name="lab_submit"),
    path("latest/", views.lab_latest, name="lab_latest"),
    path("receipts/", views.lab_receipts, name="lab_receipts"),
    path("team/", team_views.lab_team, name="lab_team"),
    path("teams/", team_views.lab_teams, name="lab_teams"),
    path("lab.yaml", labcheck_views.lab_source, name="lab_source"),
    path("workflow.yml", labcheck_views.lab_workflow, name="lab_workflow"),
    path("marking/", marking_views.lab_marking, name="lab_marking"),
    path("reviews/", peer_review_views.lab_reviews, name="lab_reviews"),
    path("reviews/volunteer/", peer_review_views.lab_review_volunteer, name="lab_review_volunteer"),
    path("reviews/staff/", peer_review_views.lab_review_rounds, name="lab_review_rounds"),
    path("likeness/", likeness_views.lab_likeness, name="lab_likeness"),
    path("likeness/<int:pair>/", likeness_views.lab_pair, name="lab_pair"),
    path("regrade/", regrade_views.lab_regrades, name="lab_regrades"),
    path("regrade/<int:regrade>/", regrade_views.lab_regrade, name="lab_regrade"),
    path("repositories/", repository_views.lab_repositories, name="lab_repositories"),
    path("reports/", labcheck_views.lab_report, name="lab_report"),
]
connection = [
    path("", github.connection, name="github_connection"),
    path("live/", github.live, name="github_live"),
    path("check/", github.check, name="github_check"),
    path("prove/", github.prove, name="github_prove"),
    path("grade/", github.grade, name="github_grade"),
    path("secret/", github.secret, name="github_secret"),
    path("disconnect/", github.disconnect, name="github_disconnect"),
]
submission = [
    path("", views.submission, name="submission"),
    path("live/", views.submission_live, name="submission_live"),
    path("files/", file_views.submission_files, name="submission_files"),
    path("history/", file_views.submission_log, name="submission_log"),
    path("changes/", file_views.submission_changes, name="submission_changes"),
    path("mark/", marking_views.submission_mark, name="submission_mark"),
    path("mark/presence/", marking_views.submission_mark_presence, name="submission_mark_presence"),
    path("comments/", comment_views.submission_comment, name="submission_comment"),
    path("grade-again/", views.submission_grade_again, name="submission_grade_again"),
    path("choose/", choice_views.choose, name="submission_choose"),
    path("withdraw-choice/", choice_views.withdraw, name="submission_withdraw_choice"),
    path("cancel/", views.submission_cancel, name="submission_cancel"),
]
review = [
    path("", peer_review_views.peer_review, name="peer_review"),
    path("files/", peer_review_views.peer_review_files, name="peer_review_files"),
    path("history/", peer_review_views.peer_review_history, name="peer_review_history"),
    path("notes/", peer_review_views.peer_review_note, name="peer_review_note"),
    path("answer/", peer_review_views.peer_review_answer, name="peer_review_answer"),
    path("set-aside/", peer_review_views.peer_review_set_aside, name="peer_review_set_aside"),
]
urlpatterns = [
    path("git/<slug:course_slug>/<slug:lab_slug>.git", practice.address, name="practice"),
    path("git/<slug:course_slug>/<slug:lab_slug>.tar", repository_views.lab_archive, name="lab_archive"),
    path("git/<slug:course_slug>/<slug:lab_slug>.git/", include(remote)),
    path("github/hooks/<slug:key>/", hooks.hook, name="github_hook"),
    path("courses/<slug:course>/labs/<slug:lab>/connection/", include(connection)),
    path("github/courses/<slug:key>/", hooks.course, name="github_course_hook"),
    path("github/courses/<slug:course>/commit/", course_commit_views.commit, name="course_commit"),
    path("github/courses/<slug:course>/files.zip", course_commit_views.download, name="course_download"),
    path("github/app/", hooks.app, name="github_app"),
    path("github/installed/", github.return_to_connection, name="github_installed"),
    path("github/setup/", setup_views.set_up, name="github_setup"),
    path("github/setup/done/", setup_views.done, name="github_setup_done"),
    path("git/<slug:course_slug>/<slug:lab_slug>/<slug:folder>.git/", include(staff_remote)),
    path("courses/<slug:course>/labs/<slug:lab>/", include(lab)),
    path("submissions/<slug:public_id>/", include(submission)),
    path("reviews/<slug:public_id>/", include(review)),
    path("courses/<slug:course>/saved-comments/", comment_views.saved, name="saved_comments"),
    path("comments/<int:comment>/edit/", comment_views.comment_edit, name="comment_edit"),
    path("comments/<int:comment>/delete/", comment_views.comment_delete, name="comment_delete"),
    path("comments/<int:comment>/reply/", comment_views.comment_reply, name="comment_reply"),
    path("account/tokens/", token_views.tokens, name="tokens"),
    path("account/tokens/<int:pk>/revoke/", token_views.revoke_token, name="revoke_token"),
    path("queue/", queue_views.queue, name="teach_queue"),
    path("queue/retry/", queue_views.retry_faults, name="teach_retry_faults"),
    path("queue/look/<int:connection>/", staff_views.retry_look, name="teach_retry_look"),
    path("labcheck.pyz", labcheck_views.labcheck, name="labcheck"),
]
