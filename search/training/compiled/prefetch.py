"""Makes what is needed next in the background, while what is there is used."""

from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def prefetched(items: Iterable[T]) -> Generator[T, None, None]:
    """Go through items, of which a thread makes the next one while the last one is used.

    At most one is made ahead. Where the loop over them ends early, close this iterator (`contextlib.closing`): the thread
    ends with the item that it is making.

    Args:
        items: Makes them one by one; it runs in the thread.

    Yields:
        The items, in order.

    Raises:
        Exception: What making an item raises, when that item's turn comes.
    """
    source = iter(items)
    with ThreadPoolExecutor(1, thread_name_prefix="prefetch") as thread:
        coming = thread.submit(_take_one, source)
        while item := coming.result():
            coming = thread.submit(_take_one, source)
            yield item.pop()  # not kept here while it is used


def _take_one(source: Iterator[T]) -> list[T]:
    """Take the next item, or none at the end."""
    return list(islice(source, 1))
