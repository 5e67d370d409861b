"""Arrays in a .npz or .npy file as a data set."""

from typing import Any

from search.data.kinds.arrays import ArrayFormat, load_arrays

from .folder import find
from .split import three_parts, two_parts
from .table import has_classes, probabilities_note
from .target_arrays import as_columns, n_steps_of, tasks_of_array

_PAIRS = {"train": ("x_train", "y_train"), "validation": ("x_validation", "y_validation"), "test": ("x_test", "y_test")}
"""The arrays of given parts, by the names that Keras' own files have."""


def arrays(
    path: str,
    target: str | None = None,
    x: str = "x",
    y: str = "y",
    task: str = "auto",
    validation_size: float = 0.2,
    test_size: float = 0.2,
    seed: int = 42,
    stratify: bool = True,
    ordered: bool = False,
) -> dict[str, Any]:
    """Read arrays and split them; a .npz file with x_train, y_train, x_test and y_test has given parts.

    Args:
        path: A .npz file, or a .npy file with the features; relative to the working directory, or else to the folder that
            PERCEPTUNE_DATA names.
        target: A .npy file with the target of a .npy file. Defaults to none.
        x: Name of the features in a .npz file, ``(n_rows, ...)``. Defaults to "x".
        y: Name of the target in it, ``(n_rows,)``, or ``(n_rows, n_targets)`` for the targets y_0, y_1 ...,
            or ``(n_rows, n_steps, n_targets)`` for an output at each step. Defaults to "y".
        task: "binary", "multiclass", "regression", "probabilities" or "auto", as of `csv`. Defaults to "auto".
        validation_size: Part of all rows, unless the file has the part. Defaults to 0.2.
        test_size: Part of all rows, unless the file has the part. Defaults to 0.2.
        seed: Seed of the splits. Defaults to 42.
        stratify: Whether the parts have the classes in the same proportions; not for regression. Defaults to True.
        ordered: Whether the rows are in the order of time, so that the last ones become the test part. Defaults to False.

    Returns:
        The three parts, the task, and the name of the data set, which is the file's stem.

    Raises:
        FileNotFoundError: If there is no such file.
        LookupError: If the file has no such array.
        ValueError: If the arrays have no equal number of rows, there are too few, or they hold objects.
    """
    file = find(path)
    found = load_arrays(file)
    is_alone = set(found) == {""}
    found = {x: found[""]} if is_alone else found
    if target is not None:
        found[y] = next(iter(load_arrays(find(target)).values()))
    facts: dict[str, Any] = {"name": file.stem, "row_format": ArrayFormat(x=x, y=y).to_dict(), "ordered": ordered}
    sizes: dict[str, Any] = {"validation_size": validation_size, "test_size": test_size, "seed": seed}
    pairs = {
        part: (found[of_x], as_columns(found[of_y], "y", task, f"{file}, {part} part"))
        for part, (of_x, of_y) in _PAIRS.items()
        if of_x in found and of_y in found
    }
    if {"train", "test"} <= set(pairs):
        facts["n_steps"] = n_steps_of(found[_PAIRS["train"][1]])
        tasks = tasks_of_array(pairs["train"][1], task, facts["n_steps"])
        if "validation" not in pairs:
            options: dict[str, Any] = {"size": validation_size, "seed": seed, "stratify": stratify and has_classes(tasks), "ordered": ordered}
            pairs["train"], pairs["validation"] = two_parts(*pairs["train"], **options)
        return {**pairs, **facts, "task": tasks, "notes": probabilities_note(pairs["train"][1], task)}
    for name in (x, y):
        if name not in found:
            advice = '; give the file of the target, such as target = "y.npy"' if is_alone else "; name them by x and y"
            raise LookupError(f'{file} has no array "{name}", only {", ".join(found)}{advice}')
    values = as_columns(found[y], "y", task, str(file))
    if len(found[x]) != len(values):
        raise ValueError(f"{file}: {x} has {len(found[x])} rows and {y} {len(values)}; expected as many")
    facts["n_steps"] = n_steps_of(found[y])
    tasks = tasks_of_array(values, task, facts["n_steps"])
    split = three_parts(found[x], values, **sizes, ordered=ordered, stratify=stratify and has_classes(tasks))
    return {**split, **facts, "task": tasks, "notes": probabilities_note(values, task)}
