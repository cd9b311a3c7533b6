// Links and nodes are drawn by hand into a bitmap: two hundred thousand antialiased lines take a tenth of a second so,
// and a second through the canvas. Drawing is cut into slices, so that a hand that drags never waits for it.

/** Milliseconds that a slice may take of a frame. */
const SLICE = 7;

/** Liang and Barsky's test: the part of a line within [0, right] × [0, bottom] as [x0, y0, x1, y1], or null. */
function clip(x0, y0, x1, y1, right, bottom) {
  let from = 0;
  let to = 1;
  const dx = x1 - x0;
  const dy = y1 - y0;
  for (const [run, room] of [[-dx, x0], [dx, right - x0], [-dy, y0], [dy, bottom - y0]]) {
    if (run === 0) {
      if (room < 0) return null;
    } else {
      const at = room / run;
      if (run < 0) from = Math.max(from, at);
      else to = Math.min(to, at);
    }
  }
  return from < to ? [x0 + from * dx, y0 + from * dy, x0 + to * dx, y0 + to * dy] : null;
}

/** Adds a line to `density` `[height, width]`, 255 for a pixel that it covers whole (Wu 1991). */
function addLine(density, width, height, x0, y0, x1, y1) {
  const outside = Math.max(x0, x1) < 0 || Math.min(x0, x1) > width || Math.max(y0, y1) < 0 || Math.min(y0, y1) > height;
  if (outside) return;
  const inside = Math.min(x0, x1) >= 0 && Math.max(x0, x1) <= width - 2 && Math.min(y0, y1) >= 0
    && Math.max(y0, y1) <= height - 2;
  if (!inside) {
    const part = clip(x0, y0, x1, y1, width - 2, height - 2);
    if (!part) return;
    [x0, y0, x1, y1] = part;
  }
  const shallow = Math.abs(x1 - x0) >= Math.abs(y1 - y0);
  // Steps of one pixel along `major`, with the two pixels across shared by distance.
  let [major, minor, end, minorEnd] = shallow ? [x0, y0, x1, y1] : [y0, x0, y1, x1];
  if (major > end) [major, minor, end, minorEnd] = [end, minorEnd, major, minor];
  const slope = end > major ? (minorEnd - minor) / (end - major) : 0;
  const [along, across] = shallow ? [1, width] : [width, 1];
  const first = Math.ceil(major);
  const last = Math.floor(end);
  minor += slope * (first - major);
  for (let step = first, base = first * along; step <= last; step++, base += along, minor += slope) {
    const whole = minor | 0;
    const share = ((minor - whole) * 255) | 0;
    const place = base + whole * across;
    density[place] += 255 - share;
    density[place + across] += share;
  }
}

/** Turns densities into link-coloured pixels over the ground: many lines darken, none hides the rest. */
function paintLinks(pixels, density, colours, strength) {
  const table = new Float32Array(8192);
  for (let i = 0; i < table.length; i++) table[i] = 0.75 * (1 - Math.exp((-strength * i) / 255));
  const [r, g, b] = colours.ground;
  const [lr, lg, lb] = colours.link;
  for (let i = 0, at = 0; i < density.length; i++, at += 4) {
    const share = density[i] ? table[Math.min(density[i], table.length - 1)] : 0;
    pixels[at] = r + (lr - r) * share;
    pixels[at + 1] = g + (lg - g) * share;
    pixels[at + 2] = b + (lb - b) * share;
    pixels[at + 3] = 255;
  }
}

/** A shape's coverage around its middle, with a rim that sets it off from what lies below. */
function stamp(shape, radius) {
  const reach = Math.ceil(1.3 * radius + 1.5);
  const side = 2 * reach + 1;
  const body = new Float32Array(side * side);
  const rim = new Float32Array(side * side);
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      const place = (y + reach) * side + x + reach;
      body[place] = coverage(shape, x, y, radius);
      rim[place] = coverage(shape, x, y, radius < 2.5 ? radius : radius + 1);
    }
  }
  return { reach, side, body, rim };
}

function addMark(pixels, width, height, { reach, side, body, rim }, x, y, [r, g, b], [gr, gg, gb], opacity) {
  const left = Math.round(x) - reach;
  const top = Math.round(y) - reach;
  if (left < 0 || top < 0 || left + side > width || top + side > height) return;
  for (let row = 0, place = 0; row < side; row++) {
    for (let column = 0, at = 4 * ((top + row) * width + left); column < side; column++, place++, at += 4) {
      const edge = rim[place] * opacity;
      if (edge === 0) continue;
      const inner = body[place] * opacity;
      pixels[at] += (gr - pixels[at]) * edge;
      pixels[at] += (r - pixels[at]) * inner;
      pixels[at + 1] += (gg - pixels[at + 1]) * edge;
      pixels[at + 1] += (g - pixels[at + 1]) * inner;
      pixels[at + 2] += (gb - pixels[at + 2]) * edge;
      pixels[at + 2] += (b - pixels[at + 2]) * inner;
    }
  }
}

/**
 * Draws a scene slice by slice and yields between them; the last value is the finished ImageData.
 *
 * `view` maps the plane to pixels: x ↦ scale·(x − left), y ↦ scale·(top − y).
 */
function* rasterise({ points, links, kinds, highlighted, radius }, view, width, height, colours) {
  let began = performance.now();
  const late = () => performance.now() - began > SLICE;
  const { scale, left, top } = view;
  const image = new ImageData(width, height);
  const density = new Uint32Array(width * height);
  const strength = Math.min(0.5, Math.max(0.03, 1e4 / links.length));
  for (let link = 0; link < links.length; link += 2) {
    const from = 2 * links[link];
    const to = 2 * links[link + 1];
    addLine(density, width, height, (points[from] - left) * scale, (top - points[from + 1]) * scale,
      (points[to] - left) * scale, (top - points[to + 1]) * scale);
    if ((link & 511) === 0 && late()) {
      yield null;
      began = performance.now();
    }
  }
  yield null;
  began = performance.now();
  paintLinks(image.data, density, colours, strength);
  const stamps = new Map();
  const draw = (index, opacity) => {
    const kind = kinds ? kinds[index] : 0;
    const shape = kind === UNKNOWN ? "circle" : shapeOf(kind);
    if (!stamps.has(shape)) stamps.set(shape, stamp(shape, radius));
    const colour = kind === UNKNOWN ? colours.link : colours.classes[kind % HUES];
    addMark(image.data, width, height, stamps.get(shape), (points[2 * index] - left) * scale,
      (top - points[2 * index + 1]) * scale, colour, colours.ground, opacity);
  };
  // Those of a class that the reader asked for come last, above the others.
  const passes = highlighted === null ? [() => true] : [(kind) => kind !== highlighted, (kind) => kind === highlighted];
  for (const [pass, belongs] of passes.entries()) {
    const opacity = pass + 1 < passes.length ? 0.12 : 1;
    for (let index = 0; index < points.length / 2; index++) {
      if (belongs(kinds ? kinds[index] : 0)) draw(index, opacity);
      if ((index & 255) === 0 && late()) {
        yield null;
        began = performance.now();
      }
    }
  }
  return image;
}
