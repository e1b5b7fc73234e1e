from labs.likeness import runs
from labs.models import Comparison, Lab
from tests.factories import make_user
from tests.labs.regrading import grade_all


def compare(lab: Lab) -> Comparison:
    """Grade what waits, and compare as a worker does."""
    grade_all()
    comparison = runs.begin(lab=lab, by=make_user(), wake=lambda: None)
    assert runs.run_next()
    comparison.refresh_from_db()
    return comparison
