// Some codes have more than one plane to be seen in.

/** The points and axes of each layout, decoded once. */
function decodeLayouts(layouts) {
  return layouts.map(({ points, axes, about }) => ({ points: floats(points), axes, about }));
}

/** Lets the reader choose the plane's layout, where there is a choice. */
function chooseLayout(plane, layouts) {
  const select = document.getElementById("layout");
  select?.addEventListener("change", () => {
    plane.show({ ...plane.scene, ...layouts[select.value], medians: undefined });
    document.getElementById("about-layout").textContent = layouts[select.value].about;
  });
}
