"""The branch that names a submission."""

import pytest

from labs.grading import receipts


@pytest.mark.parametrize(
    ("refs", "before", "named_by"),
    [
        ({"refs/heads/a": "1", "refs/heads/main": "2"}, {}, "refs/heads/main"),
        ({"refs/heads/a": "1", "refs/heads/b": "2"}, {"refs/heads/a": "1"}, "refs/heads/b"),
        (
            {"refs/heads/a": "1", "refs/heads/b": "2"},
            {"refs/heads/a": "1", "refs/heads/b": "2"},
            "refs/heads/a",
        ),
        ({"refs/tags/v1.0": "1"}, {}, ""),
        ({}, {}, ""),
    ],
)
def test_submission_is_named_by_main_or_else_by_a_pushed_branch(refs, before, named_by):
    assert receipts.head_of(refs, before) == named_by
