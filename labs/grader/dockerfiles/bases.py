"""What the official images are known to leave as it is; of other bases nothing is known.

Docker's official images of these names document neither `USER`, `EXPOSE` nor `HEALTHCHECK`: what starts from them runs
as root until it says otherwise.
"""

from .reading import Stage

_PLAIN = ("python", "debian", "ubuntu", "alpine", "node", "golang", "buildpack-deps", "busybox")
_REGISTRIES = ("docker.io/", "index.docker.io/", "public.ecr.aws/docker/")


def is_plain(stage: Stage) -> bool:
    """Whether the image that a stage starts from is known to set no user, port, or health check."""
    image = stage.image
    return image.base == "scratch" or (not image.unknown and _name(image.base) in _PLAIN)


def runs_as_nonroot(stage: Stage) -> bool:
    """Whether the base says in its name that it runs as `nonroot`, as the distroless images do."""
    return "distroless" in stage.image.base and "nonroot" in stage.image.base.rpartition(":")[2]


def _name(image: str) -> str:
    name = image.partition("@")[0]
    for registry in _REGISTRIES:
        name = name.removeprefix(registry)
    folder, _, last = name.removeprefix("library/").rpartition("/")
    return last.partition(":")[0] if not folder else ""
