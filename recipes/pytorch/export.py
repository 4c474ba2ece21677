"""A small PyTorch network: handwritten digits of 8 x 8 pixels, as scikit-learn ships them.

    python recipes/pytorch/export.py [--out FOLDER] [--parity FILE]
"""

import sys
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

sys.path.append(str(Path(__file__).resolve().parents[1]))
from tensor_version import options, write_version  # noqa: E402

SEED = 0
EPOCHS = 30
OPSET = 18
WHITE = 16


class Digits(nn.Module):
    """float32 [N, 1, 8, 8], 0 to 16 -> probabilities [N, 10]. Scaling is part of it."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(16 * 4 * 4, 32),
            nn.ReLU(),
            nn.Linear(32, 10),
        )

    def logits(self, pixels):
        return self.layers(pixels / WHITE)

    def forward(self, pixels):
        return torch.softmax(self.logits(pixels), dim=1)


def trained(pixels, truth):
    torch.manual_seed(SEED)
    network = Digits()
    optimiser = torch.optim.Adam(network.parameters(), lr=0.005)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(pixels)).split(64):
            loss = nn.functional.cross_entropy(network.logits(pixels[batch]), truth[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return network.eval()


def main():
    chosen = options(__doc__, "digits")
    torch.set_num_threads(1)
    rows, truth = load_digits(return_X_y=True)
    pixels = rows.astype(np.float32).reshape(-1, 1, 8, 8)
    learnt, held_out, learnt_truth, held_out_truth = train_test_split(
        pixels, truth, test_size=200, random_state=SEED, stratify=truth
    )
    network = trained(torch.from_numpy(learnt), torch.from_numpy(learnt_truth))
    with torch.no_grad():
        probabilities = network(torch.from_numpy(held_out)).numpy()
    accuracy = (probabilities.argmax(axis=1) == held_out_truth).mean()
    print(f"accuracy {accuracy:.3f} of {len(held_out)} held-out rows")

    program = torch.onnx.export(
        network,
        (torch.zeros(1, 1, 8, 8),),
        dynamo=True,
        # Without it the graph takes as many rows as the example has, and no others.
        dynamic_shapes=({0: torch.export.Dim("N")},),
        input_names=["pixels"],
        output_names=["probabilities"],
        opset_version=OPSET,
    )
    manifest = {
        "title": "Handwritten digits: a small convolutional network",
        "framework": f"PyTorch {torch.__version__}",
        "licence": {"spdx": "CC-BY-4.0"},
        "source": "recipes/pytorch on the optical recognition of handwritten digits data (UCI), "
        "as scikit-learn ships it",
        "accuracy": [
            {
                "metric": "accuracy",
                "value": round(float(accuracy), 4),
                "dataset": f"sklearn.datasets.load_digits, {len(held_out)} held-out rows",
            }
        ],
    }
    inputs, outputs = {"pixels": held_out}, {"probabilities": probabilities}
    write_version(chosen, program.model_proto, manifest, inputs, outputs, tolerance=1e-5)


if __name__ == "__main__":
    main()
