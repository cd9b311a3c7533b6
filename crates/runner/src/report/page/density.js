// What is too crowded to be seen singly is drawn as a density: links as a fog, points as small squares in the colour of
// their most frequent class.

/** Pixels of the screen that a cell of the fog and a square of points are wide. */
const FOG_CELL = 3;
const SQUARE = 3;
/** Links that a fog is made of; of more, every n-th. */
const MOST_FOG = 400_000;
/** How much of the link's colour the fog takes on where it is thickest. */
const THICKEST = 0.4;

/** The values of a grid where `share` of those that are not 0 lie below. */
function quantile(grid, share) {
  const values = grid.filter((value) => value > 0).sort();
  return values.length ? values[Math.min(values.length - 1, Math.floor(share * values.length))] : 1;
}

/** Links, as indices of their first ends in `links`, as shares of the link's colour `[rows, columns]` of wide cells. */
function* fog(chosen, { links }, places, width, height, cell) {
  const [columns, rows] = [Math.ceil(width / cell) + 2, Math.ceil(height / cell) + 2];
  const lines = new Uint32Array(columns * rows);
  const every = Math.max(1, Math.ceil(chosen.length / MOST_FOG));
  for (let at = 0; at < chosen.length; at += every) {
    const [from, to] = [2 * links[chosen[at]], 2 * links[chosen[at] + 1]];
    addLine(lines, columns, rows, places[from] / cell, places[from + 1] / cell, places[to] / cell, places[to + 1] / cell);
    if ((at / every & 511) === 0) yield;
  }
  // By the root, lest a few bundles leave nothing of the rest.
  const most = quantile(lines, 0.995);
  const shares = Float32Array.from(lines, (value) => THICKEST * Math.sqrt(Math.min(1, value / most)));
  return { shares, columns, cell };
}

/** Paints the fog over the ground, smoothly between the middles of its cells. */
function* paintFog(pixels, width, height, { shares, columns, cell }, { ground, link }) {
  const difference = link.map((part, at) => part - ground[at]);
  for (let y = 0, at = 0; y < height; y++) {
    const down = y / cell;
    const row = Math.floor(down);
    const below = down - row;
    for (let x = 0; x < width; x++, at += 4) {
      const along = x / cell;
      const column = Math.floor(along);
      const right = along - column;
      const place = row * columns + column;
      const share = (1 - below) * ((1 - right) * shares[place] + right * shares[place + 1])
        + below * ((1 - right) * shares[place + columns] + right * shares[place + columns + 1]);
      for (let part = 0; part < 3; part++) pixels[at + part] = ground[part] + difference[part] * share;
      pixels[at + 3] = 255;
    }
    if ((y & 31) === 0) yield;
  }
}

/** Paints points as squares: the most frequent class gives the colour, the logarithm of the count how much of it. */
function* paintSquares(pixels, width, height, scene, places, side, fillOf) {
  const columns = Math.ceil(width / side);
  const kinds = UNKNOWN + 1;
  const keys = new Float64Array(places.length / 2);
  let count = 0;
  for (let index = 0; index < places.length / 2; index++) {
    const [x, y] = [places[2 * index], places[2 * index + 1]];
    if (!(x >= 0 && x < width && y >= 0 && y < height)) continue;
    const square = Math.floor(y / side) * columns + Math.floor(x / side);
    keys[count++] = square * kinds + (scene.kinds ? scene.kinds[index] : 0);
  }
  yield;
  const sorted = keys.subarray(0, count).sort();
  const squares = [];
  for (let at = 0; at < count;) {
    const square = Math.floor(sorted[at] / kinds);
    const first = at;
    let [best, most] = [0, 0];
    while (at < count && Math.floor(sorted[at] / kinds) === square) {
      const [key, from] = [sorted[at], at];
      while (at < count && sorted[at] === key) at++;
      const kind = key - square * kinds;
      if (at - from > most || kind === scene.highlighted) [best, most] = [kind, kind === scene.highlighted ? Infinity : at - from];
    }
    squares.push([square, best, at - first]);
  }
  yield;
  const crowd = Math.log1p(squares.reduce((most, [, , points]) => Math.max(most, points), 1));
  for (const [number, [square, kind, points]] of squares.entries()) {
    const faint = scene.highlighted !== null && kind !== scene.highlighted;
    const opacity = (faint ? 0.12 : 1) * (0.4 + (0.6 * Math.log1p(points)) / crowd);
    const { colour } = fillOf(kind);
    const [left, top] = [(square % columns) * side, Math.floor(square / columns) * side];
    for (let y = top; y < Math.min(top + side, height); y++) {
      for (let x = left, at = 4 * (y * width + left); x < Math.min(left + side, width); x++, at += 4) {
        for (let part = 0; part < 3; part++) pixels[at + part] += (colour[part] - pixels[at + part]) * opacity;
      }
    }
    if ((number & 1023) === 0) yield;
  }
}
