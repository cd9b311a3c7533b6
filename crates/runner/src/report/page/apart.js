// Where words go so that none lies on another; label_places.rs does the same for drawings.

/** Rings around the wanted place that are tried, and places on each. */
const RINGS = 14;
const DIRECTIONS = 16;

const meet = (one, other) => Math.abs(one.x - other.x) < (one.width + other.width) / 2
  && Math.abs(one.y - other.y) < (one.height + other.height) / 2;

/** The place of a word {x, y, width, height} (its middle and size) in the plane's area, or null where nothing near is free. */
function freePlace(word, taken, area, rings = RINGS) {
  const [halfWidth, halfHeight] = [word.width / 2, word.height / 2];
  const within = (value, half, end) => Math.max(half, Math.min(end - half, value));
  const x = within(word.x, halfWidth, area.width);
  const y = within(word.y, halfHeight, area.height);
  const isFree = (box) => box.x >= halfWidth && box.x <= area.width - halfWidth && box.y >= halfHeight
    && box.y <= area.height - halfHeight && !taken.some((other) => meet(box, other));
  if (isFree({ ...word, x, y })) return { ...word, x, y };
  for (let ring = 1; ring <= rings; ring++) {
    const reach = 0.6 * ring;
    // Across a step is wider, as words are.
    const across = reach * (0.35 * word.width + 0.65 * word.height);
    for (let direction = 0; direction < DIRECTIONS; direction++) {
      const angle = (2 * Math.PI * direction) / DIRECTIONS;
      const box = { ...word, x: x + across * Math.cos(angle), y: y + reach * word.height * Math.sin(angle) };
      if (isFree(box)) return box;
    }
  }
  return null;
}
