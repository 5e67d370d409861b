import psutil
import pytest

from search.python_process import PythonProcess

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
