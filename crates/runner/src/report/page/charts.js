// Charts are drawn already; the page adds the value under the pointer.

const SVG = "http://www.w3.org/2000/svg";

function svgElement(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

/** From a place in the drawing to the value there: `axis` is "from,to,least,most,linear|log". */
function inverse(axis) {
  const [from, to, least, most, kind] = axis.split(",");
  return (place) => {
    const share = (place - from) / (to - from);
    return kind === "log" ? least * (most / least) ** share : Number(least) + share * (most - least);
  };
}

function chart(svg) {
  const [toX, toY] = [inverse(svg.dataset.x), inverse(svg.dataset.y)];
  const series = [...svg.querySelectorAll("[data-series]")].map((node) => {
    const numbers = node.getAttribute("points").trim().split(/[\s,]+/).map(Number);
    return { name: node.dataset.series, numbers };
  });
  const dot = svgElement("circle", { r: 4, class: "dot" });
  const tip = svgElement("g", {});
  const box = svgElement("rect", { rx: 4, class: "chart-tip" });
  const text = svgElement("text", { class: "label" });
  tip.append(box, text);
  const hide = () => [dot, tip].forEach((node) => node.setAttribute("visibility", "hidden"));
  const show = ({ name, numbers }, point) => {
    const [x, y] = [numbers[2 * point], numbers[2 * point + 1]];
    [dot, tip].forEach((node) => node.setAttribute("visibility", "visible"));
    dot.setAttribute("cx", x);
    dot.setAttribute("cy", y);
    text.textContent = `${name}: ${number(toX(x))}, ${number(toY(y))}`;
    const { width, height } = text.getBBox();
    const { width: right } = svg.viewBox.baseVal;
    const left = Math.min(Math.max(4, x - width / 2), right - width - 12);
    const top = y > 40 ? y - 14 : y + 26;
    text.setAttribute("x", left + 4);
    text.setAttribute("y", top);
    for (const [key, value] of Object.entries({ x: left - 2, y: top - height + 2, width: width + 12, height: height + 6 })) {
      box.setAttribute(key, value);
    }
    return text.textContent;
  };
  svg.append(dot, tip);
  hide();
  svg.addEventListener("pointerleave", hide);
  svg.addEventListener("pointermove", (event) => {
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    let [best, shortest] = [null, 30 ** 2];
    for (const line of series) {
      for (let i = 0; i < line.numbers.length; i += 2) {
        const distance = (line.numbers[i] - place.x) ** 2 + (line.numbers[i + 1] - place.y) ** 2;
        if (distance < shortest) [best, shortest] = [[line, i / 2], distance];
      }
    }
    if (best) show(...best);
    else hide();
  });
  walkByKeys(svg, series, show, hide);
}

/** Left and right go along a curve, up and down from one to the next; what is shown is said aloud. */
function walkByKeys(svg, series, show, hide) {
  let [line, point] = [0, -1];
  if (!series.length) return;
  svg.tabIndex = 0;
  svg.setAttribute("role", "application");
  svg.setAttribute("aria-label", `${svg.getAttribute("aria-label")}. Arrow keys go along the curves and tell their values.`);
  const live = element("div", { class: "spoken", "aria-live": "polite" });
  svg.after(live);
  svg.addEventListener("blur", hide);
  svg.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return hide();
    const [along, across] = ARROWS[event.key] ?? [0, 0];
    if (!along && !across) return;
    event.preventDefault();
    line = (line + series.length - across) % series.length;
    const last = series[line].numbers.length / 2 - 1;
    point = Math.min(Math.max(0, point + along * (event.shiftKey ? 10 : 1)), last);
    live.textContent = show(series[line], point);
  });
}
