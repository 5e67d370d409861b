"""The loader of a study whose objective is a function, which loads its data itself."""


def nothing() -> dict[str, object]:
    """Return no data; it is named in the study's experiment, and not called."""
    return {}
