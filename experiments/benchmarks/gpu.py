"""The NVIDIA GPUs of this machine, as NVML reports them. This is the only file of experiments/ that imports pynvml."""

from typing import Any


def has_gpu() -> bool:
    """Return whether NVIDIA's driver finds a GPU."""
    nvml: Any = _nvml()
    try:
        nvml.nvmlInit()
        return int(nvml.nvmlDeviceGetCount()) > 0
    except nvml.NVMLError:
        return False


def describe_gpus() -> str:
    """Return the names of all GPUs and the driver's version, such as ``NVIDIA H100, driver 570.00``."""
    nvml = _nvml()
    nvml.nvmlInit()
    names = [nvml.nvmlDeviceGetName(nvml.nvmlDeviceGetHandleByIndex(index)) for index in range(nvml.nvmlDeviceGetCount())]
    return f"{', '.join(names)}, driver {nvml.nvmlSystemGetDriverVersion()}"


def utilization() -> float:
    """Return the utilization of the first GPU in percent."""
    nvml = _nvml()
    nvml.nvmlInit()
    return float(nvml.nvmlDeviceGetUtilizationRates(nvml.nvmlDeviceGetHandleByIndex(0)).gpu)


def _nvml() -> Any:
    import pynvml

    return pynvml
