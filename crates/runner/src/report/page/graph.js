// The latent space of a graph: links in grey, classes in colour, and a node's name under the pointer.

/** The neighbours of each node, in compressed sparse rows. */
function adjacency(nodes, links) {
  const starts = new Uint32Array(nodes + 1);
  for (const node of links) starts[node + 1]++;
  for (let node = 0; node < nodes; node++) starts[node + 1] += starts[node];
  const next = starts.slice();
  const ends = new Uint32Array(links.length);
  for (let link = 0; link < links.length; link += 2) {
    ends[next[links[link]]++] = links[link + 1];
    ends[next[links[link + 1]]++] = links[link];
  }
  return (node) => ends.subarray(starts[node], starts[node + 1]);
}

function graphPlane(data) {
  const host = document.getElementById("latents");
  const layouts = decodeLayouts(data.layouts);
  const scene = {
    ...layouts[0], links: indices(data.links), kinds: data.classes && classes(data.classes), classNames: data.class_names,
  };
  const nodes = scene.points.length / 2;
  const neighbours = adjacency(nodes, scene.links);
  const id = (node) => data.names?.[node] ?? String(node);
  const name = (node) => data.called?.[node] ?? id(node);
  const describe = (node) => {
    const kind = scene.kinds?.[node];
    const lines = [`${neighbours(node).length} links`];
    if (kind !== undefined) lines.unshift(kind === UNKNOWN ? "no class" : `class ${scene.classNames[kind]}`);
    if (name(node) !== id(node)) lines.unshift(`node ${id(node)}`);
    return [element("strong", {}, name(node)), element("br"), lines.join(", ")];
  };
  const plane = new Plane(host, scene, { describe, neighbours, name },
    `Latent space of ${nodes} nodes. Arrow keys move, plus and minus zoom, 0 shows everything.`);
  legend(plane, scene);
  chooseLayout(plane, layouts);
  search(plane, nodes, data.called ? (node) => [name(node), id(node)] : (node) => [id(node)]);
  document.getElementById("zoom-in").addEventListener("click", () => plane.zoom(1.6));
  document.getElementById("zoom-out").addEventListener("click", () => plane.zoom(1 / 1.6));
  document.getElementById("zoom-fit").addEventListener("click", () => plane.fit());
}

/** Finds nodes by their names: the exact one first, then those that begin so, then those that hold the text. */
function search(plane, nodes, names) {
  const form = document.getElementById("search");
  const input = form.querySelector("input");
  const status = form.querySelector("output");
  let [found, next, sought] = [[], 0, ""];
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim().toLowerCase();
    if (!text) return;
    if (text !== sought) {
      const ranked = [[], [], []];
      for (let node = 0; node < nodes; node++) {
        const ranks = names(node).map((name) => {
          const at = name.toLowerCase().indexOf(text);
          return at < 0 ? 3 : at > 0 ? 2 : Number(name.length > text.length);
        });
        ranked[Math.min(...ranks)]?.push(node);
      }
      [found, next, sought] = [ranked.flat(), 0, text];
    }
    if (found.length === 0) {
      status.textContent = "no such node";
      return;
    }
    status.textContent = found.length === 1 ? "1 node" : `${next + 1} of ${found.length}`;
    plane.visit(found[next]);
    next = (next + 1) % found.length;
  });
}
