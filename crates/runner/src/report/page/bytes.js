// Numbers travel as base64 of little-endian arrays, which is what every browser's typed arrays hold.

function bytes(text) {
  const binary = atob(text);
  const array = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) array[i] = binary.charCodeAt(i);
  return array.buffer;
}

const floats = (text) => new Float32Array(bytes(text));
const indices = (text) => new Uint32Array(bytes(text));
const classes = (text) => new Uint16Array(bytes(text));

/** The class of a node or image that has none. */
const UNKNOWN = 0xffff;

function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/** As many decimals as tell values apart that differ by a hundredth of a deviation; table_rows.rs has the same. */
function beside(value, deviation) {
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(deviation)));
  if (decimals <= 9 && Math.abs(value) < 1e15) return value.toFixed(decimals);
  const digits = Math.floor(Math.log10(Math.abs(value) / deviation)) + 2;
  return value.toExponential(Math.min(15, Math.max(2, digits))).replace("e+", "e");
}

/** As many digits as tell values of this size apart. */
function number(value) {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e6 || size < 1e-3) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}
