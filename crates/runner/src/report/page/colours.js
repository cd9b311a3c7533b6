// Colours come from the style sheet, colours.css, so that light and dark are decided in one place.

/** The two palettes: how many colours, and how many of them share a shape. Colours come again in other shapes. */
const PALETTES = { class: { hues: 10, ofAShape: 10 }, many: { hues: 20, ofAShape: 5 } };
const SHAPES = ["circle", "square", "triangle", "diamond"];

function rgb(text) {
  const [, r, g, b] = /^#(..)(..)(..)$/.exec(text.trim());
  return [r, g, b].map((digits) => parseInt(digits, 16));
}

function theme() {
  const style = getComputedStyle(document.documentElement);
  const named = (name) => style.getPropertyValue(`--${name}`).trim();
  const ink = rgb(named("ink"));
  // A rim is halfway between its mark and ink, which every mark stands out by.
  const fill = (name) => {
    const colour = rgb(named(name));
    return { colour, rim: colour.map((part, at) => (part + ink[at]) >> 1) };
  };
  const list = (name) => Array.from({ length: PALETTES[name].hues }, (_, hue) => fill(`${name}-${hue}`));
  return {
    ground: rgb(named("panel")), link: rgb(named("link")), ink: named("ink"), muted: named("muted"),
    panel: named("panel"), line: named("line"), accent: named("accent"),
    class: list("class"), many: list("many"), unknown: fill("unknown"),
  };
}

/** Runs `draw` whenever the reader's system turns light or dark. */
function onThemeChange(draw) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}

/** The name of the colour of a class, as palette and number, and its shape, where there are so many classes. */
function markOf(kind, classes) {
  const palette = classes > PALETTES.class.hues ? "many" : "class";
  const { hues, ofAShape } = PALETTES[palette];
  const shape = Math.floor(kind / ofAShape) + (hues > ofAShape ? Math.floor(kind / hues) : 0);
  return { palette, hue: kind % hues, shape: SHAPES[shape % SHAPES.length] };
}

/** How much of the pixel at (x, y) from its middle a shape of this radius covers, from 0 to 1. */
function coverage(shape, x, y, radius) {
  const distance = {
    circle: () => Math.hypot(x, y) - radius,
    square: () => Math.max(Math.abs(x), Math.abs(y)) - 0.88 * radius,
    diamond: () => (Math.abs(x) + Math.abs(y) - 1.25 * radius) * Math.SQRT1_2,
    triangle: () => Math.max(y - 0.75 * radius, 0.866 * Math.abs(x) - 0.5 * y - 0.68 * radius),
  }[shape]();
  return Math.min(1, Math.max(0, 0.5 - distance));
}

/** The mark of a class as an inline picture. */
function mark(kind, classes) {
  const { palette, hue, shape } = markOf(kind, classes);
  const outline = {
    circle: '<circle cx="8" cy="8" r="6"/>',
    square: '<rect x="2.5" y="2.5" width="11" height="11"/>',
    diamond: '<path d="M8 1 15 8 8 15 1 8Z"/>',
    triangle: '<path d="M8 1.5 15 14H1Z"/>',
  }[shape];
  return `<svg viewBox="0 0 16 16" aria-hidden="true" class="mark" fill="var(--${palette}-${hue})">${outline}</svg>`;
}
