from experiments.benchmarks.report import to_text, write_results

MACHINE = {"date": "2026-01-02", "processor": "a processor", "cores": 2, "python": "3.11", "packages": {"keras": "3.15"}}
RUN = {
    "n_trials": 40,
    "n_repeats": 5,
    "seconds_per_trial": 0.5,
    "trials_per_minute": 120.0,
    "process_seconds": 30.0,
    "peak_memory_bytes": 2e9,
    "n_not_finite": 0,
}
TASKS = {"diabetes": {"limit": RUN, "perceptune": RUN | {"best_value": 0.4}, "ratio": {"limit": 0.875}}}


def test_the_table_has_a_row_a_runner_in_the_order_of_the_runners():
    rows = [line for line in to_text({"tasks": TASKS}).splitlines() if line.startswith("| ")][1:]
    assert rows[0].split(" | ")[:6] == ["| perceptune", "40 x 5", "0.500", "120", "", "0.4000"]
    assert rows[1].split(" | ")[:5] == ["| limit", "40 x 5", "0.500", "120", "0.88"]


def test_overhead_and_start_have_their_lines():
    results = {"overhead_ms": {"100": 12.34}, "memory_bytes": {"100": {"after_100": 1e9, "at_end": 2e9}}}
    start = {"start": {"command_to_first_trial": 9.0, "backend_import": 7.0}}
    text = to_text(results | start)
    assert "| 100 | 12.3 | 1000 | 2000 |" in text
    assert "first finished trial 9.0 s; importing the backend alone takes 7.0 s" in text


def test_each_kind_of_device_replaces_its_own_part_of_the_file(tmp_path):
    file = tmp_path / "RESULTS.md"
    write_results({"machine": MACHINE, "tasks": TASKS}, "make one", file)
    write_results({"machine": MACHINE | {"gpu": "a GPU"}, "tasks": TASKS}, "make two", file)
    write_results({"machine": MACHINE, "tasks": TASKS}, "make three", file)
    text = file.read_text()
    assert "make one" not in text
    assert text.index("make three") < text.index("# On a GPU") < text.index("make two")
    assert text.count("## diabetes") == 2
    assert "a GPU" in text.partition("# On a GPU")[2]
