"""Derives every trial's seed from the study's seed and the trial's number, not from the order in which trials end."""

from numpy.random import SeedSequence


def trial_seed(study_seed: int, number: int) -> int:
    """Return the seed of one trial.

    Args:
        study_seed: The study's seed, at least 0.
        number: The trial's number, from 0.

    Returns:
        The seed, from 0 to 2**32 - 1, the same for the same arguments.
    """
    return int(SeedSequence((study_seed, number)).generate_state(1)[0])
