"""A user's module whose models are decision trees, with which a whole search takes a second."""

TREES = """
from sklearn.tree import DecisionTreeClassifier

def build(max_depth=1, criterion="gini", min_samples_leaf=1, **_):
    return DecisionTreeClassifier(max_depth=max_depth, criterion=criterion, min_samples_leaf=min_samples_leaf, random_state=0)
"""
