"""Reads exported models with the programs that they are for."""

import warnings

from search.quiet import quiet_backend


def run_exported(path, inputs):
    """Return the outputs by name that a file of ONNX or TFLite computes of arrays by input name."""
    if path.suffix == ".onnx":
        import onnxruntime

        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        names = [output.name for output in session.get_outputs()]
        return dict(zip(names, session.run(names, inputs), strict=True))
    import tensorflow as tf

    with warnings.catch_warnings(), quiet_backend():
        warnings.simplefilter("ignore")  # the class will move to another package
        return tf.lite.Interpreter(str(path)).get_signature_runner()(**inputs)
