"""What a backend prints when it is imported is hidden, and what others print meanwhile is not."""

import os

import pytest

from search.quiet import quiet_backend

OF_BACKEND = (
    b"WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
    b"I0000 00:00:1795879905.827755   11951 port.cc:153] oneDNN custom operations are on.\n"
    b"2026-11-28 not theirs\n"
    b"To enable the following instructions: AVX2, rebuild TensorFlow.\n"
)


@pytest.mark.parametrize(("keeps_others", "printed"), [(False, ""), (True, "2026-11-28 not theirs\nE1234 nor this\n")])
def test_lines_of_a_backend_are_hidden(capfd, keeps_others, printed):
    with quiet_backend(keeps_others=keeps_others):
        os.write(2, OF_BACKEND)
        os.write(2, b"E1234 nor this\n")
    assert capfd.readouterr().err == printed


def _fail():
    os.write(2, b"why\n")
    raise ValueError("on purpose")


def test_what_others_print_is_shown_when_the_block_raises(capfd):
    with pytest.raises(ValueError, match="on purpose"), quiet_backend(keeps_others=True):
        _fail()
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "why\nafter\n"
