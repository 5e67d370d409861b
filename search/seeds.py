"""Derives every trial's seed from the study's seed and the trial's number, not from the order in which trials end."""

from numpy.random import SeedSequence


def trial_seed(study_seed: int, number: int, repeat: int = 0) -> int:
    """Return the seed of one training of a trial.

    Args:
        study_seed: The study's seed, at least 0.
        number: The trial's number, from 0.
        repeat: The number of the repeat, from 1. Defaults to 0, the training of the search.

    Returns:
        The seed, from 0 to 2**32 - 1, the same for the same arguments.
    """
    return int(SeedSequence((study_seed, number, repeat)).generate_state(1)[0])


def execution_seed(seed: int, execution: int) -> int:
    """Return the seed of one execution of a trial: the trial's own for the first.

    Args:
        seed: The trial's seed.
        execution: The execution's number, from 0.

    Returns:
        The seed, from 0 to 2**32 - 1, the same for the same arguments.
    """
    return seed if execution == 0 else int(SeedSequence((seed, execution)).generate_state(1)[0])
