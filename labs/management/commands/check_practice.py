from typing import Any

from django.core.management.base import BaseCommand

from labs.grader.git.processes import RepositoryError
from labs.grading import receipts
from labs.models import Repository
from labs.repositories import folders


class Command(BaseCommand):
    help = "After a restore, compare practice repositories with the database and grade pushes that it lacks."

    def handle(self, **options: Any) -> None:
        found, recorded, missing, foreign = 0, 0, 0, 0
        rows = Repository.objects.filter(host=None).select_related("enrollment__user", "lab")
        for repository in rows.iterator():
            found += 1
            try:
                folders.owned_path(repository)
            except folders.NotOwnedError:
                foreign += 1
                self.stdout.write(
                    f"{repository}: the folder belongs to a different repository. The next push creates a new one."
                )
            except RepositoryError:
                missing += 1
                if repository.receipts.exists():
                    self.stdout.write(f"{repository}: the folder is missing. The next push creates it again.")
            else:
                recorded += receipts.repair_one(repository)
        self.stdout.write(
            f"Practice repositories: {found}. Pushes recorded: {recorded}. "
            f"Missing folders: {missing}. Folders of other repositories: {foreign}."
        )
