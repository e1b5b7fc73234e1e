"""Every row about a person has its line, so that exports and deletions are complete."""

from django.apps import apps

from lessons.models import Enrollment
from portal.accounts.models import User
from portal.progress.own_data.documents import SECTIONS
from portal.progress.own_data.parts import MENTIONS, PARTS


def relations_to(models):
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model in models:
                yield model, field


def test_every_relation_to_a_person_has_a_part_or_is_a_mention():
    own = {(part.model_class, part.owner.partition("__")[0]) for part in PARTS}
    models = {part.model_class for part in PARTS}
    missing = {
        f"{model._meta.label}.{field.name}"
        for model, field in relations_to({User, Enrollment})
        if (model, field.name) not in own
    }
    # Rows that belong to rows about a person are about them too.
    missing |= {
        f"{model._meta.label}.{field.name}" for model, field in relations_to(models) if model not in models
    }
    message = (
        "give each a line in portal/progress/own_data, or in MENTIONS if it says who did something for others"
    )
    assert missing == MENTIONS, message


def test_every_column_of_a_part_is_exported_or_left_out_on_purpose():
    for part in PARTS:
        columns = {field.name for field in part.model_class._meta.concrete_fields if not field.is_relation}
        assert columns <= {*part.fields.split(), *part.omits.split()}, part.model


def test_sections_have_different_names():
    keys = [part.key for part in SECTIONS]
    assert len(keys) == len(set(keys))
