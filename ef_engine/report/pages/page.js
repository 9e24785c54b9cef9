// The page comes to life: tabs, theme, charts as their panel is shown, long tables. Without it everything is visible.

const chart = data.chart && prepared(data.chart);

function prepared(found) {
  const dates = (each) => decoded(each).text;
  const read = (side) => ({
    ...side,
    dates: side.dates.rows.map((_, row) => dates(side.dates)(row)),
    lines: side.lines.map((each) => ({ ...each, name: each.column.name, cents: numbers(each.column) })),
  });
  return found.sides ? { ...found, sides: found.sides.map(read) } : read(found);
}

function numbers(column) {
  const found = decoded(column);
  return found.cents ?? Array.from({ length: found.size }, (_, row) => Math.round(100 * found.key(row)));
}

function drawIn(panel) {
  if (!chart) return;
  if (typeof Plotly === "undefined" && document.readyState !== "complete") {
    // The script of the charts is large; until it is there, everything else works already.
    window.addEventListener("load", () => drawIn(panel), { once: true });
    return;
  }
  if (panel !== document && panel.hidden) return;
  if (typeof Plotly === "undefined") {
    document.querySelectorAll(".no-charts").forEach((notice) => { notice.hidden = false; });
    document.querySelectorAll(".plot").forEach((place) => { place.hidden = true; });
    return;
  }
  panel.querySelectorAll(".plot").forEach((place) => {
    place.dataset.drawn = "yes";
    CHARTS[place.dataset.chart](place, chart);
  });
}

function redraw() {
  document.querySelectorAll(".plot[data-drawn]").forEach((place) => CHARTS[place.dataset.chart](place, chart));
}

function startTabs() {
  const list = document.querySelector("[role=tablist]");
  if (!list) return drawIn(document);
  const tabs = [...list.querySelectorAll("[role=tab]")];
  const panel = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
  const select = (chosen, isFocused) => {
    tabs.forEach((tab) => {
      const isChosen = tab === chosen;
      tab.setAttribute("aria-selected", isChosen);
      tab.tabIndex = isChosen ? 0 : -1;
      panel(tab).hidden = !isChosen;
    });
    if (isFocused) chosen.focus();
    drawIn(panel(chosen));
    panel(chosen).querySelectorAll(".long-table").forEach(startTable);
  };
  const named = () => tabs.find((tab) => `#${tab.getAttribute("aria-controls")}` === location.hash);
  tabs.forEach((tab, k) => {
    tab.addEventListener("click", () => { select(tab); history.replaceState(null, "", `#${tab.getAttribute("aria-controls")}`); });
    tab.addEventListener("keydown", (event) => {
      const to = { ArrowRight: k + 1, ArrowLeft: k - 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      select(tabs[(to + tabs.length) % tabs.length], true);
    });
  });
  list.hidden = false;
  window.addEventListener("hashchange", () => named() && select(named()));
  select(named() ?? tabs[0]);
}

function startTable(root) {
  if (root.dataset.started) return;
  root.dataset.started = "yes";
  root.querySelector(".tools").hidden = false;
  new LongTable(root, data[root.dataset.table]);
}

function startTheme() {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const button = document.querySelector(".theme");
  let chosen = null;
  try { chosen = localStorage.getItem("ef-theme"); } catch { /* a page from a file may have no storage */ }
  const isDark = () => (chosen ?? (dark.matches ? "dark" : "light")) === "dark";
  const apply = () => {
    if (chosen) root.dataset.theme = chosen;
    else delete root.dataset.theme;
    button.textContent = isDark() ? "Light colours" : "Dark colours";
    if (chart && typeof Plotly !== "undefined") redraw();
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    chosen = isDark() ? "light" : "dark";
    try { localStorage.setItem("ef-theme", chosen); } catch { /* then it holds for this visit */ }
    apply();
  });
  dark.addEventListener("change", apply);
  window.addEventListener("beforeprint", () => {
    root.dataset.theme = "light";
    document.body.classList.add("for-paper");
    document.querySelectorAll("[role=tabpanel]").forEach((panel) => { panel.dataset.was = panel.hidden ? "hidden" : ""; panel.hidden = false; drawIn(panel); });
  });
  window.addEventListener("afterprint", () => {
    document.body.classList.remove("for-paper");
    document.querySelectorAll("[role=tabpanel]").forEach((panel) => { panel.hidden = panel.dataset.was === "hidden"; });
    apply();
  });
  apply();
}

startTheme();
if (typeof startPage === "function") startPage();
startTabs();
