from django.db import models


class SearchEntry(models.Model):
    """A part of a page that search finds: at most a few hundred words under one heading.

    `kind` and `key` name the page; whoever may see the page may find it, so nothing about access is stored.
    `lessons.search.databases` maintains the search index of the database beside these rows.
    """

    kind = models.CharField(max_length=10)
    key = models.BigIntegerField()
    anchor = models.TextField(blank=True)
    heading = models.TextField(blank=True)
    text = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "key"], name="search_entry_of_a_page")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}, {self.heading or 'start'}"


class SearchWord(models.Model):
    """A word of the index, to correct mistyped words. `length` is its number of letters."""

    word = models.CharField(max_length=30, primary_key=True)
    length = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [models.Index(fields=["length", "word"], name="search_word_by_length")]

    def __str__(self) -> str:
        return self.word
