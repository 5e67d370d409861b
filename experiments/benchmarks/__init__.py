"""Measures this product against other ways of searching the same networks: ``make bench``."""
