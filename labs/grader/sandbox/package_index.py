"""Configure uv for this machine's package index. Standard library only: installing a checkout uses it too."""

import ast
import subprocess

# A machine with its own package index has it in pip's settings; uv has these names for them.
PIP_TO_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "proxy": "ALL_PROXY",
    "cert": "SSL_CERT_FILE",
    "timeout": "UV_HTTP_TIMEOUT",
}


def uv_environment(python_with_pip: str | None, environment: dict[str, str]) -> dict[str, str]:
    """Return the environment with pip's settings translated for uv; settings for uv win."""
    settings = _pip_settings(python_with_pip, environment) if python_with_pip else {}
    # pip takes the best version of all indexes; uv would stop at the first one.
    found = {"UV_INDEX_STRATEGY": "unsafe-best-match"}
    for section in ("global", "install", ":env:"):
        for name, variable in PIP_TO_UV.items():
            if value := settings.get(f"{section}.{name}"):
                found[variable] = ("," if name == "find-links" else " ").join(value.split())
    return {**found, **environment}


def _pip_settings(python: str, environment: dict[str, str]) -> dict[str, str]:
    argv = [python, "-m", "pip", "config", "list"]
    listed = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=60).stdout
    pairs = (line.split("=", 1) for line in listed.splitlines() if "=" in line)
    return {name: str(ast.literal_eval(value)) for name, value in pairs}
