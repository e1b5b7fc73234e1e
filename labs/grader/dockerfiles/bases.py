"""Base images with known settings; nothing is known of others.

Docker's official images of these names document no `USER`, `EXPOSE` or `HEALTHCHECK`, so images based on them run as
root unless they set a user.
"""

from .reading import Stage

_PLAIN = ("python", "debian", "ubuntu", "alpine", "node", "golang", "buildpack-deps", "busybox")
_REGISTRIES = ("docker.io/", "index.docker.io/", "public.ecr.aws/docker/")


def is_plain(stage: Stage) -> bool:
    """Return True if the base image of a stage is known to set no user, port or health check."""
    image = stage.image
    return image.base == "scratch" or (not image.unknown and _name(image.base) in _PLAIN)


def runs_as_nonroot(stage: Stage) -> bool:
    # distroless images say so in their name
    return "distroless" in stage.image.base and "nonroot" in stage.image.base.rpartition(":")[2]


def _name(image: str) -> str:
    name = image.partition("@")[0]
    for registry in _REGISTRIES:
        name = name.removeprefix(registry)
    folder, _, last = name.removeprefix("library/").rpartition("/")
    return last.partition(":")[0] if not folder else ""
