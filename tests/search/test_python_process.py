import psutil
import pytest

from search.python_process import PythonProcess, last_line

ENTRY = "tests.search.replying:reply"


@pytest.fixture
def process():
    process = PythonProcess(ENTRY, {"REPLY": "yes"})
    yield process
    process.close(is_idle=False)
    process.join()


def test_it_calls_a_function_with_a_pipe_and_its_environment(process):
    process.send("hello")
    assert process.receive() == ("hello", "yes", False)


def test_how_it_ended_and_what_it_printed_are_known(process):
    process.send("exit")
    with pytest.raises(EOFError):
        process.receive()
    assert process.exit_reason == "exit status 3"
    with open(process.log) as log:
        assert "exiting on purpose" in log.read()
    process.send("nobody reads this")


def test_a_killed_process_is_at_its_end(process):
    process.kill()
    with pytest.raises(EOFError):
        process.receive()
    assert process.exit_reason == "SIGKILL"


def test_an_idle_process_ends_with_its_pipe():
    process = PythonProcess(ENTRY, {})
    (child,) = [child for child in psutil.Process().children() if "python_process" in " ".join(child.cmdline())]
    process.close(is_idle=True)
    process.join()
    assert not child.is_running()


HANG = 'Timeout (0:00:25)!\nThread 0x1 (most recent call first):\n  File "/usr/lib/python3.11/threading.py", line 327 in wait\n'


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Traceback:\nValueError: no backend\n\n", "ValueError: no backend"),
        ("Fatal Python error: Segmentation fault\n\nCurrent thread 0x1:\n  File x\n", "Fatal Python error: Segmentation fault"),
        (HANG + '  File "/home/me/own.py", line 3 in build\n  File "/home/me/other.py", line 1 in x', 'File "/home/me/own.py", line 3 in build'),
        (HANG + "  File x\nRESOURCE_EXHAUSTED: out of memory\n", "RESOURCE_EXHAUSTED: out of memory"),
        (HANG + "  File x\nFatal Python error: Aborted\n\nThread 0x1:\n", "Fatal Python error: Aborted"),
        ("", ""),
        (None, ""),
    ],
)
def test_the_last_line_of_a_log_says_why_a_process_ended(tmp_path, printed, expected):
    log = tmp_path / "worker-0.log"
    if printed is not None:
        log.write_text(printed)
    assert last_line(log) == expected
