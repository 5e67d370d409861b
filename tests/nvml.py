"""A stand-in for pynvml, NVML's Python library, on a machine with some GPUs."""

import sys
from types import ModuleType, SimpleNamespace

import pynvml


def install(monkeypatch, *names, gib=80, free_gib=60):
    """Put the stand-in in the place of pynvml.

    Args:
        monkeypatch: Restores pynvml at the end of the test.
        names: The GPUs' names; their UUIDs are ``GPU-0``, ``GPU-1`` and so on.
        gib: Memory of each GPU. Defaults to 80.
        free_gib: Free memory of each GPU. Defaults to 60.
    """
    module = ModuleType("pynvml")
    module.NVMLError = pynvml.NVMLError
    uuids = [f"GPU-{index}" for index in range(len(names))]

    def checked(index):
        if not 0 <= index < len(names):
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_FOUND)
        return index

    module.nvmlInit = module.nvmlShutdown = lambda: None
    module.nvmlDeviceGetCount = lambda: len(names)
    module.nvmlDeviceGetHandleByIndex = checked
    module.nvmlDeviceGetHandleByUUID = lambda uuid: checked(uuids.index(uuid) if uuid in uuids else -1)
    module.nvmlDeviceGetName = lambda handle: names[handle]
    module.nvmlDeviceGetMemoryInfo = lambda handle: SimpleNamespace(total=gib * 2**30, free=free_gib * 2**30)
    module.nvmlDeviceGetUtilizationRates = lambda handle: SimpleNamespace(gpu=40 + handle, memory=10)
    module.nvmlSystemGetDriverVersion = lambda: "570.00"
    monkeypatch.setitem(sys.modules, "pynvml", module)
