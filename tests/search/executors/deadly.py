"""A callback that kills its worker as a machine's fault would, once for each file of a trial."""

import os
import signal
from pathlib import Path

import keras


class Deadly(keras.callbacks.Callback):
    """Kills the process before the third epoch if the file exists, and removes the file."""

    def __init__(self, filename):
        super().__init__()
        self._file = Path(filename)

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 2 and self._file.exists():
            self._file.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
