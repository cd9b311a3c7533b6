// What the decoder makes of a place in the latent space, beside what the reader came from: a picture, or a row of a table.
// A view has a node, shows a decoded example at z, of the code `index` or of none, and draws an example small for a tip.

const view = (shown) => ({ images: imageView, rows: rowView })[shown.kind](shown);

function imageView({ source, height, width, columns, gap }) {
  const picture = element("canvas", {
    id: "picture", class: "picture", role: "img", "aria-label": "What the decoder makes of z", width, height,
  });
  const sheet = new Image();
  sheet.src = source;
  return {
    node: picture,
    show(z, decoded) {
      const context = picture.getContext("2d");
      const image = context.createImageData(width, height);
      decoded.forEach((mean, pixel) => {
        image.data.fill(Math.round(255 * Math.min(1, Math.max(0, mean))), 4 * pixel, 4 * pixel + 3);
        image.data[4 * pixel + 3] = 255;
      });
      context.putImageData(image, 0, 0);
      picture.dataset.z = JSON.stringify([...z]);
    },
    // Cut out of the one picture of all when it is asked for.
    tip(index) {
      const canvas = element("canvas", { width, height });
      const left = gap + (index % columns) * (width + gap);
      const top = gap + Math.floor(index / columns) * (height + gap);
      if (sheet.complete) canvas.getContext("2d").drawImage(sheet, left, top, width, height, 0, 0, width, height);
      return [canvas];
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
