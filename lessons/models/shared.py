"""Fields and constraints that keep all rows referenced by a row in the same course."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, IntegrityError, models


class SharedField(models.ForeignKey[Any, Any]):
    """The row that the rows named in `of` have in common, such as the course of a cohort and a session.

    If not editable, it is copied from the first of them whenever the row is written. Raises IntegrityError if
    another loaded one differs; `SameParent` makes the database refuse the rest.
    """

    def __init__(self, *args: Any, of: tuple[str, ...] = (), **kwargs: Any) -> None:
        self.of = of
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        # As a plain foreign key, because migrations do not need the rest.
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, kwargs

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        fields = [model_instance._meta.get_field(name) for name in self.of]
        own = getattr(model_instance, self.attname)
        if fields and not self.editable and (own is None or fields[0].is_cached(model_instance)):
            own = self.parent_of(getattr(model_instance, fields[0].name))
            setattr(model_instance, self.attname, own)
        for field in fields:
            row = field.get_cached_value(model_instance, default=None)
            if row is not None and self.parent_of(row) != own:
                raise IntegrityError(f"{model_instance._meta.label}.{field.name} has a different {self.name}")
        return own

    def parent_of(self, row: models.Model) -> object:
        own: Any = row._meta.get_field(self.name)
        return getattr(row, own.attname)


def shared_field(to: type[models.Model] | str, of: tuple[str, ...]) -> SharedField:
    """Return a non-editable field. `SameParent` enforces its value, so it needs no constraint, index or cascade."""
    options: dict[str, Any] = {"editable": False, "blank": True, "db_index": False, "db_constraint": False}
    return SharedField(to, models.DO_NOTHING, related_name="+", of=of, **options)


class SameParent(models.BaseConstraint):
    """Require the row in `field` to have the same `parent` as this one: a foreign key over both columns.

    The model of `field` needs a UniqueConstraint on its key and `parent`. `own` is the name of the parent
    field here, if it differs.
    """

    def __init__(self, *, field: str, parent: str, name: str, own: str = "") -> None:
        super().__init__(name=name)
        self.field, self.parent, self.own = field, parent, own or parent

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "field": self.field, "parent": self.parent, "own": self.own}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameParent) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash((self.name, self.field, self.parent, self.own))

    def constraint_sql(self, model: Any, schema_editor: Any) -> str:
        quote = schema_editor.quote_name
        target = model._meta.get_field(self.field).remote_field.model
        here = [model._meta.get_field(name).column for name in (self.field, self.own)]
        there = [target._meta.pk.column, target._meta.get_field(self.parent).column]
        return (
            f"CONSTRAINT {quote(self.name)} FOREIGN KEY ({', '.join(map(quote, here))})"
            f" REFERENCES {quote(target._meta.db_table)} ({', '.join(map(quote, there))})"
            " DEFERRABLE INITIALLY DEFERRED"
        )

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} ADD {self.constraint_sql(model, schema_editor)}"

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = DEFAULT_DB_ALIAS) -> None:
        field = model._meta.get_field(self.field)
        if getattr(instance, field.attname) is None or self.own == "id":
            return  # with `own="id"`, the field is written only by actions
        row, own = getattr(instance, self.field), self._own_parent(model, instance)
        if own is None or getattr(row, self.parent) == own:
            return
        message = f"This {field.verbose_name} belongs to {getattr(row, self.parent)}. Choose one from {own}."
        raise ValidationError(message if self.field in (exclude or ()) else {self.field: message})

    def _own_parent(self, model: Any, instance: Any) -> Any:
        # None if it is not known yet.
        field = model._meta.get_field(self.own)
        if isinstance(field, SharedField) and not field.editable:
            return getattr(getattr(instance, field.of[0], None), self.parent, None)
        return getattr(instance, self.own, None)
