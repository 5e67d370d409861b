"""Text as a sequence of words' numbers, from a vocabulary of the training part.

A champion bundles this file.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

PADDING, UNKNOWN = 0, 1
"""The numbers after a text's last word, and of a word that is not in the vocabulary."""
_WORD = re.compile(r"\w+(?:'\w+)?")


@dataclass(frozen=True, kw_only=True)
class TokenColumn:
    """How a column of text becomes numbers of words.

    Attributes:
        words: The vocabulary, the most frequent word first; the first word has the number 2.
        n_tokens: Length of the sequences; a longer text loses its end.
    """

    words: tuple[str, ...]
    n_tokens: int

    @classmethod
    def of(cls, texts: pd.Series, max_words: int, max_tokens: int) -> Self:
        """Find the vocabulary of a column.

        Args:
            texts: The training part, gaps allowed.
            max_words: Largest number of words: the most frequent ones, of equally frequent ones the first in the alphabet. A word that occurs
                once is none of them, so that a model learns from it what an unknown word is worth, unless all words do.
            max_tokens: Largest length of the sequences; they are shorter if all texts are.
        """
        counts: Counter[str] = Counter()
        longest = 1
        for text in texts:
            words = list(words_of(text))
            counts.update(words)
            longest = max(longest, len(words))
        known = [word for word, count in counts.items() if count > 1] or list(counts)
        ranked = sorted(known, key=lambda word: (-counts[word], word))
        return cls(words=tuple(ranked[:max_words]), n_tokens=min(longest, max_tokens))

    @property
    def vocabulary_size(self) -> int:
        """Number of different numbers, those of padding and of unknown words included."""
        return len(self.words) + 2

    def encode(self, texts: pd.Series) -> np.ndarray:
        """Return the numbers of the words of each text, int32, ``(n_rows, n_tokens)``; a text without words has one that is unknown."""
        numbers = {word: number for number, word in enumerate(self.words, start=UNKNOWN + 1)}
        rows = np.full((len(texts), self.n_tokens), PADDING, np.int32)
        for row, text in zip(rows, texts, strict=True):
            found = [numbers.get(word, UNKNOWN) for word in words_of(text)][: self.n_tokens] or [UNKNOWN]
            row[: len(found)] = found
        return rows

    def to_dict(self) -> dict[str, Any]:
        """Return it as values that JSON can write; `from_dict` reads them."""
        return {"words": list(self.words), "n_tokens": self.n_tokens}

    @classmethod
    def from_dict(cls, facts: dict[str, Any]) -> Self:
        """Read what `to_dict` returned."""
        return cls(words=tuple(facts["words"]), n_tokens=facts["n_tokens"])


def words_of(text: Any) -> Iterator[str]:
    """Yield the words of a text in lower case, without punctuation; of a gap none."""
    yield from _WORD.findall(text.lower()) if isinstance(text, str) else ()
