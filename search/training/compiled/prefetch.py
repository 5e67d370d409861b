"""Prepares the next item in a background thread while the last one is used."""

from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def prefetched(items: Iterable[T]) -> Generator[T, None, None]:
    """Iterate over items while a thread prepares the next one.

    At most one item is prepared ahead. If the loop ends early, close this iterator (`contextlib.closing`): the thread
    ends after the item that it prepares.

    Args:
        items: Creates the items one by one; it runs in the thread.

    Yields:
        The items, in order.

    Raises:
        Exception: What creating an item raised, when that item is next.
    """
    source = iter(items)
    with ThreadPoolExecutor(1, thread_name_prefix="prefetch") as thread:
        following = thread.submit(_next_of, source)
        while item := following.result():
            following = thread.submit(_next_of, source)
            yield item.pop()  # not referenced here while it is used


def _next_of(source: Iterator[T]) -> list[T]:
    """Return the next item in a list, or an empty list at the end."""
    return list(islice(source, 1))
