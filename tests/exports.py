"""Reads every export as other programs do, and reproduces the encoder's and the decoder's outputs to 1e-5.

    pip install -r tests/requirements.txt
    cargo test --release --workspace --test export

trains the models, exports them beside their runs, writes what the decoder itself computes, and runs this script on the
folders of the runs. An encoder's own outputs are those of `--what latents`. They are compared with the ONNX model in
onnxruntime, and with a few lines of NumPy in double precision that take the weights by their documented names; images,
words, links and labels are read from `datasets/` and not from the program.
"""

import gzip
import json
import sys
import tomllib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from safetensors import safe_open
from safetensors.numpy import load_file

DATASETS = Path(__file__).parent.parent / "datasets"
TOLERANCE = 1e-5


def main(runs):
    worst = 0.0
    for run in map(Path, runs):
        config = tomllib.loads((run / "config.toml").read_text())
        check = check_images if config["data"]["kind"] == "images" else check_graph
        difference = check(run, config)
        print(f"{run.name}: {difference:.1e}")
        worst = max(worst, difference)
    print(f"{len(runs)} runs, largest difference {worst:.1e}")


def check_images(run, config):
    model = config["model"]
    weights = check_weights(run, ["encoder", "decoder"])
    pixels = idx("mnist-5k/images-idx3-ubyte.gz", 16).reshape(-1, 784)
    x = (pixels[4500:] / np.float32(255)).astype(np.float32)
    latents = arrays(run, "latents")
    equal("label", latents.pop("label"), idx("mnist-5k/labels-idx1-ubyte.gz", 8)[4500:])
    equal("outputs", set(latents), {"mean", "log_variance"} if model["kind"] == "vae" else {"mean"})
    path, heads = ("", {"mean": "code"})
    if model["kind"] == "vae":
        path, heads = ("encoder.", {"mean": "encoder.mean", "log_variance": "encoder.log_variance"})
    hidden = perceptron(weights, path + "hidden", x, model)
    found = {output: linear(weights, head, hidden) for output, head in heads.items()}
    difference = compare("encoder in NumPy", found, latents)
    difference = max(difference, check_onnx(run / "encoder.onnx", {"x": x}, latents))

    z = latents["mean"]
    expected = {path.stem.removeprefix("decoder-"): np.load(path) for path in run.glob("decoder-*.npy")}
    found = decode(weights, z, model)
    difference = max(difference, compare("decoder in NumPy", found, expected))
    return max(difference, check_onnx(run / "decoder.onnx", {"z": z}, expected))


def check_graph(run, config):
    model = config["model"]
    weights = check_weights(run, ["encoder"])
    names = (DATASETS / "cora/order.txt").read_text().split()
    latents = arrays(run, "latents")
    equal("id", latents.pop("id").tolist(), names)
    equal("outputs", set(latents), {"mean", "log_variance"} if model["kind"] == "vgae" else {"mean"})

    # D^-1/2 (A + I) D^-1/2 of the training edges.
    train = np.array(json.loads((run / "split.json").read_text())["train"])
    loops = np.arange(len(names))
    edge_index = np.stack([np.r_[train[:, 0], train[:, 1], loops], np.r_[train[:, 1], train[:, 0], loops]])
    degrees = np.bincount(edge_index[0]).astype(np.float64)
    edge_weight = 1 / np.sqrt(degrees[edge_index[0]] * degrees[edge_index[1]])
    inputs = {"edge_index": edge_index.astype(np.int64), "edge_weight": edge_weight.astype(np.float32)}
    adjacency = np.zeros((len(names), len(names)))
    adjacency[edge_index[0], edge_index[1]] = edge_weight

    features = None
    if config["data"]["features"] == "given":
        inputs["features"] = features = cora_words()
    hidden = features
    for layer in range(len(model["hidden"])):
        weight = weights[f"hidden.{layer}.weight"].astype(np.float64)
        hidden = np.maximum(adjacency @ (weight if hidden is None else hidden @ weight), 0)
    heads = {"mean": ("mean.weight", 1), "log_variance": ("log_sigma.weight", 2)}
    found = {}
    for output in latents:
        head, factor = heads[output]
        weight = weights[head].astype(np.float64)
        rows = weight if hidden is None else hidden @ weight
        spread = lambda rows: adjacency @ rows
        if model.get("encoder", {}).get("kind") == "propagation":
            part = lambda name: weights[head.replace("weight", name)].astype(np.float64)
            rows = np.exp(part("log_scale")) * rows
            if model["encoder"].get("embeddings"):
                rows = rows + part("embeddings")
            spread = lambda rows: sum(a * np.linalg.matrix_power(adjacency, k) @ rows for k, a in enumerate(part("hops")))
        places = {True: ["before"], "after": ["after"], "both": ["before", "after"]}.get(model["normalize"], [])
        is_normalized = lambda place: output == "mean" and place in places
        if is_normalized("before"):
            rows = of_one_length(rows, weights)
        rows = spread(rows)
        if is_normalized("after"):
            rows = of_one_length(rows, weights)
        found[output] = factor * rows
    difference = compare("encoder in NumPy", found, latents)

    # Edges in another order, and a graph of fewer nodes where the model is not bound to its own.
    order = np.random.default_rng(0).permutation(edge_index.shape[1])
    inputs |= {"edge_index": inputs["edge_index"][:, order], "edge_weight": inputs["edge_weight"][order]}
    session = open_onnx(run / "encoder.onnx", inputs, latents)
    difference = max(difference, compare("encoder.onnx", infer(session, inputs), latents))
    if features is not None and not model.get("encoder", {}).get("embeddings"):
        alone = {"features": features[:1], "edge_index": np.zeros((2, 1), np.int64), "edge_weight": np.ones(1, np.float32)}
        equal("one node", infer(session, alone)["mean"].shape, (1, model["latent"]))
    return difference


