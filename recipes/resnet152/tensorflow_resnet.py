"""ResNet-152 v1 in plain TensorFlow with random weights, saved as a SavedModel.

Stands in for a user's own model: it is what a TensorFlow 2 program without Keras would save.
The layers follow He et al. 2015 (arXiv:1512.03385), table 1, with the stride in the first
convolution of a block as in the original.
"""

import tensorflow as tf
from photographs import calibration_batch
from random_weights import RESIDUAL_GAIN, SEED, spread_classifier
from tensorflow_conversion import SIDE

# Blocks, filters and stride of the four stages.
STAGES = [(3, 64, 1), (8, 128, 2), (36, 256, 2), (3, 512, 2)]
EXPANSION = 4
EPSILON = 1e-5


class Convolution(tf.Module):
    """Convolution without bias, batch normalisation and, unless told otherwise, ReLU."""

    def __init__(self, random, size, channels, filters, stride=1, gain=1.0, relu=True):
        deviation = (2 / (size * size * channels)) ** 0.5
        self.kernel = tf.Variable(random.normal([size, size, channels, filters], stddev=deviation))
        self.scale = tf.Variable(tf.fill([filters], gain))
        self.offset = tf.Variable(tf.zeros([filters]))
        self.mean = tf.Variable(tf.zeros([filters]))
        self.variance = tf.Variable(tf.ones([filters]))
        self.stride, self.relu = stride, relu

    def __call__(self, images, calibrate):
        values = tf.nn.conv2d(images, self.kernel, self.stride, "SAME")
        if calibrate:
            mean, variance = tf.nn.moments(values, axes=[0, 1, 2])
            self.mean.assign(mean)
            self.variance.assign(variance)
        values = tf.compat.v1.nn.fused_batch_norm(values, self.scale, self.offset, self.mean, self.variance,
                                                  epsilon=EPSILON, is_training=False)[0]
        return tf.nn.relu(values) if self.relu else values


class Block(tf.Module):
    """1x1, 3x3 and 1x1 convolutions beside a shortcut that projects where the shape changes."""

    def __init__(self, random, channels, filters, stride):
        wide = filters * EXPANSION
        self.branch = [
            Convolution(random, 1, channels, filters, stride),
            Convolution(random, 3, filters, filters),
            Convolution(random, 1, filters, wide, gain=RESIDUAL_GAIN, relu=False),
        ]
        self.shortcut = None if channels == wide else Convolution(random, 1, channels, wide, stride, relu=False)

    def __call__(self, images, calibrate):
        values = images
        for convolution in self.branch:
            values = convolution(values, calibrate)
        shortcut = images if self.shortcut is None else self.shortcut(images, calibrate)
        return tf.nn.relu(values + shortcut)


class ResNet152(tf.Module):
    """float32 [N, 224, 224, 3] -> logits [N, classes]."""

    def __init__(self, classes):
        random = tf.random.Generator.from_seed(SEED)
        self.stem = Convolution(random, 7, 3, 64, stride=2)
        self.blocks, channels = [], 64
        for count, filters, stride in STAGES:
            for position in range(count):
                self.blocks.append(Block(random, channels, filters, stride if position == 0 else 1))
                channels = filters * EXPANSION
        self.kernel = tf.Variable(tf.zeros([channels, classes]))
        self.bias = tf.Variable(tf.zeros([classes]))

    def features(self, images, calibrate=False):
        """Pooled activations [N, 2048] before the classifier."""
        values = tf.nn.max_pool2d(self.stem(images, calibrate), 3, 2, "SAME")
        for block in self.blocks:
            values = block(values, calibrate)
        return tf.reduce_mean(values, axis=[1, 2])

    @tf.function(input_signature=[tf.TensorSpec([None, SIDE, SIDE, 3], tf.float32, name="images")])
    def score(self, images):
        return {"logits": self.features(images) @ self.kernel + self.bias}


def save_random_model(folder, classes, preprocess):
    """Write a SavedModel with random weights, calibrated on photographs, into the folder.

    preprocess: uint8 RGB [N, 224, 224, 3] -> the network's float32 input of the same shape.
    """
    network = ResNet152(classes)
    features = network.features(preprocess(calibration_batch(SIDE)), calibrate=True)
    kernel, bias = spread_classifier(features, classes)
    network.kernel.assign(kernel)
    network.bias.assign(bias)
    tf.saved_model.save(network, str(folder), signatures={"serving_default": network.score})
