"""What every searched hyperparameter may have: conditions, repeats and a value that is thought good."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from .plain_values import Listed, Plain, plain_tag
from .toml import to_toml
from .validation import Table, added_later, invalid

MAX_REPEATS = 100
"""Values of one hyperparameter in a trial, at most."""


class Prior(Table):
    """A value that is thought good.

    Attributes:
        value: The value.
        strength: How sure that is: "weak", "medium" or "strong". Defaults to "medium".
    """

    value: Annotated[Plain, Field(examples=[0.001])]
    strength: Literal["weak", "medium", "strong"] = "medium"


def _check_repeat(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise invalid("expected the name of a whole number of the space in quotation marks, or a whole number")
    return value


def _check_when(value: object) -> object:
    if value == {}:
        raise invalid('expected a condition, such as { optimizer = "sgd" }; leave it out for all trials')
    return value


Repeat = Annotated[
    Annotated[int, Field(ge=1, le=MAX_REPEATS), Tag("<int>")] | Annotated[str, Tag("<str>")],
    Discriminator(plain_tag),
    BeforeValidator(_check_repeat),
]
GivenPrior = Annotated[
    Annotated[Plain, Tag("<plain>")] | Annotated[Prior, Tag("<prior>")],
    Discriminator(lambda value: "<prior>" if isinstance(value, Mapping | Prior) else "<plain>"),
]


class Parameter(Table):
    """A searched hyperparameter.

    Attributes:
        when: Names and values, single ones or lists, that other hyperparameters must have. In other trials this one does not exist,
            and the default of the builder or of the setting counts. Defaults to all trials.
        repeat: Name of the hyperparameter that says how many values there are, such as "n_hidden" for a value per layer, or their
            number. The builder gets a list; the values have this hyperparameter's name with _1, _2 ... Defaults to one value.
        prior: A value that is thought good, or a table with it and its strength, "weak", "medium" (the default) or "strong"; the
            search begins near it. Defaults to none.
    """

    when: Annotated[dict[str, Listed], BeforeValidator(_check_when)] | None = added_later(None)
    repeat: Repeat | None = added_later(None)
    prior: GivenPrior | None = added_later(None)

    @property
    def needed(self) -> dict[str, tuple[bool | int | float | str, ...]]:
        """The values of ``when``, several for each name."""
        return {name: tuple(values) if isinstance(values, list) else (values,) for name, values in (self.when or {}).items()}

    @property
    def expected(self) -> Prior | None:
        """The prior with its strength."""
        return self.prior if isinstance(self.prior, Prior | None) else Prior(value=self.prior)

    def check_expected(self, low: float, high: float, step: float | None, *, is_whole: bool) -> None:
        """Check that the prior is a number of the range, and on one of its steps.

        Raises:
            ValueError: If it is not.
        """
        value = self.expected.value if self.expected else low
        if isinstance(value, bool | str) or (is_whole and not isinstance(value, int)) or not low <= value <= high:
            raise ValueError(f"prior = {to_toml(value)} is no {'whole ' if is_whole else ''}number from {low} to {high}; correct it")
        if not is_on_step(value, low, step):
            raise ValueError(f"prior = {to_toml(value)} is on no step of {step} from {low}; correct it")


def is_on_step(value: float, low: float, step: float | None) -> bool:
    """Return whether a value is a whole number of steps above ``low``; any is without a step."""
    n_steps = (value - low) / step if step is not None else 0.0
    return abs(n_steps - round(n_steps)) < _TOLERANCE


_TOLERANCE = 1e-6
"""Of a number of steps."""
