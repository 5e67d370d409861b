"""The section of an experiment file on how a trial's value is measured: folds, repeats and the race."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from .validation import Table


class EvaluationSection(Table):
    """``[evaluation]``: how a trial's value is measured: by a mean over executions, a training for each fold and each repeat.

    With folds, the training and the validation part are joined and divided anew: each fold is the validation part of one training on
    the others, with preprocessing fitted on those. The test part stays apart, for the champion.

    Attributes:
        folds: Number of folds of cross-validation, at most 20; 1 is the data set's own validation part. Defaults to 1.
        kind: "stratified" (each fold has the classes in the same proportions), "shuffled", "group" (the rows of a group stay in one fold),
            "time" (rows in the order of the data set: each fold is validated by a model of the rows before it) or "auto": "group" if a
            group is given, "time" for windows of a series, "stratified" for a single target of classes, else "shuffled". Defaults to "auto".
        group: Column whose values are the groups. It is no feature unless `preprocessing.columns` names it. Left out means none.
        repeats: Number of trainings on each fold, each with its own seed, at most 20. Defaults to 1.
        race: Whether a trial stops after a training that shows that it does not become the best one: all trials get the first execution,
            the promising ones the others. Defaults to true.
    """

    folds: Annotated[int, Field(ge=1, le=20)] = 1
    kind: Literal["auto", "stratified", "shuffled", "group", "time"] = "auto"
    group: Annotated[str, Field(min_length=1)] | None = None
    repeats: Annotated[int, Field(ge=1, le=20)] = 1
    race: bool = True

    @property
    def n_executions(self) -> int:
        """Number of trainings of a trial that is not stopped by the race."""
        return self.folds * self.repeats

    def fold_of(self, execution: int) -> int:
        """Return the fold of an execution, both from 0: all folds come once before any comes again."""
        return execution % self.folds

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.group is not None and self.kind not in ("auto", "group"):
            raise ValueError(f'group = "{self.group}" is for kind = "group", but kind is "{self.kind}"; leave one of them out')
        if self.kind == "group" and self.group is None:
            raise ValueError('kind = "group" needs the column of the groups; write group = "<column>"')
        if self.folds == 1 and (self.kind != "auto" or self.group is not None):
            raise ValueError("kind and group are about folds, but folds is 1; write folds = 5, or leave them out")
        return self
