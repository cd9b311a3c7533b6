// What a plane does about pointers, the wheel and keys.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
/** A pointer that moved less than this, in pixels, clicked. */
const STILL = 4;

function listen(plane) {
  const { top: canvas, hooks } = plane;
  const pointers = new Map();
  let moved = 0;
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const drag = (event) => hooks.drag?.(...plane.toPlane(...place(event)));

  canvas.addEventListener("pointerdown", (event) => {
    // The other buttons are for the browser's own menus and scrolling.
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, place(event));
    moved = 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = place(event);
    const before = pointers.get(event.pointerId);
    if (!before) return plane.hover(plane.nearest(x, y));
    const [dx, dy] = [x - before[0], y - before[1]];
    moved += Math.hypot(dx, dy);
    if (pointers.size === 2) {
      const [, other] = [...pointers].find(([id]) => id !== event.pointerId);
      const ratio = Math.hypot(x - other[0], y - other[1]) / Math.hypot(before[0] - other[0], before[1] - other[1]);
      if (Number.isFinite(ratio) && ratio > 0) plane.zoom(ratio, (x + other[0]) / 2, (y + other[1]) / 2);
    } else if (hooks.drag) {
      plane.hover(null);
      drag(event);
    } else {
      plane.pan(dx, dy);
    }
    pointers.set(event.pointerId, [x, y]);
  });
  canvas.addEventListener("pointerup", (event) => {
    if (!pointers.delete(event.pointerId) || moved >= STILL) return;
    const index = plane.nearest(...place(event));
    plane.pin(index);
    if (index === null || !hooks.choose) drag(event);
    else hooks.choose(index);
  });
  canvas.addEventListener("pointercancel", (event) => pointers.delete(event.pointerId));
  canvas.addEventListener("pointerleave", () => plane.hover(null));
  canvas.addEventListener("wheel", (event) => {
    // A page that is scrolled past stays a page: the wheel zooms once the plane was clicked.
    if (document.activeElement !== canvas && !event.ctrlKey) return;
    event.preventDefault();
    plane.zoom(Math.exp(-event.deltaY / 300), ...place(event));
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = {
      "+": () => plane.zoom(1.4), "=": () => plane.zoom(1.4), "-": () => plane.zoom(1 / 1.4), 0: () => plane.fit(),
      Escape: () => plane.pin(null),
    };
    const arrow = ARROWS[event.key];
    if (arrow) {
      const [x, y] = arrow.map((step) => step * (event.shiftKey ? 5 : 1));
      if (hooks.step) hooks.step(x, y);
      else plane.pan(-40 * x, 40 * y);
    } else if (keys[event.key]) {
      keys[event.key]();
    } else {
      return;
    }
    event.preventDefault();
  });
}
