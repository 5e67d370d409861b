"""A campaign: a search whose coordinators and workers are killed at random times until the planned number of kills."""

import json
import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field

import psutil

MAX_STARTS = 200
TRIALS_PER_START = 4


@dataclass
class Campaign:
    """Kills processes of one search, and compares the ledger before and after each kill.

    Attributes:
        shell: The folder of the search.
        options: Further options of its command.
        n_kills: Number of processes to kill.
        n_trials: Number of trials to finish; increased while kills are left.
        seed: Seed of the times and the choice of processes.
        n_coordinators: Number of coordinators that run the study at once. Defaults to 1.
    """

    shell: object
    options: list[str]
    n_kills: int
    n_trials: int
    seed: int
    n_coordinators: int = 1
    killed_workers: int = 0
    killed_coordinators: int = 0
    known: dict[int, dict] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    def run(self):
        """Kill and continue until the trials are finished and the kills are done."""
        random_numbers = random.Random(self.seed)
        for _ in range(MAX_STARTS):
            already = len(self._log())
            processes = [self._start() for _ in range(self.n_coordinators)]
            try:
                self._kill_at_random(processes, random_numbers, already)
                statuses = [self._end(process) for process in processes]
            finally:
                for process in processes:
                    process.kill()
            self._compare()
            if self._is_finished(statuses):
                return
        raise AssertionError(f"not finished after {MAX_STARTS} starts")

    def _is_finished(self, statuses):
        if any(status == 0 for status in statuses):
            if self.n_left == 0 and all(status in (0, -9) for status in statuses):
                return True
            self.n_trials += TRIALS_PER_START
        return False

    @property
    def n_left(self):
        return self.n_kills - self.killed_workers - self.killed_coordinators

    def _start(self):
        command = self.shell.command("run", "own.toml", "--trials", self.n_trials, *self.options)
        with (self.shell.folder / "coordinators.log").open("ab") as log:
            return subprocess.Popen(command, cwd=self.shell.folder, env=self.shell.environment, stdout=log, stderr=subprocess.STDOUT)

    def _kill_at_random(self, processes, random_numbers, already):
        """Kill workers and coordinators, until none is left or all have ended."""
        running = list(processes)
        while running and self.n_left > 0:
            try:
                running[0].wait(timeout=random_numbers.uniform(0.5, 8.0))
                running.pop(0)
            except subprocess.TimeoutExpired:
                workers = [worker for process in running for worker in workers_of(process)]
                if "Searching" not in self._log()[already:] and random_numbers.random() < 0.97:
                    continue  # kill only few while they start
                if workers and random_numbers.random() < 0.75:
                    self.killed_workers += kill(random_numbers.choice(workers))
                else:
                    victim = random_numbers.choice(running)
                    victim.kill()
                    running.remove(victim)
                    self.killed_coordinators += 1

    def _log(self):
        path = self.shell.folder / "coordinators.log"
        return path.read_text() if path.exists() else ""

    def _end(self, process):
        status = process.wait(timeout=600)
        log = self._log()
        failed_to_start = status == 1 and "Worker processes cannot start" in log.splitlines()[-1]  # five were killed while they started
        assert status in (0, -9) or failed_to_start, log[-4000:]
        return status

    def _compare(self):
        """Record finished trials that have changed or are missing."""
        now = {record["number"]: record for record in self.trials() if record["is_finished"]}
        for number, record in self.known.items():
            if now.get(number) != record:
                self.lost.append(f"trial {number} was {record} and is {now.get(number)}")
        self.known |= now

    def trials(self):
        """Read the ledger in another process."""
        program = """if True:
            import json
            from search import ledger
            from search.errors import StudyNotFoundError
            from search.store import Store
            try:
                records = ledger.read(Store(), "own").records()
            except StudyNotFoundError:
                records = []
            names = ["number", "state", "value", "is_finished"]
            finished = [record.result.finished if record.result else None for record in records]
            executions = [len(record.result.executions) if record.result else 0 for record in records]
            epochs = [len(record.history) for record in records]
            others = [{"finished": time, "n_executions": n, "n_epochs": m} for time, n, m in zip(finished, executions, epochs)]
            print(json.dumps([{name: getattr(record, name) for name in names} | of for record, of in zip(records, others)]))
        """
        return json.loads(self.shell.python(program))


def kill(worker):
    """Kill a process, and return whether it existed."""
    try:
        worker.kill()
    except psutil.NoSuchProcess:
        return False
    return True


def workers_of(process) -> Iterator[psutil.Process]:
    """Yield the workers of a coordinator, and the process that forks them."""
    try:
        children = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return
    for child in children:
        try:
            words, name = " ".join(child.cmdline()), child.name()
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
        if name == "packaging":  # it trains nothing; test_package.py kills it
            continue
        if "search.executors.local.fork_server" in words or words.startswith("ray::RayWorker"):
            yield child
