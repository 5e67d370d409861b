"""Derives every seed from (study seed, trial number), never from the order in which trials end."""

from numpy.random import SeedSequence


def trial_seed(study_seed: int, number: int) -> int:
    """Return the seed of one trial.

    Args:
        study_seed: The study's seed, at least 0.
        number: The trial's number, from 0.

    Returns:
        A number from 0 to 2**32 - 1; the same arguments always give the same one.
    """
    return int(SeedSequence((study_seed, number)).generate_state(1)[0])
