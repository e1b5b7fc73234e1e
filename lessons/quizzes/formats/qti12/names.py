"""Names that vendors give to kinds of questions, points and feedback."""

KINDS = ("question_type", "bbmd_questiontype", "qmd_questiontype", "qmd_itemtype", "cc_profile")
CANVAS = "points_possible"
POINTS = (CANVAS, "cc_weighting", "qmd_absolutescore_max", "qmd_weighting", "max_score")
RIGHT_COLUMN = "RIGHT_MATCH_BLOCK"
ANSWERS = frozenset({RIGHT_COLUMN, "RESPONSE_BLOCK"})  # flows of Blackboard
NOT_HELD = {
    "text_only_question": "it is a text, which asks nothing. Put it into the lesson.",
    "calculated_question": "its numbers are calculated.",
    "file_upload_question": "learners upload a file. Make a lab of it.",
    "calculated": "its numbers are calculated.",
    "file response": "learners upload a file. Make a lab of it.",
    "hot spot": "learners point into a picture.",
    "quiz bowl": "the portal has no question of this kind.",
    "jumbled sentence": "the portal has no question of this kind.",
    "opinion scale": "it has no correct answer.",
    "opinion scale/likert": "it has no correct answer.",
}
ESSAYS = {"essay_question", "essay", "short response"}
GENERAL, CORRECT = {"general_fb", "general"}, {"correct_fb", "correct", "general_correct_fb"}
INCORRECT = {"general_incorrect_fb", "incorrect", "incorrect_fb"}
