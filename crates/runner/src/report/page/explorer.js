// A point of the latent space in the reader's hand, and what the decoder makes of it.

/** Points drawn by the reader come from the prior N(0, 1), by Box and Muller, or are among the draws of a prior that was learnt. */
const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

/** Two coordinates of each code: `[count, latent]` → `[count, 2]`. */
function projection(codes, latent, axes) {
  const points = new Float32Array((2 * codes.length) / latent);
  for (let i = 0; i < points.length; i++) points[i] = codes[(i >> 1) * latent + axes[i & 1]];
  return points;
}

/** The only coordinate of each code, and its class: `[count]` → `[count, 2]`. */
function strip(codes, kinds) {
  const points = new Float32Array(2 * codes.length);
  codes.forEach((code, i) => points.set([code, kinds && kinds[i] !== UNKNOWN ? kinds[i] : 0], 2 * i));
  return points;
}

/** All there is to do with codes: a decoder to play with, where it fits into the page, and a plane of all of them. */
function codesPage(data) {
  const kinds = data.classes && classes(data.classes);
  const shown = view(data.shown, data.example);
  const describe = (index) => {
    const kind = kinds?.[index];
    const name = data.names?.[index] ?? String(index);
    // A number alone would not say of what.
    const lines = [/^\d+$/.test(name) ? `${data.example} ${name}` : name];
    if (kind !== undefined && kind !== UNKNOWN) lines.push(element("br"), `class ${data.class_names[kind]}`);
    return [...shown.tip(index), ...lines];
  };
  const choose = data.decoder ? explorer(data, kinds, shown, describe) : undefined;
  overview(data, kinds, { describe, choose });
}

/** Above two dimensions, or without a decoder, a plane shows all codes; a click takes one from there. */
function overview(data, kinds, hooks) {
  const host = document.getElementById("latents");
  if (!host) return;
  const layouts = decodeLayouts(data.layouts);
  const scene = { ...layouts[0], links: [], kinds, classNames: data.class_names };
  const plane = new Plane(host, scene, hooks,
    `Codes of the test ${data.example}s. Arrow keys move, plus and minus zoom, 0 shows everything.`);
  legend(plane, scene);
  chooseLayout(plane, layouts);
}

/** The plane to drag in, and the sliders; returns what takes the code of an index. */
function explorer(data, kinds, shown, describe) {
  const { latent } = data;
  const codes = floats(data.codes);
  const decode = decoder(data.decoder);
  const z = new Float32Array(latent);
  let axes = data.first_axes;
  document.getElementById("decoded").append(shown.node);
  const take = (index) => move(codes.subarray(index * latent, (index + 1) * latent), { index });
  const sliders = sliderRows(data, (dimension, value) => move(z, { dimension, value }));

  /** Goes to a whole code, that of an example where it has an index, or changes one coordinate. */
  const move = (code, { index, dimension, value } = {}) => {
    z.set(code);
    if (dimension !== undefined) z[dimension] = value;
    data.ranges.forEach(([least, most], at) => (z[at] = Math.min(most, Math.max(least, z[at]))));
    sliders.show(z);
    shown.show(z, decode(z), index);
    plane.draw();
  };

  const host = document.getElementById("explorer-plane");
  // A single dimension goes across, and each class has a row.
  const isFlat = latent === 1;
  const rows = Math.max(1, data.class_names.length);
  const scene = () => ({
    points: isFlat ? strip(codes, kinds) : projection(codes, latent, axes), links: [], kinds, classNames: data.class_names, inRows: isFlat,
    axes: isFlat ? ["z1", ""] : axes.map((axis) => `z${axis + 1}`),
    extent: [0, 1].flatMap((end) => isFlat ? [data.ranges[0][end], end ? rows : -1] : axes.map((axis) => data.ranges[axis][end])),
  });
  const overlay = (context, toScreen, colours) => {
    const [x, y] = toScreen(z[axes[0]], isFlat ? (rows - 1) / 2 : z[axes[1]]);
    context.lineWidth = 5;
    for (const colour of [colours.panel, colours.accent]) {
      context.strokeStyle = colour;
      context.beginPath();
      context.arc(x, y, 9, 0, 2 * Math.PI);
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        context.moveTo(x + 9 * dx, y + 9 * dy);
        context.lineTo(x + 17 * dx, y + 17 * dy);
      }
      context.stroke();
      context.lineWidth = 2.5;
    }
    context.lineWidth = 1;
  };
  const set = (x, y) => {
    z[axes[0]] = x;
    if (!isFlat) z[axes[1]] = y;
    move(z);
  };
  const step = (dx, dy) => {
    const size = 0.05;
    set(z[axes[0]] + size * dx, z[axes[1]] + size * dy);
  };
  const plane = new Plane(host, scene(), { describe, overlay, drag: set, step, choose: take },
    "Latent plane. Drag the ring, or move it with the arrow keys; shift makes larger steps.");
  legend(plane, plane.scene);

  const selects = [...document.querySelectorAll("#explorer select")];
  selects.forEach((select, place) => {
    select.value = axes[place];
    select.addEventListener("change", () => {
      const chosen = Number(select.value);
      // Whoever asks for the other axis wants the two to change places.
      axes = axes[1 - place] === chosen ? [axes[1], axes[0]] : axes.with(place, chosen);
      selects.forEach((select, place) => (select.value = axes[place]));
      plane.show(scene());
    });
  });
  document.getElementById("to-origin").addEventListener("click", () => move(new Float32Array(latent)));
  const draws = data.draws && floats(data.draws);
  const draw = () => {
    if (!draws) return Float32Array.from(z, normal);
    const first = latent * Math.floor((Math.random() * draws.length) / latent);
    return draws.slice(first, first + latent);
  };
  document.getElementById("from-prior")?.addEventListener("click", () => move(draw()));

  // A real code says more than the origin, where there need not be any.
  if (codes.length) take(0);
  else move(z);
  return take;
}

/** A slider for each latent dimension. */
function sliderRows({ latent, ranges }, changed) {
  const host = document.getElementById("sliders");
  const rows = Array.from({ length: latent }, (_, dimension) => {
    const [min, max] = ranges[dimension];
    const id = `z${dimension + 1}`;
    const input = element("input", { type: "range", id, min, max, step: "any", value: 0 });
    const output = element("output", { for: id });
    input.addEventListener("input", () => changed(dimension, Number(input.value)));
    input.addEventListener("keydown", (event) => {
      const direction = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (!direction) return;
      // Without steps of its own the browser would take a hundredth of the range for nothing less than a pixel.
      event.preventDefault();
      changed(dimension, Number(input.value) + 0.05 * direction);
    });
    host.append(element("label", { for: id }, id), input, output);
    return { input, output };
  });
  return {
    show(z) {
      rows.forEach(({ input, output }, dimension) => {
        input.value = z[dimension];
        output.textContent = z[dimension].toFixed(2);
      });
    },
  };
}
