"""The networks of ml/, written in PyTorch as its users would write them, on weights by our names.

TensorFlow pads a strided convolution by (0, 1), PyTorch by (1, 0): on even sizes the one is the mirror image of the
other. So images and filters arrive here turned by 180 degrees, and everything comes out turned: equal values, and no
extra work for PyTorch.
"""
import math

import torch
import torch.nn.functional as F

# Which pixel of four a 1×1 convolution of stride 2 reads is the one thing that turning does not mirror. True while
# outputs and losses are compared; false while time is taken, so that PyTorch does not pay for the extra slicing.
exact_parity = True

EPSILON, MOMENTUM = 1e-5, 0.1
BLOCKS = {"demo": (1, 1, 1, 1), "resnet50": (3, 4, 6, 3)}


class Scope:
    """Weights under a prefix."""

    def __init__(self, arrays, prefix=""):
        self.arrays, self.prefix = arrays, prefix

    def __call__(self, name):
        return Scope(self.arrays, f"{self.prefix}{name}/")

    def __getitem__(self, name):
        return self.arrays[self.prefix + name]

    def has_value(self, name):
        return self.prefix + name in self.arrays

    def has(self, name):
        return any(key.startswith(f"{self.prefix}{name}/") for key in self.arrays)


def norm(w, x, training):
    return F.batch_norm(x, w["mean"], w["variance"], w["scale"], w["offset"], training, MOMENTUM, EPSILON)


