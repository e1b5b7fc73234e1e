"""Programs that do each task at the lowest possible cost."""
