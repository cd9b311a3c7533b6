// What the decoder makes of a place in the latent space, beside what the reader came from: a picture, or a row of a table.
// A view has a node, shows a decoded example at z, of the code `index` or of none, and draws an example small for a tip.

const view = (shown, example) => ({ images: imageView, rows: rowView })[shown.kind]({ ...shown, example });

/** Pixels of the screen that a picture is about as large as. */
const PICTURE = 320;

function imageView({ source, height, width, columns, gap, example }) {
  const enlarged = Math.max(1, Math.round(PICTURE / Math.max(width, height)));
  const canvas = (attributes) => element("canvas", { width: enlarged * width, height: enlarged * height, ...attributes });
  const picture = canvas({ id: "picture", class: "picture", role: "img", "aria-label": "What the decoder makes of z" });
  const original = canvas({ id: "original", class: "picture", role: "img", "aria-label": "The original" });
  const name = element("figcaption", {});
  const blocks = element("button", { type: "button", id: "blocks", "aria-pressed": "false" }, "Pixels as blocks");
  const made = new OffscreenCanvas(width, height);
  const sheet = new Image();
  // Cut out of the one picture of all when it is asked for.
  const cut = (index) => [gap + (index % columns) * (width + gap), gap + Math.floor(index / columns) * (height + gap), width, height];
  let chosen;
  const enlarge = (to, from, place) => {
    const context = to.getContext("2d");
    context.imageSmoothingEnabled = blocks.getAttribute("aria-pressed") === "false";
    context.imageSmoothingQuality = "high";
    context.drawImage(from, ...place, 0, 0, to.width, to.height);
  };
  const draw = () => {
    enlarge(picture, made, [0, 0, width, height]);
    original.parentNode.style.visibility = chosen === undefined ? "hidden" : "visible";
    if (chosen === undefined) return;
    name.textContent = `test ${example} ${chosen}`;
    if (sheet.complete) enlarge(original, sheet, cut(chosen));
  };
  blocks.addEventListener("click", () => {
    const pressed = blocks.getAttribute("aria-pressed") === "false";
    blocks.setAttribute("aria-pressed", String(pressed));
    document.documentElement.classList.toggle("blocks", pressed);
    draw();
  });
  sheet.addEventListener("load", draw);
  const node = element("div", {},
    element("div", { class: "decoded" },
      element("figure", {}, picture, element("figcaption", {}, "decoded")), element("figure", {}, original, name)),
    element("div", { class: "controls" }, blocks));
  sheet.src = source;
  return {
    node,
    show(z, decoded, index) {
      const context = made.getContext("2d");
      const image = context.createImageData(width, height);
      decoded.forEach((mean, pixel) => {
        image.data.fill(Math.round(255 * Math.min(1, Math.max(0, mean))), 4 * pixel, 4 * pixel + 3);
        image.data[4 * pixel + 3] = 255;
      });
      context.putImageData(image, 0, 0);
      chosen = index;
      picture.dataset.z = JSON.stringify([...z]);
      draw();
    },
    tip(index) {
      const small = element("canvas", { width, height });
      if (sheet.complete) small.getContext("2d").drawImage(sheet, ...cut(index), 0, 0, width, height);
      return [small];
    },
  };
}

function rowView({ columns, mean, deviation, values }) {
  const rows = floats(values);
  const cell = () => element("td", { class: "number" });
  const lines = columns.map((name) => [element("th", { scope: "row" }, name), cell(), cell()]);
  const heads = ["column", "decoded", "row"].map((head, at) =>
    element("th", at ? { scope: "col", class: "number" } : { scope: "col" }, head));
  const table = element("table", { id: "row" },
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...lines.map((cells) => element("tr", {}, ...cells))));
  const scrolled = { class: "scroll", tabindex: 0, role: "region", "aria-label": "What the decoder makes of z" };
  return {
    node: element("div", scrolled, table),
    show(z, decoded, index) {
      lines.forEach(([, made, given], column) => {
        const text = (value) => beside(mean[column] + deviation[column] * value, deviation[column]);
        made.textContent = text(decoded[column]);
        given.textContent = index === undefined ? "" : text(rows[index * columns.length + column]);
      });
      table.dataset.z = JSON.stringify([...z]);
    },
    tip: () => [],
  };
}
