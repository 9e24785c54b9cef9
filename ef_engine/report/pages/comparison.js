// A comparison: the line that is chosen, of every forecast that has it.

function startPage() {
  const select = document.getElementById("line");
  const words = data.lineWords;
  const place = document.querySelector("[data-chart=overlay]");
  const choose = () => {
    chart.chosen = data.lineNames[select.selectedIndex];
    document.getElementById("line-says").textContent = words[select.selectedIndex];
    place.setAttribute("aria-label", words[select.selectedIndex]);
    if (typeof Plotly !== "undefined") CHARTS.overlay(place, chart);
  };
  select.closest(".tools").hidden = false;
  select.addEventListener("change", choose);
  chart.chosen = data.lineNames[0];
}
