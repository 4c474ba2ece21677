"""A scikit-learn pipeline over texts and numbers, one input a column: does a customer leave?

    python recipes/scikit-learn/export.py [--out FOLDER] [--parity FILE]

The customers are made up (see `customers`): the recipe shows the way, not a finding.
"""

import sys
from pathlib import Path

import numpy as np
import pandas
import sklearn
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

sys.path.append(str(Path(__file__).resolve().parents[1]))
from tensor_version import options, write_version  # noqa: E402

TEXTS = ["contract", "region"]
NUMBERS = ["months", "charge"]
OPSET = 18


def customers(count):
    """A table of `count` customers, and whether each leaves: drawn by a logistic rule."""
    random = np.random.default_rng(0)
    contracts = ["monthly", "one year", "two years"]
    table = pandas.DataFrame(
        {
            "contract": random.choice(contracts, count, p=[0.5, 0.3, 0.2]),
            "region": random.choice(["north", "south", "östlich", "west"], count),
            "months": random.integers(1, 72, count).astype(np.float32),
            "charge": random.uniform(20, 120, count).round(2).astype(np.float32),
        }
    )
    odds = 1.6 * (table["contract"] == "monthly") - 0.05 * table["months"]
    odds = odds + 0.02 * table["charge"] - 0.4 * (table["region"] == "west") - 0.9
    leaves = random.uniform(size=count) < 1 / (1 + np.exp(-odds))
    return table, np.where(leaves, "leaves", "stays")


def main():
    chosen = options(__doc__, "churn")
    table, truth = customers(2000)
    learnt, held_out, learnt_truth, held_out_truth = train_test_split(
        table, truth, test_size=200, random_state=0
    )
    columns = [
        ("texts", OneHotEncoder(handle_unknown="ignore"), TEXTS),
        ("numbers", StandardScaler(), NUMBERS),
    ]
    pipeline = Pipeline([("columns", ColumnTransformer(columns)), ("model", LogisticRegression())])
    pipeline.fit(learnt, learnt_truth)
    accuracy = pipeline.score(held_out, held_out_truth)
    print(f"accuracy {accuracy:.3f} of {len(held_out)} held-out rows")

    # A region that no training row has: OneHotEncoder ignores it, in the graph too.
    held_out = held_out.assign(region=held_out["region"].where(held_out.index % 20 > 0, "abroad"))
    graph = to_onnx(
        pipeline,
        initial_types=[(name, StringTensorType([None, 1])) for name in TEXTS]
        + [(name, FloatTensorType([None, 1])) for name in NUMBERS],
        options={"zipmap": False},
        target_opset=OPSET,
    )
    inputs = {name: held_out[[name]].to_numpy(object) for name in TEXTS}
    inputs |= {name: held_out[[name]].to_numpy(np.float32) for name in NUMBERS}
    outputs = {
        "label": pipeline.predict(held_out).astype(object),
        "probabilities": pipeline.predict_proba(held_out).astype(np.float32),
    }
    manifest = {
        "title": "Customers who leave: one-hot texts, scaled numbers, logistic regression",
        "framework": f"scikit-learn {sklearn.__version__}",
        "licence": {"spdx": "Apache-2.0"},
        "source": "recipes/scikit-learn, customers made up with a fixed seed",
        "accuracy": [
            {"metric": "accuracy", "value": round(accuracy, 4), "dataset": "200 held-out rows"}
        ],
    }
    write_version(chosen, graph, manifest, inputs, outputs, tolerance=1e-5)


if __name__ == "__main__":
    main()
