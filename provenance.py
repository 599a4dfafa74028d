"""What a result depends on besides its inputs: the versions of Python and of the packages that made it; and where
GoalGap itself comes from.
"""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata, version

from . import __version__

PACKAGES = ("numpy", "numba", "gymnasium", "torch", "stable-baselines3", "sb3-contrib")


def installed_versions() -> dict[str, str]:
    """The version of Python, of GoalGap and of each of `PACKAGES` that is installed, by name."""
    return dict(_installed())


@cache
def _installed() -> dict[str, str]:
    versions = {"python": platform.python_version(), "goalgap": __version__}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions


def repository() -> str:
    """The address of GoalGap's repository, as the installed package declares it; else its name."""
    try:
        declared = metadata("goalgap").get_all("Project-URL", [])
    except PackageNotFoundError:
        declared = []
    return next((url.partition(", ")[2] for url in declared if url.startswith("Repository, ")), "GoalGap's repository")