def of_one_length(rows, weights):
    length = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return weights["unit_length.scale"].astype(np.float64) * rows / length


def check_weights(run, parts):
    """All weights, which are the run's own, in both formats, whole and in parts."""
    weights = arrays(run, "weights")
    same("model.safetensors", load_file(run / "model.safetensors"), weights)
    for part in parts:
        belongs = {name: value for name, value in weights.items() if name.startswith("decoder.") == (part == "decoder")}
        same(part, arrays(run, part), belongs)
    return weights


def check_onnx(path, inputs, expected):
    """The outputs for all rows at once, for one row, and for seven."""
    session = open_onnx(path, inputs, expected)
    worst = compare(path.name, infer(session, inputs), expected)
    for rows in [1, 7]:
        few = infer(session, {name: value[:rows] for name, value in inputs.items()})
        worst = max(worst, compare(path.name, few, {name: value[:rows] for name, value in expected.items()}))
    return worst


def open_onnx(path, inputs, outputs):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    equal("opset", [(entry.domain, entry.version) for entry in model.opset_import], [("", 18)])
    equal("inputs", {value.name for value in model.graph.input}, set(inputs))
    equal("outputs", {value.name for value in model.graph.output}, set(outputs))
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def infer(session, inputs):
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs)))


def decode(weights, z, model):
    hidden = perceptron(weights, "decoder.hidden", z, model)
    output = linear(weights, "decoder.output", hidden)
    likelihood = model["likelihood"]
    if likelihood["kind"] == "bernoulli":
        return {"logits": output, "mean": sigmoid(output)}
    found = {"mean": sigmoid(output) if likelihood["mean"] == "sigmoid" else output}
    if likelihood["kind"] == "gaussian":
        log_variance = linear(weights, "decoder.log_variance", hidden)
        found["log_variance"] = np.log(np.exp(log_variance) + likelihood["variance_floor"])
    return found


def perceptron(weights, path, x, model):
    activation = {
        "tanh": np.tanh,
        "softplus": lambda x: np.logaddexp(0, x),
        "relu": lambda x: np.maximum(x, 0),
    }[model["activation"]]
    for layer in range(len(model["hidden"])):
        x = activation(linear(weights, f"{path}.layers.{layer}", x))
    return x


def linear(weights, path, x):
    """Weights are [inputs, outputs]."""
    return x @ weights[f"{path}.weight"].astype(np.float64) + weights[f"{path}.bias"]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def arrays(run, stem):
    """The same arrays from both formats; strings are JSON in the metadata of safetensors."""
    with np.load(run / f"{stem}.npz") as file:
        npz = dict(file)
    path = run / f"{stem}.safetensors"
    other = load_file(path)
    with safe_open(path, "numpy") as file:
        for name, text in (file.metadata() or {}).items():
            other[name] = np.array(json.loads(text))
    same(stem, npz, other)
    return npz


def idx(name, header):
    return np.frombuffer(gzip.decompress((DATASETS / name).read_bytes())[header:], np.uint8)


def cora_words():
    lines = gzip.decompress((DATASETS / "cora/nodes.tsv.gz").read_bytes()).decode().splitlines()
    words = np.zeros((len(lines), 1433), np.float32)
    for node, line in enumerate(lines):
        words[node, [int(word) for word in line.split("\t")[1].split()]] = 1
    return words


def compare(what, found, expected):
    """The largest difference, of values above 1 relative to them."""
    equal(f"{what}: outputs", set(found), set(expected))
    worst = 0.0
    for name, value in expected.items():
        equal(f"{what}: shape of {name}", found[name].shape, value.shape)
        assert np.isfinite(value).all(), f"{what}: {name} is not finite"
        difference = float(np.max(np.abs(found[name] - value) / np.maximum(1, np.abs(value))))
        assert difference <= TOLERANCE, f"{what}: {name} differs by {difference}"
        worst = max(worst, difference)
    return worst


def same(what, some, others):
    equal(f"{what}: names", set(some), set(others))
    for name, value in some.items():
        other = others[name]
        is_same = value.dtype == other.dtype and value.shape == other.shape and (value == other).all()
        assert is_same, f"{what}: {name} is not the same in both files"


def equal(what, found, expected):
    assert np.array_equal(found, expected) if isinstance(found, np.ndarray) else found == expected, (
        f"{what}: {found}, not {expected}"
    )


main(sys.argv[1:])
