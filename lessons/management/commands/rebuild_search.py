from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from lessons.search import index


class Command(BaseCommand):
    help = "Index all lessons, quizzes and labs for search again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--missing", action="store_true", help="index only those that are not in the index"
        )

    def handle(self, *, missing: bool, verbosity: int, **options: object) -> None:
        count = index.complete() if missing else index.rebuild()
        if verbosity:
            self.stdout.write(f"Pages indexed: {count}.")
