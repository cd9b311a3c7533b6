document.querySelectorAll("svg[data-x]").forEach(chart);
const data = JSON.parse(document.getElementById("data").textContent);
if (data.kind === "graph") graphPlane(data);
if (data.kind === "codes") codesPage(data);
