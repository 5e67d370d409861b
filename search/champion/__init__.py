"""The best model of a study with its preprocessing: verified to reload, registered in MLflow, ready to predict."""

from .aliases import champion_uri
from .batch_prediction import predict_example, predict_file
from .export import export_champion
from .input_checks import UnseenValuesWarning
from .package import PackagedChampion, PackageSpec, package_champion
from .pyfunc import Champion
from .registry import load_champion, promote_version, register

__all__ = [
    "Champion",
    "PackageSpec",
    "PackagedChampion",
    "UnseenValuesWarning",
    "champion_uri",
    "export_champion",
    "load_champion",
    "package_champion",
    "predict_example",
    "predict_file",
    "promote_version",
    "register",
]
