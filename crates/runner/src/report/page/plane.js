// A plane of points to look around in: drag, wheel, keys and hover, with links where there are any.

/** Pixels between the plane's edge and what is fitted into it. */
const MARGIN = 46;
/** How far from a point the pointer may be to mean it, in pixels. */
const NEAR = 14;
/** The bitmap reaches over every edge by this share of the view, so that a drag has somewhere to go. */
const OVERLAP = 0.25;

class Plane {
  /**
   * A scene has points `[count, 2]`, links `[links, 2]`, kinds (a class each, or null), classNames, axes (two names) and,
   * where it is not that of the points, an extent [x0, y0, x1, y1]. Of the hooks, describe(index) says what to show of
   * a point; neighbours(index), drag(x, y), step(dx, dy), choose(index) and overlay(context, toScreen, colours) are for
   * those who want them.
   */
  constructor(host, scene, hooks, label) {
    this.host = host;
    this.hooks = hooks;
    this.highlighted = null;
    this.hovered = null;
    this.pinned = null;
    this.bitmap = null;
    this.job = null;
    this.requested = false;
    this.moved = -Infinity;
    this.colours = theme();
    this.base = element("canvas", { "aria-hidden": "true" });
    this.top = element("canvas", { tabindex: "0", role: "application", "aria-label": label });
    this.tip = element("div", { class: "tip", hidden: "" });
    this.live = element("div", { class: "hint", "aria-live": "polite" });
    this.drawn = element("div", { class: "hint drawn", hidden: "" });
    host.append(this.base, this.top, this.tip);
    host.after(this.drawn, this.live);
    this.resize();
    this.show(scene);
    new ResizeObserver(() => this.resize()).observe(host);
    onThemeChange(() => {
      this.colours = theme();
      this.redraw();
    });
    listen(this);
  }

  /** Shows another scene, all of it. */
  show(scene) {
    this.scene = scene;
    this.cells = new Cells(scene.points);
    delete this.tip.dataset.index;
    this.pinned = this.hovered = null;
    this.stale = true;
    this.fit();
  }

  /** Points are the larger the fewer there are, the larger the plane is, and the nearer the reader is. */
  get radius() {
    const room = Math.min(1, Math.sqrt((this.width * this.height) / 4e5));
    const whole = Math.max(1.9, (260 * room) / Math.sqrt(this.scene.points.length));
    return Math.min(5.5, whole * Math.max(1, this.scale / this.home) ** 0.4) * this.density;
  }

  get slice() {
    return performance.now() - this.moved < 250 ? SLICE.moving : SLICE.still;
  }

  resize() {
    this.width = Math.max(1, this.host.clientWidth);
    this.height = Math.max(1, this.host.clientHeight);
    this.density = Math.min(2, window.devicePixelRatio || 1);
    for (const canvas of [this.base, this.top]) {
      canvas.width = Math.round(this.width * this.density);
      canvas.height = Math.round(this.height * this.density);
    }
    // A canvas of another size is empty, and the browser paints next.
    if (this.scene) {
      this.stale = this.changed = true;
      // Whoever saw everything sees everything in another window too.
      if (this.isFitted) this.fit();
      this.frame();
    }
  }

  /** Shows everything. */
  fit() {
    const [x0, y0, x1, y1] = this.scene.extent ?? bounds(this.scene.points);
    const margin = Math.min(MARGIN, this.width / 10);
    const [width, height] = [this.width - 2 * margin, this.height - 2 * margin];
    this.scale = Math.min(width / Math.max(x1 - x0, 1e-9), height / Math.max(y1 - y0, 1e-9));
    this.centre = [(x0 + x1) / 2, (y0 + y1) / 2];
    this.home = this.scale;
    this.isFitted = true;
    this.draw();
  }

  toScreen(x, y) {
    return [this.width / 2 + (x - this.centre[0]) * this.scale, this.height / 2 - (y - this.centre[1]) * this.scale];
  }

  toPlane(x, y) {
    return [this.centre[0] + (x - this.width / 2) / this.scale, this.centre[1] - (y - this.height / 2) / this.scale];
  }

  /** The point nearest to a place on the screen, if one is near. */
  nearest(x, y) {
    const wanted = (index) => this.highlighted === null || this.scene.kinds[index] === this.highlighted;
    return this.cells.nearest(...this.toPlane(x, y), NEAR / this.scale, wanted);
  }

  zoom(factor, x = this.width / 2, y = this.height / 2) {
    this.moved = performance.now();
    this.isFitted = false;
    const [planeX, planeY] = this.toPlane(x, y);
    this.scale = Math.min(this.home * 400, Math.max(this.home / 4, this.scale * factor));
    this.centre = [planeX - (x - this.width / 2) / this.scale, planeY + (y - this.height / 2) / this.scale];
    this.draw();
  }

  pan(dx, dy) {
    this.moved = performance.now();
    this.isFitted = false;
    this.centre[0] -= dx / this.scale;
    this.centre[1] += dy / this.scale;
    this.draw();
  }

  /** Keeps the description of a point open until another is chosen, and says it aloud. */
  pin(index) {
    this.pinned = index;
    this.hover(index);
    this.live.textContent = index === null ? "" : this.hooks.describe(index).map((part) => part.textContent ?? part).join(" ");
  }

  /** Moves to a point, near enough to tell it from others. */
  visit(index) {
    const { points } = this.scene;
    this.centre = [points[2 * index], points[2 * index + 1]];
    this.scale = Math.max(this.scale, 4 * this.home);
    this.isFitted = false;
    this.pin(index);
    this.draw();
  }

