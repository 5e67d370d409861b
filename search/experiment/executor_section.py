"""``[executor]``: where trials run, and their limits."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from .validation import Table, invalid


def _check_workers(value: object) -> object:
    if value == "auto" or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise invalid('expected a whole number of at least 1, or "auto"')


Workers = Annotated[
    Annotated[int, Field(ge=1), Tag("<number>")] | Annotated[Literal["auto"], Tag("<auto>")],
    Discriminator(lambda value: "<auto>" if isinstance(value, str) else "<number>"),
    BeforeValidator(_check_workers),
]


class ExecutorSection(Table):
    """``[executor]``: where trials run.

    Attributes:
        name: "workers" (processes), "ray" (actors on a Ray cluster) or "in-process" (one trial at a time in the command's
            own process, for debugging). Defaults to "workers".
        n_workers: Number of workers, or "auto": one per GPU, else as many as the cores allow. Defaults to "auto".
        devices: "auto" (GPUs, else the CPU), "gpu", "cpu" or "all" (GPUs and the CPU). Defaults to "auto".
        workers_per_device: Workers that share a GPU, each with an equal part of its memory, or "auto": one, then as many as the
            memory that the first trials took allows. Defaults to "auto".
        trainer: "keras" (Keras' own fit), "eager" (the same without compilation, so that breakpoints and prints in layers and losses work),
            "compiled" (a whole epoch as one compiled loop), or "auto": compiled if the backend supports it, and networks of dense layers by
            programs that many trials share. Defaults to "auto".
        max_retries: How often a trial is retried after its worker died or hung, or the whole search was killed. Defaults to 3.
        trial_timeout_seconds: A trial that takes longer, building included, is FAILED at the end of its epoch; left out means no limit.
        checkpoint_seconds: Time between checkpoints of a trial of a Keras model, each at the end of an epoch; after a kill the trial
            continues from the last one; 0 means none. Trials with callbacks have none, since Keras cannot save callbacks. Defaults to 60.
        load_timeout_seconds: Loading the data, with the import of the loader's module, may take this long. Defaults to 3600.
        start_timeout_seconds: If no worker has imported its backend, built the model once and is ready after this time, the search ends.
            Defaults to 600.
        epoch_timeout_seconds: A worker that reports no epoch for this time is replaced. Defaults to 3600.
        halve_batch_on_oom: Whether a trial that ran out of memory is retried with half its batch size. Defaults to false.
        callback_folders: Folders outside the study's folder that callbacks may write to. Defaults to none.
        recycle_after_trials: Number of trials after which a worker is replaced. Defaults to 2000.
        recycle_growth_bytes: Growth of memory after which a worker is replaced, at least 1 MiB. Defaults to 2 GiB.
    """

    name: Literal["workers", "ray", "in-process"] = "workers"
    n_workers: Workers = "auto"
    devices: Literal["auto", "gpu", "cpu", "all"] = "auto"
    workers_per_device: Workers = "auto"
    trainer: Literal["auto", "keras", "eager", "compiled"] = "auto"
    max_retries: Annotated[int, Field(ge=0)] = 3
    trial_timeout_seconds: Annotated[float, Field(gt=0)] | None = None
    checkpoint_seconds: Annotated[float, Field(ge=0)] = 60.0
    load_timeout_seconds: Annotated[float, Field(gt=0)] = 3600.0
    start_timeout_seconds: Annotated[float, Field(gt=0)] = 600.0
    epoch_timeout_seconds: Annotated[float, Field(gt=0)] = 3600.0
    halve_batch_on_oom: bool = False
    callback_folders: list[Annotated[str, Field(min_length=1)]] = Field(default_factory=list)
    recycle_after_trials: Annotated[int, Field(ge=1)] = 2000
    recycle_growth_bytes: Annotated[int, Field(ge=2**20)] = 2 * 2**30
