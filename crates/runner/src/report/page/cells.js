// Points sorted into square cells, so that the one below the pointer is found among few.

class Cells {
  /** `points` `[count, 2]` */
  constructor(points) {
    this.points = points;
    const count = points.length / 2;
    [this.x0, this.y0, this.x1, this.y1] = bounds(points);
    const [width, height] = [this.x1 - this.x0, this.y1 - this.y0];
    this.size = Math.max(width, height, 1e-9) / Math.max(1, Math.sqrt(count));
    this.across = Math.floor(width / this.size) + 1;
    this.down = Math.floor(height / this.size) + 1;
    const cellOf = (i) => this.row(points[2 * i + 1]) * this.across + this.column(points[2 * i]);
    this.starts = new Uint32Array(this.across * this.down + 1);
    for (let i = 0; i < count; i++) this.starts[cellOf(i) + 1]++;
    for (let cell = 0; cell < this.across * this.down; cell++) this.starts[cell + 1] += this.starts[cell];
    this.order = new Uint32Array(count);
    const next = this.starts.slice();
    for (let i = 0; i < count; i++) this.order[next[cellOf(i)]++] = i;
  }

  column(x) {
    return Math.min(this.across - 1, Math.max(0, Math.floor((x - this.x0) / this.size)));
  }

  row(y) {
    return Math.min(this.down - 1, Math.max(0, Math.floor((y - this.y0) / this.size)));
  }

  /** The points of the rectangle, or null where they are more than `most`. */
  within(x0, y0, x1, y1, most) {
    const found = [];
    const [left, right] = [this.column(x0), this.column(x1)];
    for (let row = this.row(y0); row <= this.row(y1); row++) {
      const end = this.starts[row * this.across + right + 1];
      for (let at = this.starts[row * this.across + left]; at < end; at++) {
        const index = this.order[at];
        const [x, y] = [this.points[2 * index], this.points[2 * index + 1]];
        if (x < x0 || x > x1 || y < y0 || y > y1) continue;
        if (found.length === most) return null;
        found.push(index);
      }
    }
    return found;
  }

  /** The nearest point within `reach` that is `wanted`, or null. */
  nearest(x, y, reach, wanted) {
    let [best, shortest] = [null, reach * reach];
    const [left, right] = [this.column(x - reach), this.column(x + reach)];
    for (let row = this.row(y - reach); row <= this.row(y + reach); row++) {
      const end = this.starts[row * this.across + right + 1];
      for (let at = this.starts[row * this.across + left]; at < end; at++) {
        const index = this.order[at];
        const distance = (this.points[2 * index] - x) ** 2 + (this.points[2 * index + 1] - y) ** 2;
        if (distance < shortest && wanted(index)) [best, shortest] = [index, distance];
      }
    }
    return best;
  }
}

/** The least and greatest coordinates: [x0, y0, x1, y1]. */
function bounds(points) {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    x0 = Math.min(x0, points[i]);
    x1 = Math.max(x1, points[i]);
    y0 = Math.min(y0, points[i + 1]);
    y1 = Math.max(y1, points[i + 1]);
  }
  return [x0, y0, x1, y1];
}
