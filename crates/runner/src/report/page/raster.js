// Links and points are drawn by hand into a bitmap, in slices, so that a hand that drags never waits for it.

/** Milliseconds that a slice may take of a frame: of one that moves, and of one that stands still. */
const SLICE = { moving: 7, still: 40 };
/** Points in view that are drawn singly, and links with an end in the bitmap; more are drawn as densities. */
const MOST_SINGLE = 20_000;
/** Square pixels of the screen that each single point needs at least. */
const ROOM = 16;

/** Turns densities of lines into link-coloured pixels over the ground: many lines darken, none hides the rest. */
function paintLines(pixels, lines, { ground: [r, g, b], link: [lr, lg, lb] }, strength) {
  const table = new Float32Array(8192);
  for (let i = 0; i < table.length; i++) table[i] = 0.75 * (1 - Math.exp((-strength * i) / 255));
  for (let i = 0, at = 0; i < lines.length; i++, at += 4) {
    const share = lines[i] ? table[Math.min(lines[i], table.length - 1)] : 0;
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
      body[place] = coverage(shape, x, y, radius < 2.5 ? radius - 0.3 : radius - 0.2);
      rim[place] = coverage(shape, x, y, radius < 2.5 ? radius : radius + 0.6);
    }
  }
  return { reach, side, body, rim };
}

function addMark(pixels, width, height, { reach, side, body, rim }, x, y, { colour, rim: edge }, opacity) {
  const left = Math.round(x) - reach;
  const top = Math.round(y) - reach;
  if (!(left >= 0 && top >= 0 && left + side <= width && top + side <= height)) return;
  for (let row = 0, place = 0; row < side; row++) {
    for (let column = 0, at = 4 * ((top + row) * width + left); column < side; column++, place++, at += 4) {
      if (rim[place] === 0) continue;
      const outer = rim[place] * opacity;
      const inner = body[place] * opacity;
      for (let part = 0; part < 3; part++) {
        pixels[at + part] += (edge[part] - pixels[at + part]) * outer;
        pixels[at + part] += (colour[part] - pixels[at + part]) * inner;
      }
    }
  }
}

/**
 * Draws a scene slice by slice and yields between them; the last value is the finished image, and what is drawn how.
 *
 * `view` maps the plane to pixels: x ↦ scale·(x − left), y ↦ scale·(top − y); `density` pixels of it are one of the screen;
 * `slice` tells how many milliseconds there are until the next frame is due.
 */
function* rasterise(scene, view, width, height, colours, density, slice) {
  let began = performance.now();
  for (const step of paint(scene, view, width, height, colours, density)) {
    if (step) return step;
    if (performance.now() - began < slice()) continue;
    yield null;
    began = performance.now();
  }
}

function* paint(scene, view, width, height, colours, density) {
  const { points, links, kinds, classNames, highlighted, radius } = scene;
  const places = new Float32Array(points.length);
  for (let at = 0; at < points.length; at += 2) {
    places[at] = (points[at] - view.left) * view.scale;
    places[at + 1] = (view.top - points[at + 1]) * view.scale;
  }
  const isWithin = (index, from, to) => places[2 * index] >= from * width && places[2 * index] <= to * width
    && places[2 * index + 1] >= from * height && places[2 * index + 1] <= to * height;
  yield;
  // The screen is the middle of the bitmap.
  const edge = OVERLAP / (1 + 2 * OVERLAP);
  let [shown, linked] = [0, 0];
  for (let index = 0; index < points.length / 2; index++) shown += isWithin(index, edge, 1 - edge);
  const chosen = new Uint32Array(links.length / 2);
  for (let link = 0; link < links.length; link += 2) {
    if (isWithin(links[link], 0, 1) || isWithin(links[link + 1], 0, 1)) chosen[linked++] = link;
  }
  const room = (width * height * (1 - 2 * edge) ** 2) / (density * density * ROOM);
  const crowded = { points: shown > Math.min(MOST_SINGLE, room), links: linked > MOST_SINGLE };
  yield;

  const image = new ImageData(width, height);
  const drawn = chosen.subarray(0, linked);
  if (crowded.links) {
    const made = yield* fog(drawn, scene, places, width, height, Math.round(FOG_CELL * density));
    yield* paintFog(image.data, width, height, made, colours);
  } else {
    const lines = new Uint32Array(width * height);
    for (let at = 0; at < linked; at++) {
      const [from, to] = [2 * links[drawn[at]], 2 * links[drawn[at] + 1]];
      addLine(lines, width, height, places[from], places[from + 1], places[to], places[to + 1]);
      if ((at & 255) === 0) yield;
    }
    paintLines(image.data, lines, colours, Math.min(0.5, Math.max(0.08, 2000 / linked)));
  }
  yield;

  const fillOf = (kind) => {
    if (kind === UNKNOWN) return colours.unknown;
    const { palette, hue } = markOf(kind, classNames.length);
    return colours[palette][hue];
  };
  if (crowded.points) {
    yield* paintSquares(image.data, width, height, scene, places, Math.round(SQUARE * density), fillOf);
    yield { image, crowded, shown, linked };
  }
  const stamps = new Map();
  const draw = (index, opacity) => {
    const kind = kinds ? kinds[index] : 0;
    const shape = kind === UNKNOWN ? "circle" : markOf(kind, classNames.length).shape;
    if (!stamps.has(shape)) stamps.set(shape, stamp(shape, radius));
    addMark(image.data, width, height, stamps.get(shape), places[2 * index], places[2 * index + 1], fillOf(kind), opacity);
  };
  // Those of a class that the reader asked for come last, above the others.
  const passes = highlighted === null ? [() => true] : [(kind) => kind !== highlighted, (kind) => kind === highlighted];
  for (const [pass, belongs] of passes.entries()) {
    const opacity = pass + 1 < passes.length ? 0.12 : 1;
    for (let index = 0; index < points.length / 2; index++) {
      if (belongs(kinds ? kinds[index] : 0)) draw(index, opacity);
      if ((index & 255) === 0) yield;
    }
  }
  yield { image, crowded, shown, linked };
}
