"""Answers bench/training.bench.ts: one JSON line asks, one JSON line answers."""
import json
import os
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

DEVICE = os.environ.get("CONSILIUM_PEER_DEVICE", "cpu")
torch.set_default_device(DEVICE)  # before nets makes its constants
# Ours computes in float32 throughout.
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False

import nets  # noqa: E402

LAYERS = 4


def read_arrays(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        values = np.fromfile(file, dtype=np.float32)
    arrays = {}
    for name, entry in header.items():
        shape, offset = entry["shape"], entry["offset"]
        count = int(np.prod(shape, dtype=np.int64))
        arrays[name] = torch.from_numpy(values[offset : offset + count].reshape(shape).copy()).to(DEVICE)
    return arrays


def turned(x):
    """An image [b, h, w, c] of ours as PyTorch's [b, c, h, w], turned by 180 degrees (see nets.py)."""
    return x.permute(0, 3, 1, 2).flip(2, 3)


def unturned(x):
    return x.flip(2, 3).permute(0, 2, 3, 1)


def reversed_patches(x, axis, area):
    """Tokens of P×P pixels list their pixels in turned order."""
    shape = x.shape
    split = x.reshape(*shape[:axis], area, shape[axis] // area, *shape[axis + 1 :])
    return split.flip(axis).reshape(shape)


def convert(name, x, layout):
    if x.dim() == 4:  # filters of convolutions [k, k, in, out] and of deconvolutions [k, k, out, in]
        return x.permute(3, 2, 0, 1).flip(2, 3).contiguous(memory_format=layout)
    if name.startswith(("give1/", "take1/")):
        for axis in range(x.dim()):
            x = reversed_patches(x, axis, 4)
    return x.contiguous()


class Case:
    """A net with its inputs, its loss and Adam."""

    def __init__(self, arrays, trainable, layout, rate):
        self.layout = layout
        self.inputs = {k[6:]: v for k, v in arrays.items() if k.startswith("input/")}
        weights = {k: convert(k, v, layout) for k, v in arrays.items() if not k.startswith("input/")}
        self.parameters = [weights[name].requires_grad_() for name in trainable]
        self.weights = nets.Scope(weights)
        self.prepare()
        self.optimiser = torch.optim.Adam(self.parameters, rate, fused=True)

    def image(self, name):
        return turned(self.inputs[name]).contiguous(memory_format=self.layout)

    def prepare(self):
        pass

    def step(self):
        self.optimiser.zero_grad(set_to_none=True)
        loss = self.loss()
        loss.backward()
        self.optimiser.step()
        return loss.item()


class Classifier(Case):
    def prepare(self):
        self.x, self.target = self.image("image"), self.inputs["target"]

    def forward(self):
        return nets.classifier(self.weights, self.x)

    def loss(self):
        return F.binary_cross_entropy_with_logits(self.forward(), self.target)

    def outputs(self):
        return self.forward()


class Resunet(Case):
    def prepare(self):
        self.x, self.target = self.image("image"), self.image("target")

    def loss(self):
        return F.binary_cross_entropy_with_logits(nets.resunet(self.weights, self.x), self.target)

    def outputs(self):
        return unturned(nets.resunet(self.weights, self.x))


class TakeAndGive(Resunet):
    def prepare(self):
        super().prepare()
        cache = {}

        def positions(level):
            def of(tokens):
                patch = 2 if level == 1 else 1
                side = self.x.shape[2] // (2 ** (level + 1)) // patch
                key = (level, tokens.shape[2])
                if key not in cache:
                    turned_back = nets.positional_encoding(side, side, tokens.shape[2]).flip(0, 1).flatten(0, 1)
                    cache[key] = reversed_patches(turned_back, 1, patch * patch).contiguous()
                return cache[key]

            return of

        self.positions = {level: positions(level) for level in (1, 2, 3)}

    def both(self):
        return nets.take_and_give(self.weights, self.x, self.positions)

    def loss(self):
        logits, coarse = self.both()
        loss = F.binary_cross_entropy_with_logits(logits, self.target)
        return loss + F.binary_cross_entropy_with_logits(coarse, self.target)

    def outputs(self):
        return unturned(self.both()[0])


class Fusion(Case):
    """DF-GT with ExpG: maps of all images in one graph, each image's best iterate kept."""

    def prepare(self):
        self.x, self.labels = self.image("image"), self.inputs["target"]
        self.maps = dict(self.weights.arrays.items())
        self.maps = {name: x for name, x in self.maps.items() if name.startswith(("weight-", "bias-"))}
        self.best, self.best_losses = None, None
        self.prepare_pixels()

    def prepare_pixels(self):
        """Every pixel; turned images list them from the last to the first."""
        batch, size = self.x.shape[0], self.x.shape[2]
        place = torch.linspace(-(3**0.5), 3**0.5, size)
        rows, columns = torch.meshgrid(place, place, indexing="ij")
        grid = torch.stack([columns, rows], -1).view(1, -1, 2).flip(1)
        self.coordinates = grid.expand(batch, -1, -1).contiguous()
        self.votes = self.inputs["votes"].flip(1).contiguous()  # [b, h·w, n, C]

    def mask(self, weights):
        batch, size = self.x.shape[0], self.x.shape[2]
        fused = torch.einsum("bpn,bpnc->bpc", weights, self.votes)
        fused = fused.view(batch, size, size, -1).permute(0, 3, 1, 2)
        return fused.contiguous(memory_format=self.layout)

    def forward(self):
        weights = F.softmax(nets.expg(self.maps, self.coordinates, LAYERS), -1)
        return nets.dl_cat(self.weights("diagnosis"), self.x, self.mask(weights))

    def outputs(self):
        return self.forward()

    def step(self):
        self.optimiser.zero_grad(set_to_none=True)
        losses = F.binary_cross_entropy_with_logits(self.forward(), self.labels, reduction="none")
        losses.sum().backward()
        self.keep_best(losses.detach())
        self.optimiser.step()
        return losses.sum().item()

    @torch.no_grad()
    def keep_best(self, losses):
        if self.best is None:
            self.best = {name: x.clone() for name, x in self.maps.items()}
            self.best_losses = losses
            return
        better = losses < self.best_losses
        self.best_losses = torch.minimum(losses, self.best_losses)
        for name, x in self.maps.items():
            self.best[name] = torch.where(better.view(-1, 1, 1), x, self.best[name])


class DisputedFusion(Fusion):
    """The same, computed only where raters disagree, as ours is."""

    def prepare_pixels(self):
        inputs = self.inputs
        self.coordinates, self.votes = inputs["disputed-coordinates"], inputs["disputed-votes"]
        self.unanimous = inputs["unanimous"].flip(1, 2).contiguous()  # [b, h, w, C]
        batch, height, width, structures = self.unanimous.shape
        rows = inputs["disputed-rows"].long()
        image, pixel = rows // (height * width), rows % (height * width)
        turned_rows = image * height * width + (height * width - 1 - pixel)
        self.rows = torch.where(rows < batch * height * width, turned_rows, rows)

    def mask(self, weights):
        batch, height, width, structures = self.unanimous.shape
        share = torch.einsum("bpn,bpnc->bpc", weights, self.votes).flatten(0, 1)
        flat = torch.zeros(batch * height * width + 1, structures).index_add(0, self.rows, share)[:-1]
        fused = self.unanimous + flat.view(self.unanimous.shape)
        return fused.permute(0, 3, 1, 2).contiguous(memory_format=self.layout)


def image_of(arrays, trainable, index):
    """What one image's case needs: its own row of all that is an image's, without padding."""
    batch, height, width = arrays["input/unanimous"].shape[:3]
    rows = arrays["input/disputed-rows"].view(batch, -1)[index] - index * height * width
    own = rows < height * width  # padding lies behind the last image
    one = {name: x[index : index + 1] for name, x in arrays.items() if name in trainable or name.startswith("input/")}
    one["input/disputed-rows"] = rows[own]
    for name in ("input/disputed-coordinates", "input/disputed-votes"):
        one[name] = one[name][:, own]
    return {name: one.get(name, x).clone() for name, x in arrays.items()}


class FusionOneByOne:
    """The same again, one image after the other, as a loop over images does it."""

    def __init__(self, arrays, trainable, layout, rate):
        images = range(arrays["input/target"].shape[0])
        self.cases = [DisputedFusion(image_of(arrays, trainable, k), trainable, layout, rate) for k in images]

    def outputs(self):
        return torch.cat([case.outputs() for case in self.cases])

    def step(self):
        return sum(case.step() for case in self.cases)


CASES = {
    "classifier": Classifier,
    "resunet": Resunet,
    "take-and-give": TakeAndGive,
    "fusion": Fusion,
    "fusion-disputed": DisputedFusion,
    "fusion-one-by-one": FusionOneByOne,
}
LAYOUTS = {"channels_last": torch.channels_last, "contiguous": torch.contiguous_format}


def answer(question, cases):
    what = question["ask"]
    if what == "version":
        return {"version": torch.__version__, "threads": torch.get_num_threads()}
    if what == "load":
        arrays = read_arrays(question["file"])
        make = CASES[question["net"]]
        for layout, value in LAYOUTS.items():
            copies = {name: x.clone() for name, x in arrays.items()}
            cases[layout] = make(copies, question["trainable"], value, question["rate"])
        return {"layouts": list(LAYOUTS)}
    case = cases[question["layout"]]
    nets.exact_parity = question["exact"]
    if what == "outputs":
        with torch.no_grad():
            return {"values": case.outputs().reshape(-1).tolist()}
    times, losses = [], []
    for _ in range(question["steps"]):
        start = time.perf_counter()
        losses.append(case.step())
        times.append(1000 * (time.perf_counter() - start))
    return {"times": times, "losses": losses}


def main():
    cases = {}
    for line in sys.stdin:
        question = json.loads(line)
        if question["ask"] == "load":
            cases.clear()
        print(json.dumps(answer(question, cases)), flush=True)


if __name__ == "__main__":
    torch.manual_seed(0)
    main()
