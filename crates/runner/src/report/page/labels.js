// Words on a plane: axes with their values, and the names of classes.

const FONT = "system-ui, 'DejaVu Sans', sans-serif";

/** Names longer than this are cut on the plane; the legend has them whole. */
const LONGEST_NAME = 40;
/** Points in view whose own names are written at most. */
const MOST_POINT_NAMES = 60;

const shortened = (name) => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name);

/** Text with a halo, which stays legible over points. */
function write(context, text, x, y, colour, halo) {
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.strokeStyle = halo;
  context.strokeText(text, x, y);
  context.lineWidth = 1;
  context.fillStyle = colour;
  context.fillText(text, x, y);
}

/** The multiples of 1, 2 or 5 times a power of ten between two values, about one for 90 pixels, as [value, text]. */
function ticks(from, to, pixels) {
  const rough = (to - from) / Math.max(2, pixels / 90);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const first = Math.ceil(from / step);
  const count = Math.floor(to / step) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, n) => [(first + n) * step, ((first + n) * step).toFixed(digits)]);
}

/** Writes the axes and returns what their words take. */
function drawAxes(context, plane) {
  const { width, height, scene, colours: { muted, panel } } = plane;
  const [left, top] = plane.toPlane(0, 0);
  const [right, bottom] = plane.toPlane(width, height);
  const taken = [];
  const put = (text, x, y) => {
    const wide = context.measureText(text).width;
    const from = { left: x, center: x - wide / 2, right: x - wide }[context.textAlign];
    const middle = { top: y + 7, middle: y, bottom: y - 7 }[context.textBaseline];
    const box = { text, x: from + wide / 2, y: middle, width: wide, height: 14 };
    if (taken.some((other) => meet(box, other))) return;
    taken.push(box);
    write(context, text, x, y, muted, panel);
  };
  context.font = `12px ${FONT}`;
  [context.textAlign, context.textBaseline] = ["left", "top"];
  if (scene.axes[1]) put(`↑ ${scene.axes[1]}`, 8, 8);
  [context.textAlign, context.textBaseline] = ["right", "bottom"];
  put(`${scene.axes[0]} →`, width - 8, height - 24);
  [context.textAlign, context.textBaseline] = ["center", "bottom"];
  for (const [value, text] of ticks(left, right, width)) {
    const x = Math.round(plane.toScreen(value, 0)[0]);
    if (x < 60 || x > width - 20) continue;
    context.fillStyle = muted;
    context.fillRect(x, height - 5, 1, 5);
    put(text, x, height - 7);
  }
  [context.textAlign, context.textBaseline] = ["left", "middle"];
  for (const [value, text] of scene.axes[1] ? ticks(bottom, top, height) : []) {
    const y = Math.round(plane.toScreen(0, value)[1]);
    if (y < 30 || y > height - 40) continue;
    context.fillStyle = muted;
    context.fillRect(0, y, 5, 1);
    put(text, 8, y);
  }
  return taken;
}

/** The median of each class, or null for one without points. */
function medians({ points, kinds, classNames }) {
  const values = classNames.map(() => [[], []]);
  kinds.forEach((kind, index) => {
    if (kind !== UNKNOWN) [0, 1].forEach((axis) => values[kind][axis].push(points[2 * index + axis]));
  });
  const middle = (list) => list.sort((a, b) => a - b)[list.length >> 1];
  return values.map((axes) => (axes[0].length ? axes.map(middle) : null));
}

/** The name of each class at its median, or near it where other words are; the first choose first. */
function drawClassNames(context, plane, taken) {
  const { scene, colours, highlighted } = plane;
  const placed = [];
  if (!scene.kinds || scene.classNames.length > 20) return placed;
  scene.medians ??= medians(scene);
  context.font = `600 13px ${FONT}`;
  [context.textAlign, context.textBaseline] = ["center", "middle"];
  scene.medians.forEach((median, kind) => {
    if (!median || (highlighted !== null && kind !== highlighted)) return;
    const [whole, [middle, y]] = [scene.classNames[kind], plane.toScreen(...median)];
    // Classes in rows are named at the edge, beside their points.
    const x = scene.inRows ? 0 : middle;
    if (x < 0 || x > plane.width || y < 0 || y > plane.height) return;
    const text = shortened(whole);
    const box = freePlace({ text, x, y, width: context.measureText(text).width + 8, height: 18 }, [...taken, ...placed], plane);
    if (box) placed.push({ ...box, from: [x, y] });
  });
  // A name that had to go elsewhere is tied to its place.
  context.strokeStyle = colours.ink;
  for (const { x, y, height, from } of scene.inRows ? [] : placed) {
    if (Math.hypot(x - from[0], y - from[1]) < 1.5 * height) continue;
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(...from);
    context.stroke();
  }
  placed.forEach(({ text, x, y }) => write(context, text, x, y, colours.ink, colours.panel));
  return placed;
}

/** The names of single points, where the reader came so near that they are few; returns what they take. */
function drawPointNames(context, plane, taken) {
  const [left, top] = plane.toPlane(0, 0);
  const [right, bottom] = plane.toPlane(plane.width, plane.height);
  const shown = plane.hooks.name ? plane.cells.within(left, bottom, right, top, MOST_POINT_NAMES) : null;
  const placed = [];
  context.font = `12px ${FONT}`;
  [context.textAlign, context.textBaseline] = ["center", "middle"];
  for (const index of shown ?? []) {
    const [x, y] = plane.toScreen(plane.scene.points[2 * index], plane.scene.points[2 * index + 1]);
    const text = shortened(plane.hooks.name(index));
    const word = { text, x, y: y - plane.radius / plane.density - 9, width: context.measureText(text).width + 6, height: 15 };
    const box = freePlace(word, [...taken, ...placed], plane, 2);
    if (!box) continue;
    placed.push(box);
    write(context, text, box.x, box.y, plane.colours.ink, plane.colours.panel);
  }
  return placed;
}

/** Buttons that name the classes; pressing one sets the others back. */
function legend(plane, { kinds, classNames }) {
  if (!kinds) return;
  const present = new Set(kinds);
  const list = element("ul", { class: "legend", "aria-label": "Classes" });
  const buttons = [];
  for (const [kind, name] of classNames.entries()) {
    if (!present.has(kind)) continue;
    const button = element("button", { type: "button", "aria-pressed": "false" });
    button.innerHTML = mark(kind, classNames.length);
    button.append(name);
    button.addEventListener("click", () => {
      const pressed = button.getAttribute("aria-pressed") === "true";
      for (const other of buttons) other.setAttribute("aria-pressed", "false");
      button.setAttribute("aria-pressed", String(!pressed));
      plane.highlight(pressed ? null : kind);
    });
    buttons.push(button);
    list.append(element("li", {}, button));
  }
  if (present.has(UNKNOWN)) list.append(element("li", { class: "none" }, "grey: no class"));
  plane.live.after(list);
}