  highlight(kind) {
    this.highlighted = kind;
    this.redraw();
  }

  hover(index) {
    const shown = index ?? this.pinned;
    if (shown === this.hovered) return;
    this.hovered = shown;
    this.draw();
  }

  redraw() {
    this.stale = true;
    this.draw();
  }

  draw() {
    this.changed = true;
    this.host.isDrawn = false;
    this.request();
  }

  request() {
    if (this.requested) return;
    this.requested = true;
    requestAnimationFrame(() => {
      this.requested = false;
      this.frame();
    });
  }

  /** One frame: the bitmap where it has to be, a slice of the next one if it is wanted, and what lies on top. */
  frame() {
    if (!this.advance() && !this.changed) return;
    this.changed = false;
    const context = this.base.getContext("2d");
    const { density, colours, bitmap } = this;
    context.fillStyle = colours.panel;
    context.fillRect(0, 0, this.base.width, this.base.height);
    if (bitmap) {
      const place = this.toScreen(bitmap.left, bitmap.top).map((pixels) => pixels * density);
      const ratio = (this.scale * density) / bitmap.scale;
      // On whole pixels a bitmap stays sharp.
      const [x, y] = ratio === 1 ? place.map(Math.round) : place;
      context.drawImage(bitmap.canvas, x, y, bitmap.canvas.width * ratio, bitmap.canvas.height * ratio);
    }
    const top = this.top.getContext("2d");
    top.setTransform(density, 0, 0, density, 0, 0);
    top.clearRect(0, 0, this.width, this.height);
    const words = drawAxes(top, this);
    words.push(...drawClassNames(top, this, words));
    words.push(...drawPointNames(top, this, words));
    Object.assign(this.host, { words, isDrawn: !this.job });
    this.hooks.overlay?.(top, (x, y) => this.toScreen(x, y), colours);
    this.drawHovered(top);
  }

  /** Starts a new bitmap where the old one no longer serves, goes on with one that was started, and says whether it is new. */
  advance() {
    const { bitmap, density } = this;
    const [left, top] = this.toPlane(0, 0);
    const [right, bottom] = this.toPlane(this.width, this.height);
    const serves = bitmap && !this.stale && bitmap.scale === this.scale * density
      && bitmap.left <= left && bitmap.right >= right && bitmap.top >= top && bitmap.bottom <= bottom;
    if (this.stale) this.job = null;
    if (!this.job && !serves) this.job = this.begin();
    if (!this.job) return false;
    const { value, done } = this.job.steps.next();
    if (done) {
      const { image } = value;
      const { scale, left, top } = this.job.view;
      const canvas = element("canvas", { width: image.width, height: image.height });
      canvas.getContext("2d").putImageData(image, 0, 0);
      const [right, bottom] = [left + image.width / scale, top - image.height / scale];
      this.bitmap = { canvas, scale, left, top, right, bottom };
      this.tell(value);
      this.job = null;
    }
    this.request();
    return done;
  }

  begin() {
    this.stale = false;
    const [left, top] = this.toPlane(-OVERLAP * this.width, -OVERLAP * this.height);
    const view = { scale: this.scale * this.density, left, top };
    const [width, height] = [this.base, this.base].map((canvas, axis) =>
      Math.ceil((axis ? canvas.height : canvas.width) * (1 + 2 * OVERLAP)));
    const drawing = { ...this.scene, highlighted: this.highlighted, radius: this.radius };
    return { view, steps: rasterise(drawing, view, width, height, this.colours, this.density, () => this.slice) };
  }

  /** Says what is drawn as a density, where anything is or was. */
  tell({ crowded, shown, linked }) {
    const grouped = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");
    const parts = [];
    if (crowded.points) {
      const colour = this.scene.kinds ? "in the colour of their most frequent class, " : "";
      parts.push(`${grouped(shown)} points in view are drawn as small squares, ${colour}stronger where they are more.`);
    }
    if (crowded.links) parts.push(`${grouped(linked)} links in view are drawn as a grey density.`);
    if (!parts.length && this.drawn.hidden) return;
    const text = parts.length ? `${parts.join(" ")} Zoom in for single ones.` : "Points and links in view are drawn singly.";
    this.drawn.hidden = false;
    this.drawn.textContent = text;
  }

  /** A ring around the point below the pointer, its links, and what there is to say of it. */
  drawHovered(context) {
    const { hovered, scene: { points } } = this;
    this.tip.hidden = hovered === null;
    if (hovered === null) return;
    const at = (index) => this.toScreen(points[2 * index], points[2 * index + 1]);
    const [x, y] = at(hovered);
    context.strokeStyle = this.colours.ink;
    context.globalAlpha = 0.55;
    context.beginPath();
    for (const neighbour of this.hooks.neighbours?.(hovered) ?? []) {
      context.moveTo(x, y);
      context.lineTo(...at(neighbour));
    }
    context.stroke();
    context.globalAlpha = 1;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, this.radius / this.density + 3, 0, 2 * Math.PI);
    context.stroke();
    context.lineWidth = 1;
    if (this.tip.dataset.index !== String(hovered)) {
      this.tip.dataset.index = hovered;
      this.tip.replaceChildren(...this.hooks.describe(hovered));
    }
    const { offsetWidth, offsetHeight } = this.tip;
    const left = x + 14 + offsetWidth < this.width ? x + 14 : Math.max(2, x - 14 - offsetWidth);
    const top = Math.min(this.height - offsetHeight - 2, Math.max(2, y - offsetHeight - 10));
    this.tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }
}
