"""The expected status of each URL for each role. A new URL needs a row here."""

from tests.web.routes import Route, routes
from tests.web.world import ROLES

# Models in the admin: written by instructors, written by the portal itself, or only for administrators.
AUTHORED = {
    *("lessons.course", "lessons.session", "lessons.lesson", "lessons.quiz", "lessons.cohort", "labs.lab"),
    *("lessons.meeting", "lessons.enrollment", "lessons.coursestaff", "lessons.snippet"),
    *("lessons.quizdeadline", "lessons.quizextension", "lessons.extratime"),
    *("labs.labdeadline", "labs.labextension"),
}
RECORDED = {
    *("lessons.reading", "lessons.tick", "lessons.quizversion", "lessons.attempt", "lessons.answer"),
    *("labs.labversion", "labs.submission", "labs.report", "labs.repository", "labs.receipt"),
    *(
        "labs.localreport",
        "labs.failedcheck",
        "labs.outage",
        "labs.connection",
        "labs.choice",
        "labs.githubanswer",
    ),
}
CLOSED = {"auth.group", "accounts.user", "labs.accesstoken", "account.emailaddress"}
# viewed by administrators, who cannot change them
LOOKED_AT = {"accounts.auditentry", "labs.installation", "mfa.authenticator", "socialaccount.socialaccount"}

