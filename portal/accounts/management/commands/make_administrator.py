from argparse import ArgumentParser

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from portal.accounts.roles import Job, appoint, sign_in_instructions


class Command(BaseCommand):
    help = "Make a person an administrator and print how they sign in. Safe to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *, email: str, **options: object) -> None:
        try:
            user = appoint(email=email, job=Job.ADMINISTRATOR)
        except ValidationError as error:
            raise CommandError(f"{email}: {error.messages[0]}") from error
        self.stdout.write(f"{user.email} is an administrator.\n{sign_in_instructions(user)}")
