"""Penalties on kernels, by their two strengths."""

import keras


def kernel_regularizer(l1: float, l2: float) -> keras.Regularizer | None:
    """Return the penalty ``l1 * sum|w| + l2 * sum w**2``.

    Args:
        l1: Strength of the L1 penalty, at least 0.
        l2: Strength of the L2 penalty, at least 0.

    Returns:
        The regulariser; None if both are 0, so that nothing is computed for it.

    Raises:
        ValueError: If one is negative.
    """
    if l1 < 0 or l2 < 0:
        raise ValueError(f"l1={l1} and l2={l2} must be at least 0")
    return keras.regularizers.L1L2(l1=l1, l2=l2) if l1 or l2 else None