def conv_norm(w, x, training, stride=1, relu=True, residual=None):
    filter = w("conv")["filter"]
    if exact_parity and stride > filter.shape[2]:
        x = x[:, :, 1::2, 1::2]
        stride = 1
    x = F.conv2d(x, filter, None, stride, filter.shape[2] // 2)
    x = norm(w("norm"), x, training)
    if residual is not None:
        x += residual
    return F.relu_(x) if relu else x


def bottleneck(w, x, training, stride):
    y = conv_norm(w("reduce"), x, training)
    y = conv_norm(w("spatial"), y, training, stride)
    if w.has("shortcut"):
        x = conv_norm(w("shortcut"), x, training, stride, relu=False)
    return conv_norm(w("expand"), y, training, residual=x)


def stem(w, x, training):
    return conv_norm(w("stem"), x, training, 2)


def stage(w, x, training, level, blocks):
    for index in range(blocks):
        stride = 2 if index == 0 and level > 0 else 1
        x = bottleneck(w(f"b{level + 1}")(str(index + 1)), x, training, stride)
    return x


def stages(w, x, training, blocks):
    outputs = []
    x = F.max_pool2d(x, 3, 2, 1)
    for level, count in enumerate(blocks):
        x = stage(w, x, training, level, count)
        outputs.append(x)
    return outputs


MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
DEVIATION = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


def normalize_image(image):
    return (image - MEAN) / DEVIATION


def dense(w, x):
    return torch.addmm(w["bias"], x, w["matrix"])


def token_dense(w, x):
    x, batch = x.flatten(0, 1), x.shape[0]
    return (dense(w, x) if w.has_value("bias") else x @ w["matrix"]).unflatten(0, (batch, -1))


def logit(w, x):
    return dense(w, x).flatten()


def deconvolution(w, x):
    return F.conv_transpose2d(x, w["filter"], w["bias"], 2)


def up_block(w, x, skip, training):
    across = F.conv2d(skip, w("skip")["filter"], w("skip")["bias"])
    return norm(w("norm"), F.relu_(torch.cat([deconvolution(w("up"), x), across], 1)), training)


def decode(w, features, training, exchange=lambda level, feature: feature):
    x = features[4]
    for level in (4, 3, 2, 1):
        x = up_block(w(f"up{level - 1}"), exchange(level, x), features[level - 1], training)
    return deconvolution(w("head"), x)


def resunet(w, image, training=True):
    low = stem(w("encoder"), normalize_image(image), training)
    return decode(w("decoder"), [low, *stages(w("encoder"), low, training, BLOCKS["demo"])], training)


def to_tokens(x, patch):
    batch, channels, height, width = x.shape
    x = x.permute(0, 2, 3, 1)
    if patch > 1:
        x = x.reshape(batch, height // patch, patch, width // patch, patch * channels).transpose(2, 3)
    return x.reshape(batch, height * width // patch**2, patch * patch * channels)


def from_tokens(x, height, width, patch):
    batch, _, size = x.shape
    if patch > 1:
        x = x.view(batch, height // patch, width // patch, patch, size // patch).transpose(2, 3)
    return x.reshape(batch, height, width, size // patch**2).permute(0, 3, 1, 2)


def heads_of(x, heads):
    return x.view(x.shape[0], x.shape[1], heads, -1).transpose(1, 2)


def attention_block(w, query, value, query_position, key_position, heads):
    def layer_norm(name, x):
        return F.layer_norm(x, x.shape[-1:], w(name)["scale"], w(name)["offset"], EPSILON)

    normed = layer_norm("norm-value", value)
    q = token_dense(w("query"), layer_norm("norm-query", query) + query_position)
    k, v = token_dense(w("key"), normed + key_position), token_dense(w("value"), normed)
    gathered = F.scaled_dot_product_attention(heads_of(q, heads), heads_of(k, heads), heads_of(v, heads))
    gathered = gathered.transpose(1, 2).flatten(2)
    stream = (token_dense(w("project"), query) if w.has("project") else query) + gathered
    inner = F.gelu(token_dense(w("mlp")("first"), layer_norm("norm-mlp", stream)))
    return stream + token_dense(w("mlp")("second"), inner)


def bridge(w, query, value, positions, patch, heads):
    height, width = value.shape[2:]
    q, v = to_tokens(query, patch), to_tokens(value, patch)
    tokens = attention_block(w, q, v, positions(q), positions(v), heads)
    return from_tokens(tokens, height, width, patch)


def attend(w, mask, low, high):
    def conv(name, x, pad=1):
        return F.conv2d(x, w(name)["filter"], w(name)["bias"], 1, pad)

    embedded = F.relu_(conv("embed2", F.relu_(conv("embed1", mask))))
    u = F.relu_(conv("joint", torch.cat([embedded, low], 1)))
    return torch.sigmoid(conv("map", u * high[:, :, None, None], 0) + (mask * 2 - 1) * w["prior"])


def baseline_dia(w, image, mask):
    """Frozen, as the demo has it (late attention): features B1..B4 and the logit."""
    r, count = w("resnet"), mask.shape[1]
    first, *others = BLOCKS["demo"]
    b1 = stage(r, F.max_pool2d(stem(r, normalize_image(image), False), 3, 2, 1), False, 0, first)
    high, small = dense(w("high"), b1.mean((2, 3))), F.avg_pool2d(mask, 4)
    attended = [b1 * attend(w(f"attention{k + 1}"), small[:, k : k + 1], b1, high) for k in range(count)]
    merge = w("merge")
    levels = [F.relu_(F.conv2d(torch.cat(attended, 1), merge["filter"], merge["bias"]))]
    for level, blocks in enumerate(others, 1):
        levels.append(stage(r, levels[-1], False, level, blocks))
    return levels, logit(w("logit"), levels[3].mean((2, 3)))


def take_and_give(w, image, positions, patches=(2, 1, 1), heads=4):
    low = stem(w("encoder"), normalize_image(image), True)
    features = [low, *stages(w("encoder"), low, True, BLOCKS["demo"])]
    coarse = decode(w("coarse"), features, True)
    diagnosis, _ = baseline_dia(w("diagnosis"), image, torch.sigmoid(coarse))

    def exchange(level, feature):
        if level > len(patches):
            return feature
        patch = patches[level - 1]
        asked = bridge(w(f"give{level}"), features[level], diagnosis[level - 1], positions[level], patch, heads)
        return bridge(w(f"take{level}"), asked, feature, positions[level], patch, heads)

    return decode(w("decoder"), features, True, exchange), coarse


def dl_cat(w, image, mask):
    low = stem(w("resnet"), torch.cat([normalize_image(image), mask], 1), False)
    return logit(w("logit"), stages(w("resnet"), low, False, BLOCKS["demo"])[3].mean((2, 3)))


def classifier(w, image):
    low = stem(w("resnet"), image, True)
    return logit(w("logit"), stages(w("resnet"), low, True, BLOCKS["resnet50"])[3].mean((2, 3)))


def expg(parameters, coordinates, layers):
    x = coordinates
    for layer in range(layers):
        x = torch.baddbmm(parameters[f"bias-{layer}"], x, parameters[f"weight-{layer}"])
        if layer < layers - 1:
            u = torch.atan(x)
            x = torch.cat([u / 0.67, u * u / 0.6], -1)
    return x


def positional_encoding(rows, columns, channels):
    """DETR's sine encoding, row by row, in our order (not turned)."""
    half = channels // 2
    rates = 10000 ** (torch.arange(0, half, 2, dtype=torch.float64) / half)

    def encode(count):
        angle = (torch.arange(1, count + 1, dtype=torch.float64) / count * 2 * math.pi)[:, None] / rates
        return torch.stack([angle.sin(), angle.cos()], -1).flatten(1)

    down = encode(rows)[:, None].expand(rows, columns, half)
    across = encode(columns)[None].expand(rows, columns, half)
    return torch.cat([down, across], -1).float()
