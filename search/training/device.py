"""The device that the Keras backend computes on: its name, and whether data have room in memory."""

import functools
import os

import keras
import psutil


def device_name() -> str:
    """Name the backend's default device.

    Returns:
        ``cpu``, or such as ``gpu:0 NVIDIA A100-SXM4-40GB``.
    """
    match keras.config.backend():
        case "tensorflow":
            return _tensorflow_device()
        case "jax":
            return _jax_device()
        case "torch":
            return _torch_device()
    return "cpu"


@functools.cache  # once it is there, the data are part of what is not free
def has_room(n_bytes: int) -> bool:
    """Say whether data can be held in memory beside everything else: they may take half of what is free.

    Args:
        n_bytes: Size of the data.
    """
    return n_bytes <= psutil.virtual_memory().available // 2


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
    """The GPU as the machine names it: a worker sees its own one only, as number 0."""
    return os.environ.get("CUDA_VISIBLE_DEVICES", "0").partition(",")[0]
