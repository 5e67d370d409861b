"""The device that the Keras backend computes on: its name and its memory."""

import keras
import psutil

from ..hardware import default_gpu, gpu_memory

DATA_PART = 0.5
"""The fraction of the device's free memory that data may take; larger data are streamed to it."""


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
    """Return whether data fit in the device's memory beside everything else: they may take half of the free memory.

    Args:
        n_bytes: Size of the data.
    """
    return n_bytes <= DATA_PART * free_bytes()


def free_bytes() -> int:
    """Return the device's free memory: a GPU's own, or the machine's on a CPU or if the driver does not report it."""
    match keras.config.backend():
        case "tensorflow":
            found = _tensorflow_free_bytes()
        case "jax":
            found = _jax_free_bytes()
        case _:
            found = None
    return psutil.virtual_memory().available if found is None else found


def limit_memory(fraction: float) -> None:
    """Limit TensorFlow to a fraction of its GPU's memory; JAX reads XLA_PYTHON_CLIENT_MEM_FRACTION by itself.

    It must be called before anything is computed; without a GPU it does nothing.

    Args:
        fraction: The fraction, above 0 and below 1.
    """
    if keras.config.backend() != "tensorflow":
        return
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU"):
        if memory := gpu_memory(default_gpu()):
            limit = tf.config.LogicalDeviceConfiguration(memory_limit=int(fraction * memory.total_bytes / 2**20))
            tf.config.set_logical_device_configuration(gpu, [limit])


def total_bytes() -> int:
    """Return the GPU memory that this process may take; 0 on a CPU, or if it is unknown."""
    if device_name() == "cpu":
        return 0
    match keras.config.backend():
        case "tensorflow":
            return _tensorflow_limit() or 0
        case "jax":
            return int(_jax_stats().get("bytes_limit", 0))
    return 0


def peak_bytes() -> int:
    """Return the largest GPU memory that this process has allocated so far; 0 on a CPU, or if it is unknown."""
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
    """Return the limit that `limit_memory` has set, or else all of the GPU's memory; None if it is unknown."""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    limits = tf.config.get_logical_device_configuration(gpus[0]) if gpus else None
    if limits and limits[0].memory_limit:
        return int(limits[0].memory_limit) * 2**20
    memory = gpu_memory(default_gpu())
    return memory.total_bytes if memory else None


def _tensorflow_free_bytes() -> int | None:
    """Return the free memory of TensorFlow's GPU by the driver: TensorFlow knows its own allocations only."""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return None
    memory = gpu_memory(default_gpu())
    free = memory.free_bytes if memory else None
    if not tf.config.get_logical_device_configuration(gpus[0]):
        return free
    left = (_tensorflow_limit() or 0) - int(tf.config.experimental.get_memory_info("GPU:0")["current"])
    return left if free is None else min(left, free)


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
    return f"gpu:{default_gpu()} {details.get('device_name', '')}".strip()


def _jax_device() -> str:
    import jax

    device = jax.devices()[0]
    return "cpu" if device.platform == "cpu" else f"{device.platform}:{device.id} {device.device_kind}"


def _torch_device() -> str:
    import torch  # type: ignore[import-not-found,unused-ignore]

    return f"gpu:{default_gpu()} {torch.cuda.get_device_name(0)}" if torch.cuda.is_available() else "cpu"