# Requests name the learner's own objects. The peer learns in another cohort of the same course, the outsider in
# another course, which the visiting instructor teaches. Rows of models apply to each model of their kind.
TABLE = """
                                     GET                            POST
                                     none own peer out vis ins adm  none own peer out vis ins adm
account_login                        200  302 302  302 302 302 302  200  302 302  302 302 302 302
account_logout                       302  200 200  200 200 200 200  302  302 302  302 302 302 302
account_inactive                     200  200 200  200 200 200 200  405  405 405  405 405 405 405
account_signup                       200  302 302  302 302 302 302  200  302 302  302 302 302 302
account_reauthenticate               302  200 200  200 200 200 200  302  200 200  200 200 200 200
account_email                        302  200 200  200 200 200 200  302  302 302  302 302 302 302
account_email_verification_sent      302  302 302  302 302 302 302  302  302 302  302 302 302 302
account_change_password              302  200 200  200 200 200 200  302  200 200  200 200 200 200
account_set_password                 302  302 302  302 302 302 302  302  302 302  302 302 302 302
account_reset_password               200  200 200  200 200 200 200  200  200 200  200 200 200 200
account_confirm_login_code           302  302 302  302 302 302 302  302  302 302  302 302 302 302
account_reset_password_done          200  200 200  200 200 200 200  405  405 405  405 405 405 405
account_reset_password_from_key      200  200 200  200 200 200 200  200  200 200  200 200 200 200
account_reset_password_from_key_done 200  200 200  200 200 200 200  405  405 405  405 405 405 405
mfa_index                            302  200 200  200 200 200 200  302  405 405  405 405 405 405
mfa_authenticate                     302  302 302  302 302 302 302  302  302 302  302 302 302 302
mfa_reauthenticate                   302  200 302  200 302 302 302  302  200 302  200 302 302 302
mfa_activate_totp                    302  302 302  302 302 302 302  302  302 302  302 302 302 302
mfa_deactivate_totp                  302  302 404  302 404 404 404  302  302 404  302 404 404 404
mfa_view_recovery_codes              302  404 404  404 404 404 404  302  405 405  405 405 405 405
mfa_generate_recovery_codes          302  302 302  302 302 302 302  302  302 302  302 302 302 302
mfa_download_recovery_codes          302  404 404  404 404 404 404  302  404 404  404 404 404 404
mfa_list_webauthn                    302  200 200  200 200 200 200  302  405 405  405 405 405 405
mfa_add_webauthn                     302  302 302  302 302 302 302  302  302 302  302 302 302 302
mfa_reauthenticate_webauthn          302  302 302  302 302 302 302  302  302 302  302 302 302 302
mfa_remove_webauthn                  302  302 302  302 302 302 302  302  302 302  302 302 302 302
mfa_edit_webauthn                    302  302 302  302 302 302 302  302  302 302  302 302 302 302
mfa_login_webauthn                   302  302 302  302 302 302 302  302  302 302  302 302 302 302
tokens                               302  200 200  200 200 200 200  302  200 200  200 200 200 200
revoke_token                         302  405 405  405 405 405 405  302  302 404  404 404 404 404
account                              302  302 302  302 302 302 302  302  302 302  302 302 302 302
settings                             302  200 200  200 200 200 200  302  302 302  302 302 302 302
settings_look                        302  405 405  405 405 405 405  302  302 302  302 302 302 302
settings_shortcuts                   302  405 405  405 405 405 405  302  204 204  204 204 204 204
settings_theme                       302  405 405  405 405 405 405  302  302 302  302 302 302 302
first_sign_in                        302  302 302  302 302 302 302  302  302 302  302 302 302 302
confirm_email                        302  302 302  302 302 302 302  302  302 302  302 302 302 302
own_data                             302  200 200  200 200 200 200  302  302 302  302 302 302 302
own_data_part                        302  200 404  404 404 404 404  302  405 405  405 405 405 405
leave_account                        302  302 302  302 302 302 302  302  302 302  302 302 302 302
keep_account                         302  405 405  405 405 405 405  302  302 302  302 302 302 302
delete_person                        302  404 404  404 404 404 200  302  404 404  404 404 404 422
theme                                405  405 405  405 405 405 405  302  302 302  302 302 302 302
healthz                              200  200 200  200 200 200 200  405  405 405  405 405 405 405
readyz                               200  200 200  200 200 200 200  405  405 405  405 405 405 405
metrics                              404  404 404  404 404 404 404  405  405 405  405 405 405 405
home                                 200  200 200  200 200 200 200  405  405 405  405 405 405 405
privacy                              200  200 200  200 200 200 200  405  405 405  405 405 405 405
accept_privacy                       302  302 302  302 302 302 302  302  302 302  302 302 302 302
help                                 200  200 200  200 200 200 200  405  405 405  405 405 405 405
search                               200  200 200  200 200 200 200  405  405 405  405 405 405 405
search/                              302  302 302  302 302 302 302  302  302 302  302 302 302 302
join                                 302  200 200  200 200 200 200  302  302 409  302 302 302 302
join_with_code                       302  302 200  200 200 200 200  302  302 409  302 302 302 302
course                               200  200 200  200 200 200 200  405  405 405  405 405 405 405
progress                             302  200 200  404 404 200 200  302  405 405  405 405 405 405
skills                               302  200 200  404 404 404 404  302  405 405  405 405 405 405
scores_csv                           302  200 200  404 404 404 404  302  405 405  405 405 405 405
scores_json                          302  200 200  404 404 404 404  302  405 405  405 405 405 405
lesson                               302  200 200  404 404 200 200  405  405 405  405 405 405 405
lesson_place                         302  405 405  405 405 405 405  302  204 204  404 404 404 404
lesson_read                          302  405 405  405 405 405 405  302  302 302  404 404 404 404
lesson_tick                          302  405 405  405 405 405 405  302  302 302  404 404 404 404
tick_prepared                        302  405 405  405 405 405 405  302  302 302  404 404 404 404
evening_plan                         302  403 403  403 404 200 200  302  403 403  403 405 405 405
lesson_as_learner                    302  403 403  403 404 200 200  302  403 403  403 405 405 405
attachment                           404  200 200  404 404 200 200  405  405 405  405 405 405 405
course_as_learner                    302  403 403  403 404 200 200  302  403 403  403 405 405 405
home_as_learner                      302  403 403  403 404 200 200  302  403 403  403 405 405 405
progress_as_learner                  302  403 403  403 404 200 200  302  403 403  403 405 405 405
quiz_as_learner                      302  403 403  403 404 200 200  302  403 403  403 405 405 405
attempt_as_learner                   302  403 403  403 404 302 302  302  403 403  403 404 200 200
lab_as_learner                       302  403 403  403 404 200 200  302  403 403  403 405 405 405
lesson_image                         404  200 200  404 404 200 200  405  405 405  405 405 405 405
quiz                                 302  200 200  404 404 200 200  302  302 302  404 404 404 404
attempt                              302  302 404  404 404 404 404  302  405 405  405 405 405 405
question                             302  200 404  404 404 404 404  403  200 404  404 404 404 404
attempt_summary                      302  200 404  404 404 404 404  302  302 404  404 404 404 404
attempt_time                         302  200 404  404 404 404 404  302  405 405  405 405 405 405
attempt_review                       302  200 404  404 404 404 404  302  405 405  405 405 405 405
attempt_of                           302  404 404  404 404 200 200  302  405 405  405 405 405 405
item_analysis                        302  403 403  403 404 200 200  302  403 403  403 405 405 405
item_analysis_csv                    302  403 403  403 404 200 200  302  403 403  403 405 405 405
quiz_regrades                        302  403 403  403 404 302 302  302  403 403  403 404 302 302
quiz_regrade                         302  403 403  403 404 200 200  302  403 403  403 404 404 404
change_key                           302  403 403  403 405 405 405  302  403 403  403 404 302 302
close_report                         302  403 403  403 405 405 405  302  403 403  403 404 302 302
report_question                      302  405 405  405 405 405 405  302  302 404  404 404 404 404
notices                              302  200 200  200 200 200 200  302  302 302  302 302 302 302
open_notice                          302  405 405  405 405 405 405  302  302 404  404 404 404 404
choose_mails                         302  405 405  405 405 405 405  302  422 422  422 422 422 422
choose_mail_times                    302  405 405  405 405 405 405  302  422 422  422 422 422 422
send_test_mail                       302  405 405  405 405 405 405  302  302 302  302 302 302 302
unsubscribe                          200  200 200  200 200 200 200  200  200 200  200 200 200 200
calendar                             302  200 200  200 200 200 200  302  302 302  302 302 302 302
calendar_feed                        200  200 200  200 200 200 200  405  405 405  405 405 405 405
cohort_ics                           302  200 404  404 404 200 200  302  405 405  405 405 405 405
meeting_ics                          302  200 404  404 404 200 200  302  405 405  405 405 405 405
meeting                              302  200 404  404 404 200 200  302  405 405  405 405 405 405
meeting_poll                         200  200 404  404 404 200 200  405  405 405  405 405 405 405
meeting_signal                       302  405 405  405 405 405 405  302  404 404  404 404 404 404
meeting_joined                       302  405 405  405 405 405 405  302  204 404  404 404 204 204
meeting_attendance                   302  403 403  403 404 200 200  302  403 403  403 404 302 302
meeting_run                          302  403 403  403 405 405 405  302  403 403  403 404 302 302
questions                            302  200 200  404 404 200 200  302  405 405  405 405 405 405
ask                                  302  200 200  404 404 404 404  302  404 404  404 404 404 404
help-queue                           302  403 403  403 404 200 200  302  403 403  403 404 302 302
help-queue-poll                      200  404 404  404 404 200 200  405  405 405  405 405 405 405
thread                               302  200 404  404 404 200 200  302  404 404  404 404 404 404
thread_poll                          200  200 404  404 404 200 200  405  405 405  405 405 405 405
thread_message                       302  200 404  404 404 404 404  302  302 404  404 404 404 404
announcements                        302  200 200  404 404 200 200  302  405 405  405 405 405 405
announcement_new                     302  403 403  403 404 200 200  302  403 403  403 404 422 422
announcement                         302  200 404  404 404 200 200  302  404 404  404 404 404 404
announcement_edit                    302  403 403  403 404 200 200  302  403 403  403 404 422 422
exit_ticket                          302  200 404  404 404 200 200  302  422 404  404 404 302 302
live_setup                           302  403 403  403 404 200 200  302  403 403  403 404 302 302
live                                 302  200 404  404 404 200 200  302  302 404  404 404 404 404
live_poll                            200  200 404  404 404 200 200  405  405 405  405 405 405 405
live_run                             302  403 403  403 404 200 200  302  403 403  403 404 302 302
live_run_poll                        200  404 404  404 404 200 200  405  405 405  405 405 405 405
practise_quiz                        302  200 200  404 404 404 404  302  405 405  405 405 405 405
practise_question                    302  404 404  404 404 404 404  302  404 404  404 404 404 404
practise_course                      302  200 200  404 404 404 404  302  405 405  405 405 405 405
lab                                  302  200 200  404 404 200 200  302  405 405  405 405 405 405
lab_address                          302  302 302  404 404 302 302  302  200 200  404 404 302 302
lab_repository                       302  302 302  404 404 302 302  302  422 422  404 404 302 302
lab_submit                           302  302 302  404 404 302 302  302  422 422  404 404 302 302
lab_latest                           302  302 302  404 404 302 302  302  302 302  404 404 302 302
lab_likeness                         302  404 404  404 404 200 200  302  404 404  404 404 302 302
lab_pair                             302  404 404  404 404 200 200  302  405 405  405 405 405 405
lab_regrades                         302  404 404  404 404 200 200  302  404 404  404 404 302 302
lab_regrade                          302  404 404  404 404 200 200  302  404 404  404 404 404 404
lab_source                           200  200 200  200 200 200 200  405  405 405  405 405 405 405
lab_workflow                         200  200 200  200 200 200 200  405  405 405  405 405 405 405
lab_report                           405  405 405  405 405 405 405  401  400 400  404 404 404 404
lab_repositories                     302  404 404  404 404 200 200  302  404 404  404 404 404 404
lab_archive                          302  404 404  404 404 200 200  302  405 405  405 405 405 405
practice_staff_refs                  401  404 404  404 404 404 404  401  404 404  404 404 404 404
practice_staff_fetch                 401  404 404  404 404 404 404  401  404 404  404 404 404 404
labcheck                             200  200 200  200 200 200 200  405  405 405  405 405 405 405
submission                           302  200 404  404 404 200 200  302  405 405  405 405 405 405
submission_live                      200  200 404  404 404 200 200  405  405 405  405 405 405 405
submission_files                     302  200 404  404 404 200 200  302  405 405  405 405 405 405
submission_log                       302  200 404  404 404 200 200  302  405 405  405 405 405 405
submission_changes                   302  200 404  404 404 200 200  302  405 405  405 405 405 405
teach_queue                          302  403 403  403 200 200 200  302  403 403  403 405 405 405
teach_retry_faults                   302  403 403  403 405 405 405  302  403 403  403 302 302 302
teach_retry_look                     302  403 403  403 405 405 405  302  403 403  403 404 302 302
inquiries                            302  200 200  404 404 200 200  302  405 405  405 405 405 405
ask_inquiry                          302  405 405  405 405 405 405  302  404 404  404 404 404 404
inquiry                              302  200 404  404 404 200 200  302  404 404  404 404 422 422
lab_marking                          302  404 404  404 404 200 200  302  405 405  405 405 405 405
submission_mark                      302  404 404  404 404 200 200  302  404 404  404 404 302 302
submission_mark_presence             302  405 405  405 405 405 405  302  404 404  404 404 200 200
submission_comment                   302  405 405  405 405 405 405  302  404 404  404 404 422 422
comment_edit                         302  302 404  404 404 200 302  302  302 404  404 404 422 302
comment_delete                       302  405 405  405 405 405 405  302  404 404  404 404 302 302
comment_reply                        302  405 405  405 405 405 405  302  422 404  404 404 422 422
saved_comments                       302  404 404  404 404 200 200  302  404 404  404 404 422 422
submission_grade_again               302  405 405  405 405 405 405  302  302 404  404 404 302 302
submission_cancel                    302  405 405  405 405 405 405  302  302 404  404 404 302 302
practice                             302  302 302  302 302 302 302  405  405 405  405 405 405 405
practice_refs                        401  200 200  404 404 404 404  401  405 405  404 404 404 404
practice_fetch                       401  405 405  404 404 404 404  401  415 415  404 404 404 404
practice_push                        401  405 405  404 404 404 404  401  415 415  404 404 404 404
lab_receipts                         200  200 200  404 404 404 404  405  405 405  405 405 405 405
submission_choose                    302  405 405  405 405 405 405  302  404 404  404 404 302 302
submission_withdraw_choice           302  405 405  405 405 405 405  302  404 404  404 404 302 302
github_connection                    302  200 200  404 404 302 302  302  422 422  404 404 302 302
github_live                          200  200 404  404 404 404 404  405  405 405  405 405 405 405
github_check                         302  405 405  405 405 405 405  302  302 404  404 404 404 404
github_prove                         302  405 405  405 405 405 405  302  404 404  404 404 404 404
github_login                         405  405 405  405 405 405 405  404  404 404  404 404 404 404
github_callback                      404  404 404  404 404 404 404  405  405 405  405 405 405 405
github_unlink                        302  405 405  405 405 405 405  302  302 404  302 404 404 404
dev_mail                             404  404 404  404 404 404 404  405  405 405  405 405 405 405
oidc_login                           405  405 405  405 405 405 405  404  404 404  404 404 404 404
oidc_callback                        404  404 404  404 404 404 404  405  405 405  405 405 405 405
oidc_unlink                          302  405 405  405 405 405 405  302  404 404  404 404 404 404
github_installed                     302  302 302  302 302 302 302  302  405 405  405 405 405 405
github_grade                         302  405 405  405 405 405 405  302  302 404  404 404 404 404
github_secret                        302  405 405  405 405 405 405  302  200 404  404 404 404 404
github_disconnect                    302  405 405  405 405 405 405  302  302 404  404 404 404 404
github_hook                          405  405 405  405 405 405 405  415  415 415  415 415 415 415
github_course_hook                   405  405 405  405 405 405 405  415  415 415  415 415 415 415
course_commit                        302  403 403  403 404 200 200  302  403 403  403 404 302 302
course_download                      302  403 403  403 404 200 200  302  403 403  403 404 405 405
github_setup                         302  403 403  403 403 403 200  302  405 405  405 405 405 405
github_setup_done                    302  403 403  403 403 403 400  302  405 405  405 405 405 405
github_app                           405  405 405  405 405 405 405  415  415 415  415 415 415 415
markdownx_markdownify                302  403 403  403 405 405 405  302  403 403  403 404 200 200
markdownx_upload                     302  403 403  403 405 405 405  302  403 403  403 404 400 400
attach                               302  403 403  403 405 405 405  302  403 403  403 404 400 400
markdownx_compare                    302  403 403  403 405 405 405  302  403 403  403 200 200 200
teach                                302  403 403  403 404 200 200  302  403 403  403 404 405 405
certificate                          302  200 200  404 404 404 404  302  200 302  404 404 404 404
certificate_pdf                      302  200 404  404 404 404 404  302  405 405  405 405 405 405
certificate_badge                    302  200 404  404 404 404 404  302  405 405  405 405 405 405
verify_certificate                   200  200 200  200 200 200 200  405  405 405  405 405 405 405
certificate_issuer                   200  200 200  200 200 200 200  405  405 405  405 405 405 405
certificate_key                      200  200 200  200 200 200 200  405  405 405  405 405 405 405
certificates_withdrawn               200  200 200  200 200 200 200  405  405 405  405 405 405 405
teach_certificates                   302  403 403  403 404 200 200  302  403 403  403 404 422 422
teach_certificate                    302  403 403  403 404 405 405  302  403 403  403 404 302 302
teach_next_cohort                    302  403 403  403 404 200 200  302  403 403  403 404 422 422
cohort_people                        302  403 403  403 404 200 200  302  403 403  403 404 302 302
cohort_roster                        302  403 403  403 404 200 200  302  403 403  403 404 422 422
change_learner                       302  403 403  403 404 200 200  302  403 403  403 404 422 422
leave_course                         302  200 200  404 404 404 404  302  302 302  404 404 404 404
teach_order                          302  403 403  403 404 405 405  302  403 403  403 404 302 302
teach_labs                           302  403 403  403 404 405 405  302  403 403  403 404 302 302
teach_sessions                       302  403 403  403 404 405 405  302  403 403  403 404 302 302
classroom_import                     302  403 403  403 200 200 200  302  403 403  403 422 422 422
classroom_report                     302  403 403  403 404 404 404  302  403 403  403 405 405 405
classroom_start                      302  403 403  403 405 405 405  302  403 403  403 404 404 404
teach_class                          302  403 403  403 404 200 200  302  403 403  403 404 405 405
teach_class_csv                      302  403 403  403 404 200 200  302  403 403  403 404 405 405
teach_checks                         302  403 403  403 404 200 200  302  403 403  403 404 405 405
teach_checks_csv                     302  403 403  403 404 200 200  302  403 403  403 404 405 405
teach_stuck                          302  403 403  403 404 200 200  302  403 403  403 404 405 405
teach_finding                        302  403 403  403 404 200 200  302  403 403  403 404 422 422
gradebook_of_course                  302  403 403  403 404 302 302  302  403 403  403 404 405 405
gradebook                            302  403 403  403 404 200 200  302  403 403  403 404 405 405
gradebook_release                    302  403 403  403 404 405 405  302  403 403  403 404 302 302
gradebook_changes                    302  403 403  403 404 200 200  302  403 403  403 404 405 405
gradebook_import                     302  403 403  403 404 200 200  302  403 403  403 404 422 422
gradebook_export                     302  403 403  403 404 200 200  302  403 403  403 404 405 405
gradebook_learner                    302  403 403  403 404 200 200  302  403 403  403 404 422 422
gradebook_notes                      302  403 403  403 404 405 405  302  403 403  403 404 422 422
gradebook_score                      302  403 403  403 404 200 200  302  403 403  403 404 409 409
marking                              302  404 404  404 404 200 200  302  404 404  404 404 405 405
marking_question                     302  404 404  404 404 302 302  302  404 404  404 404 405 405
mark_answer                          302  404 404  404 404 200 200  302  404 404  404 404 422 422
marking_presence                     302  404 404  404 404 405 405  302  404 404  404 404 200 200
notes_courses                        302  403 403  403 302 302 200  302  403 403  403 404 404 404
notes                                302  403 403  403 404 200 200  302  403 403  403 404 422 422
notes_incoming                       302  403 403  403 404 200 200  302  403 403  403 404 422 422
notes_review                         302  403 403  403 404 200 200  302  403 403  403 404 302 302
notes_fetch                          302  403 403  403 404 405 405  302  403 403  403 404 404 404
notes_place                          302  403 403  403 404 200 200  302  403 403  403 404 409 409
notes_done                           302  403 403  403 404 200 200  302  403 403  403 404 302 302
admin:index                          302  302 302  302 200 200 200  302  302 302  302 405 405 405
admin:login                          302  403 403  403 302 302 302  302  403 403  403 405 405 405
admin:logout                         302  302 302  302 405 405 405  302  302 302  302 302 302 302
admin:password_change                302  302 302  302 302 302 302  302  302 302  302 302 302 302
staff/password_change/               302  302 302  302 302 302 302  302  302 302  302 302 302 302
admin:password_change_done           302  302 302  302 200 200 200  302  302 302  302 405 405 405
admin:autocomplete                   302  302 302  302 403 403 200  302  302 302  302 405 405 405
admin:jsi18n                         302  302 302  302 200 200 200  302  302 302  302 405 405 405
admin:view_on_site                   302  302 302  302 302 302 302  302  302 302  302 302 302 302
admin:app_list                       302  302 302  302 200 200 200  302  302 302  302 200 200 200
staff/(?P<url>.*)$                   302  302 302  302 404 404 404  302  302 302  302 404 404 404
authored                             302  302 302  302 200 200 200  302  302 302  302 200 200 200
authored add/                        302  302 302  302 200 200 200  302  302 302  302 200 200 200
authored ID/                         302  302 302  302 302 302 302  302  302 302  302 302 302 302
authored ID/change/                  302  302 302  302 302 200 200  302  302 302  302 302 200 200
authored ID/presence/                302  302 302  302 405 405 405  302  302 302  302 404 200 200
authored ID/history/                 302  302 302  302 302 200 200  302  302 302  302 302 200 200
authored ID/delete/                  302  302 302  302 302 200 200  302  302 302  302 302 200 200
admin:lessons_course_delete          302  302 302  302 302 200 200  302  302 302  302 302 302 302
admin:lessons_session_delete         302  302 302  302 302 200 200  302  302 302  302 302 302 302
admin:lessons_lesson_delete          302  302 302  302 302 200 200  302  302 302  302 302 302 302
admin:lessons_quiz_delete            302  302 302  302 302 200 200  302  302 302  302 302 302 302
admin:labs_lab_delete                302  302 302  302 302 200 200  302  302 302  302 302 302 302
admin:lessons_course_copy            302  302 302  302 404 200 200  302  302 302  302 404 422 422
admin:lessons_course_deleted         302  302 302  302 200 200 200  302  302 302  302 302 302 302
admin:lessons_snippet_delete         302  302 302  302 302 200 200  302  302 302  302 302 302 302
admin:lessons_meeting_delete         302  302 302  302 302 200 200  302  302 302  302 302 302 302
admin:lessons_quizdeadline_delete    302  302 302  302 302 200 200  302  302 302  302 302 302 302
admin:lessons_quizextension_delete   302  302 302  302 302 200 200  302  302 302  302 302 302 302
admin:labs_labdeadline_delete        302  302 302  302 302 200 200  302  302 302  302 302 302 302
admin:labs_labextension_delete       302  302 302  302 302 200 200  302  302 302  302 302 302 302
admin:lessons_extratime_delete       302  302 302  302 302 200 200  302  302 302  302 302 302 302
admin:lessons_coursestaff_delete     302  302 302  302 302 200 200  302  302 302  302 302 200 302
admin:lessons_quiz_import            302  302 302  302 200 200 200  302  302 302  302 200 200 200
admin:lessons_quiz_export            302  302 302  302 404 200 200  302  302 302  302 404 405 405
admin:lessons_course_links           302  302 302  302 404 200 200  302  302 302  302 405 405 405
admin:lessons_course_repository      302  302 302  302 404 200 200  302  302 302  302 404 302 302
admin:lessons_course_previewed       302  302 302  302 404 200 200  302  302 302  302 405 405 405
admin:lessons_course_previewed_page  302  302 302  302 404 200 200  302  302 302  302 405 405 405
admin:labs_lab_preview               302  302 302  302 405 405 405  302  302 302  302 404 200 200
admin:labs_lab_starter               302  302 302  302 404 405 405  302  302 302  302 404 422 422
admin:labs_lab_try                   302  302 302  302 404 405 405  302  302 302  302 404 404 404
recorded                             302  302 302  302 200 200 200  302  302 302  302 200 200 200
recorded add/                        302  302 302  302 403 403 403  302  302 302  302 403 403 403
recorded ID/                         302  302 302  302 302 302 302  302  302 302  302 302 302 302
recorded ID/change/                  302  302 302  302 302 200 200  302  302 302  302 403 403 403
recorded ID/history/                 302  302 302  302 302 200 200  302  302 302  302 302 200 200
recorded ID/delete/                  302  302 302  302 403 403 403  302  302 302  302 403 403 403
closed                               302  302 302  302 403 403 200  302  302 302  302 403 403 200
closed add/                          302  302 302  302 403 403 200  302  302 302  302 403 403 200
closed ID/                           302  302 302  302 302 302 302  302  302 302  302 302 302 302
closed ID/change/                    302  302 302  302 403 403 200  302  302 302  302 403 403 200
closed ID/history/                   302  302 302  302 403 403 200  302  302 302  302 403 403 200
closed ID/delete/                    302  302 302  302 403 403 200  302  302 302  302 403 403 302
looked at                            302  302 302  302 403 403 200  302  302 302  302 403 403 200
looked at add/                       302  302 302  302 403 403 403  302  302 302  302 403 403 403
looked at ID/                        302  302 302  302 302 302 302  302  302 302  302 302 302 302
looked at ID/change/                 302  302 302  302 403 403 200  302  302 302  302 403 403 403
looked at ID/history/                302  302 302  302 403 403 200  302  302 302  302 403 403 200
looked at ID/delete/                 302  302 302  302 403 403 403  302  302 302  302 403 403 403
admin:mfa_authenticator_delete       302  302 302  302 403 403 200  302  302 302  302 403 403 302
admin:socialaccount_socialaccount_delete 302 302 302 302 403 403 200 302 302 302 302 403 403 302
admin:auth_group_add                 302  302 302  302 403 403 200  302  302 302  302 403 403 302
admin:auth_group_change              302  302 302  302 403 403 200  302  302 302  302 403 403 302
admin:labs_accesstoken_add           302  302 302  302 403 403 403  302  302 302  302 403 403 403
admin:labs_accesstoken_change        302  302 302  302 403 403 200  302  302 302  302 403 403 302
admin:accounts_user_delete           302  302 302  302 403 403 403  302  302 302  302 403 403 403
admin:auth_user_password_change      302  302 302  302 403 403 200  302  302 302  302 403 403 200
"""


def read(table: str) -> dict[str, list[str]]:
    """Name of the row -> the statuses of both methods for each role."""
    width = 2 * len(ROLES)
    lines = (line.split() for line in table.splitlines()[3:])
    return {" ".join(words[:-width]): words[-width:] for words in lines}


ROWS = read(TABLE)


def row_of(route: Route) -> str:
    """The name of the row of a route: its own, else that of the kind of its model."""
    kinds = {"authored": AUTHORED, "recorded": RECORDED, "closed": CLOSED, "looked at": LOOKED_AT}
    kind = next((kind for kind, models in kinds.items() if route.model in models), "")
    if route.name in ROWS or not kind:
        return route.name
    return f"{kind} {route.page.replace('<path:object_id>', 'ID')}".strip()


def one_of_each_row() -> list[Route]:
    """Return the first route of each row."""
    first: dict[str, Route] = {}
    for route in routes():
        first.setdefault(row_of(route), route)
    return list(first.values())
