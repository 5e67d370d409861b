"""The device that the Keras backend computes on: its name and its memory."""

import os
import subprocess

import keras
import psutil

DATA_PART = 0.5
"""The part of the device's free memory that data may use; larger data are streamed to the device."""


def device_name() -> str:
    """Return the name of the backend's default device.

    Returns:
        ``cpu``, or for example ``gpu:0 NVIDIA A100-SXM4-40GB``.
    """
    match keras.config.backend():
        case "tensorflow":
            return _tensorflow_device()
        case "jax":
            return _jax_device()
        case "torch":
            return _torch_device()
    return "cpu"


def fits_in_memory(n_bytes: int) -> bool:
    """Return whether data fit in the device's memory: they may use half of what is free.

    Args:
        n_bytes: Size of the data.
    """
    return n_bytes <= DATA_PART * free_bytes()


def free_bytes() -> int:
    """Return the free memory of the GPU, or the machine's on a CPU or if the driver does not report it."""
    match keras.config.backend():
        case "tensorflow":
            found = _tensorflow_free_bytes()
        case "jax":
            found = _jax_free_bytes()
        case _:
            found = None
    return psutil.virtual_memory().available if found is None else found


def limit_memory(part: float) -> None:
    """Limit TensorFlow to a part of its GPU's memory; JAX reads XLA_PYTHON_CLIENT_MEM_FRACTION itself.

    Call it before anything is computed. Without a GPU it does nothing.

    Args:
        part: The part, above 0 and below 1.
    """
    if keras.config.backend() != "tensorflow":
        return
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU"):
        if total := _driver_bytes("memory.total"):
            limit = tf.config.LogicalDeviceConfiguration(memory_limit=int(part * total / 2**20))
            tf.config.set_logical_device_configuration(gpu, [limit])


def total_bytes() -> int:
    """Return the GPU memory that this process may use; 0 on a CPU, or if it is not known."""
    if device_name() == "cpu":
        return 0
    match keras.config.backend():
        case "tensorflow":
            return _tensorflow_limit() or 0
        case "jax":
            return int(_jax_stats().get("bytes_limit", 0))
    return 0


def peak_bytes() -> int:
    """Return the peak GPU memory of this process; 0 on a CPU, or if the backend does not report it."""
    if device_name() == "cpu":
        return 0
    match keras.config.backend():
        case "tensorflow":
            import tensorflow as tf

            return int(tf.config.experimental.get_memory_info("GPU:0")["peak"])
        case "jax":
            return int(_jax_stats().get("peak_bytes_in_use", 0))
    return 0


def _tensorflow_limit() -> int | None:
    """Return the memory that TensorFlow may use: the limit set by `limit_memory`, or the GPU's whole memory."""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    limits = tf.config.get_logical_device_configuration(gpus[0]) if gpus else None
    return limits[0].memory_limit * 2**20 if limits and limits[0].memory_limit else _driver_bytes("memory.total")


def _tensorflow_free_bytes() -> int | None:
    """Return the free memory by the driver: TensorFlow knows what it has allocated, but not what is free."""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return None
    free = _driver_bytes("memory.free")
    if not tf.config.get_logical_device_configuration(gpus[0]):
        return free
    left = (_tensorflow_limit() or 0) - int(tf.config.experimental.get_memory_info("GPU:0")["current"])
    return left if free is None else min(left, free)


def _driver_bytes(what: str) -> int | None:
    """Query the driver about this process's GPU; None if it does not report a number.

    Args:
        what: ``memory.free`` or ``memory.total``.
    """
    command = ["nvidia-smi", f"--id={_index()}", f"--query-gpu={what}", "--format=csv,noheader,nounits"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
        return int(told) * 2**20
    except (subprocess.SubprocessError, OSError, ValueError):  # no such command, a part of a GPU, or a GPU that reports no number
        return None


def _jax_free_bytes() -> int | None:
    stats = _jax_stats()
    return stats["bytes_limit"] - stats["bytes_in_use"] if {"bytes_limit", "bytes_in_use"} <= stats.keys() else None


def _jax_stats() -> dict[str, int]:
    import jax

    return jax.local_devices()[0].memory_stats() or {}


def _tensorflow_device() -> str:
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return "cpu"
    details = tf.config.experimental.get_device_details(gpus[0])
    return f"gpu:{_index()} {details.get('device_name', '')}".strip()


def _jax_device() -> str:
    import jax

    device = jax.devices()[0]
    return "cpu" if device.platform == "cpu" else f"{device.platform}:{device.id} {device.device_kind}"


def _torch_device() -> str:
    import torch  # type: ignore[import-not-found,unused-ignore]

    return f"gpu:{_index()} {torch.cuda.get_device_name(0)}" if torch.cuda.is_available() else "cpu"


def _index() -> str:
    """Return the machine's number of the GPU: a worker sees only its own GPU, as number 0."""
    return os.environ.get("CUDA_VISIBLE_DEVICES", "0").partition(",")[0]
