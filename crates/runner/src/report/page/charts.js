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
  const dot = svgElement("circle", { r: 4, class: "dot", hidden: "" });
  const tip = svgElement("g", {});
  const box = svgElement("rect", { rx: 4, class: "chart-tip" });
  const text = svgElement("text", { class: "label" });
  tip.append(box, text);
  const hide = () => [dot, tip].forEach((node) => node.setAttribute("visibility", "hidden"));
  svg.append(dot, tip);
  hide();
  svg.addEventListener("pointerleave", hide);
  svg.addEventListener("pointermove", (event) => {
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    let [best, shortest] = [null, 30 ** 2];
    for (const { name, numbers } of series) {
      for (let i = 0; i < numbers.length; i += 2) {
        const distance = (numbers[i] - place.x) ** 2 + (numbers[i + 1] - place.y) ** 2;
        if (distance < shortest) [best, shortest] = [{ name, x: numbers[i], y: numbers[i + 1] }, distance];
      }
    }
    if (!best) return hide();
    [dot, tip].forEach((node) => node.setAttribute("visibility", "visible"));
    dot.setAttribute("cx", best.x);
    dot.setAttribute("cy", best.y);
    text.textContent = `${best.name}: ${number(toX(best.x))}, ${number(toY(best.y))}`;
    const { width, height } = text.getBBox();
    const { width: right } = svg.viewBox.baseVal;
    const left = Math.min(Math.max(4, best.x - width / 2), right - width - 12);
    const top = best.y > 40 ? best.y - 14 : best.y + 26;
    text.setAttribute("x", left + 4);
    text.setAttribute("y", top);
    for (const [key, value] of Object.entries({ x: left - 2, y: top - height + 2, width: width + 12, height: height + 6 })) {
      box.setAttribute(key, value);
    }
  });
}
