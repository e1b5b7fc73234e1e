"""Keyboard substitutions in a typed command are undone and reported."""

from quiz_examples import question

from lessons.quizzes import credit, explain_reading

# Right answer, typed, and what the learner is told; "" if it is read as typed.
RIGHT = [
    ("git switch -c upi", "git switch —c upi", "We read the long dash as -: git switch -c upi"),
    ("git switch -c upi", "git switch –c upi", "We read the long dash as -: git switch -c upi"),
    ("git switch -c upi", "Git switch -c upi", ""),
    ("git commit --amend", "git commit —amend",
     "We read the long dash as --, or as - where that fits: git commit --amend"),
    ("git log --oneline", "git log ––oneline", "We read the long dash as -: git log --oneline"),
    ("git log --oneline", "git log —-oneline", "We read the long dash as -: git log --oneline"),
    ("ls -la", "ls —la", "We read the long dash as --, or as - where that fits: ls --la"),
    ("git rm -- a", "git rm — a", "We read the long dash as --, or as - where that fits: git rm -- a"),
    ("upi-payment", "upi—payment", "We read the long dash as -: upi-payment"),
    ("upi-payment", "upi\u2011payment", "We read the dash as -: upi-payment"),
    ("git log -1", "git log −1", "We read the dash as -: git log -1"),
    ('git commit -m "Fix"', "git commit -m “Fix”", 'We read curly quotes as straight ones: git commit -m "Fix"'),
    ('git commit -m "Fix"', "git commit -m „Fix“", 'We read curly quotes as straight ones: git commit -m "Fix"'),
    ("git commit -m 'Fix'", "git commit -m ‘Fix’", "We read curly quotes as straight ones: git commit -m 'Fix'"),
    ("git diff a...b", "git diff a…b", "We read the ellipsis as dots: git diff a...b"),
    ("git branch", "git\u00a0branch", "We read special spaces as plain ones: git branch"),
    ("git branch", "git\u202fbranch", "We read special spaces as plain ones: git branch"),
    ("git branch", "\ufeffgit\u200b bran\u00adch\u200e", "We left out invisible characters: git branch"),
    ("git branch", "ｇｉｔ　ｂｒａｎｃｈ",
     "We read special characters as plain ones and special spaces as plain ones: git branch"),
    ("git config", "git conﬁg", "We read special characters as plain ones: git config"),
    ("a -> b", "a → b", "We read special characters as plain ones: a -> b"),
    ("git branch", "git branch.", "We ignored the full stop at the end: git branch"),
    ("git switch -c a", "Git switch —c a.",
     "We read the long dash as -, and ignored the full stop at the end: Git switch -c a"),
    # What the right answer itself has still matches, and so does its plain form.
    ("don’t", "don’t", "We read curly quotes as straight ones: don't"),
    ("don’t", "don't", ""),
    ("git switch —c a", "git switch -c a", ""),
    ("—", "—", "We read the long dash as --, or as - where that fits: --"),
    ("git add .", "git add .", ""),
    ("etc.", "etc.", "We ignored the full stop at the end: etc"),
    ("/git (branch|tag) -v/", "git branch —v", "We read the long dash as -: git branch -v"),
]  # fmt: skip
WRONG = [
    ("git add", "git add ."),
    ("ls .", "ls .."),
    ("git checkout -", "git checkout a"),
    ("—", "-"),
    ("git", "gіt"),  # a Cyrillic і
    ("git log --oneline", "git log oneline"),
    ("etc.", "etc"),
]


def test_substitutions_by_a_keyboard_are_undone_and_reported():
    found = [
        (
            accepted,
            typed,
            explain_reading(question(f"= {accepted}"), typed),
            credit(question(f"= {accepted}"), typed),
        )
        for accepted, typed, _ in RIGHT
    ]
    assert found == [(*row, 1) for row in RIGHT]


def test_nothing_else_becomes_right():
    assert [pair for pair in WRONG if credit(question(f"= {pair[0]}"), pair[1])] == []


def test_blanks_of_a_cloze_are_read_in_the_same_way():
    asked = question("= --amend\n= don't", heading="Use ___ if you ___.")
    typed = ["—amend", "don’t"]
    assert credit(asked, typed) == 1
    assert explain_reading(asked, typed) == (
        "We read the long dash as --, or as - where that fits: --amend We read curly quotes as straight ones: don't"
    )


def test_long_answers_of_dashes_are_read_without_trying_each():
    assert credit(question("= " + "-" * 900), "—" * 900) == 1
    assert credit(question("= /-+x/"), "—" * 999) == 0
