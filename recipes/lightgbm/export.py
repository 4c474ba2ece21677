"""A LightGBM classifier: benign or malignant, by scikit-learn's breast cancer data.

    python recipes/lightgbm/export.py [--out FOLDER] [--parity FILE]
"""

import sys
from pathlib import Path

import lightgbm
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

sys.path.append(str(Path(__file__).resolve().parents[1]))
from lightgbm_graph import to_onnx  # noqa: E402
from tensor_version import options, write_version  # noqa: E402


def main():
    chosen = options(__doc__, "tumours")
    rows, truth = load_breast_cancer(return_X_y=True)
    # What the graph takes.
    rows = rows.astype(np.float32)
    learnt, held_out, learnt_truth, held_out_truth = train_test_split(
        rows, truth, test_size=0.3, random_state=0, stratify=truth
    )
    classifier = lightgbm.LGBMClassifier(
        n_estimators=60, num_leaves=15, random_state=0, n_jobs=1, verbose=-1
    )
    classifier.fit(learnt, learnt_truth)
    accuracy = (classifier.predict(held_out) == held_out_truth).mean()
    print(f"accuracy {accuracy:.3f} of {len(held_out)} held-out rows")

    graph = to_onnx(classifier, "features", rows.shape[1])
    outputs = {
        "label": classifier.predict(held_out).astype(np.int64),
        "probabilities": classifier.predict_proba(held_out).astype(np.float32),
    }
    dataset = f"sklearn.datasets.load_breast_cancer, {len(held_out)} held-out rows"
    manifest = {
        "title": "Benign (1) or malignant (0) tumours: LightGBM on 30 measures",
        "framework": f"LightGBM {lightgbm.__version__}",
        "licence": {"spdx": "CC-BY-4.0"},
        "source": "recipes/lightgbm on the Wisconsin diagnostic breast cancer data (UCI), "
        "as scikit-learn ships it",
        "accuracy": [{"metric": "accuracy", "value": round(float(accuracy), 4), "dataset": dataset}],
    }
    write_version(chosen, graph, manifest, {"features": held_out}, outputs, tolerance=1e-5)


if __name__ == "__main__":
    main()
