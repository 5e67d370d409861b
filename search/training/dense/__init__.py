"""Networks of dense layers, padded so that many share one compiled program."""
