"""Checks, before a search starts, that the system lets it open as many files as it needs."""

import resource

from ..errors import InputError

_N_FILES = 32
"""Open files of a search without its workers: 20 were measured, with packaging and MLflow's database."""
_N_PER_WORKER = 2
_USUAL = 1024
"""What a soft limit is raised to if the hard one allows it: a loader or a callback opens files too."""


def check_open_files(n_workers: int) -> None:
    """Raise the limit of open files, as far as this user may, if it is too low for a search.

    Args:
        n_workers: Number of workers, from 1.

    Raises:
        InputError: If it stays too low.
    """
    needed = _N_FILES + _N_PER_WORKER * n_workers
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise InputError(
            f"A process may have {hard} files open (ulimit -Hn), a search with {n_workers} workers needs {needed}; have the limit raised, such as "
            "in /etc/security/limits.conf or by the container's setting, or use fewer --workers"
        )
    raised = max(needed, _USUAL)
    resource.setrlimit(resource.RLIMIT_NOFILE, (raised if hard == resource.RLIM_INFINITY else min(raised, hard), hard))
