// Straight lines, added up where they cross: two hundred thousand antialiased ones take a tenth of a second so, and a
// second through the canvas.

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
