"""Exports torchvision's ResNet-152 (v1, stride in the 3x3 convolution) from a state dict.

Run from the repository root:
    python recipes/resnet152/export_torchvision.py --weights resnet152.pth --licence BSD-3-Clause \
        --out models --labels models/vision/1/labels.tsv
"""

import time

import numpy as np
import torch
import torchvision
from onnx_graph import save_graph
from photographs import calibration_batch, golden_images
from random_weights import RESIDUAL_GAIN, SEED, spread_classifier
from torchvision.models import ResNet152_Weights, resnet152
from version_folder import count_classes, new_version, parser, publish

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
CROP = 224
OPSET = 18


def load(weights, classes):
    """ResNet-152 in inference mode with the weights of a file, or with random ones."""
    network = random_network(classes) if weights == "random" else resnet152(num_classes=classes)
    if weights != "random":
        network.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    return network.eval()


def random_network(classes):
    """Seeded random weights, calibrated on photographs (see random_weights.py)."""
    torch.manual_seed(SEED)
    network = resnet152(num_classes=classes)
    for layer in network.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.momentum = None  # a plain average: one pass sets the statistics
        if isinstance(layer, torchvision.models.resnet.Bottleneck):
            torch.nn.init.constant_(layer.bn3.weight, RESIDUAL_GAIN)
    pixels = torch.from_numpy(calibration_batch(CROP)).permute(0, 3, 1, 2) / 255
    pictures = torchvision.transforms.functional.normalize(pixels, MEAN, STD)
    classifier, network.fc = network.fc, torch.nn.Identity()
    with torch.no_grad():
        network.train()(pictures)
        kernel, bias = spread_classifier(network.eval()(pictures), classes)
        classifier.weight.copy_(torch.from_numpy(kernel.T))
        classifier.bias.copy_(torch.from_numpy(bias))
    network.fc = classifier
    return network


def to_onnx(network):
    """onnx.ModelProto: float32 [N, 3, 224, 224] -> logits [N, classes]."""
    example = torch.zeros(2, 3, CROP, CROP)
    batch = {0: torch.export.Dim("N")}
    program = torch.onnx.export(network, (example,), dynamo=True, dynamic_shapes=(batch,), opset_version=OPSET)
    return program.model_proto


def main():
    options = parser(__doc__.splitlines()[0], "resnet152-torch", "state dict (.pth)")
    options.add_argument("--resize", type=int, default=256, help="short side: 256; 232 for torchvision's IMAGENET1K_V2")
    options = options.parse_args()
    transform = ResNet152_Weights.IMAGENET1K_V1.transforms(resize_size=options.resize)
    with new_version(options) as folder:
        network = load(options.weights, count_classes(options.labels))
        images = golden_images(options.resize)
        tensors = torch.stack([transform(image) for image in images.values()])
        with torch.no_grad():
            logits = np.concatenate([network(tensor[None]).numpy() for tensor in tensors])
        started = time.monotonic()
        save_graph(to_onnx(network), folder, "images", "logits")
        print(f"converted in {time.monotonic() - started:.0f} s")
        publish(folder, options, manifest_of(options.resize), images, tensors.numpy(), logits)


def manifest_of(resize):
    return {
        "framework": f"PyTorch {torch.__version__}, torchvision {torchvision.__version__}",
        "input": {"name": "images", "layout": "NCHW", "datatype": "FP32", "channels": "RGB"},
        "output": {"name": "logits", "activation": "logits"},
        "preprocessing": {
            "resize": {"mode": "shortest-side", "size": resize, "filter": "bilinear"},
            "crop": CROP,
            "scale": 1 / 255,
            "mean": MEAN,
            "std": STD,
        },
    }


if __name__ == "__main__":
    main()
