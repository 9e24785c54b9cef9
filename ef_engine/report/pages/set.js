// A forecast set: any metric by choices and as a ranking, any two scenarios side by side, all from the values carried.

const found = data.set;
const metricNamed = (name) => found.metrics.find((metric) => metric.name === name);
const isComparable = (k) => found.scenarios[k].state === "evaluated";
const valueOf = (metric, k) => (isComparable(k) ? metric.values[k] : null);
const textOf = (metric, k) => {
  const value = valueOf(metric, k);
  if (value !== null) return metric.kind === "day" ? value : money(value);
  return metric.kind === "day" && isComparable(k) ? "not reached" : found.scenarios[k].state;
};
const ordinal = (metric, value) => (metric.kind === "day" ? Date.parse(value) / 86400000 : value);
const distance = (metric, a, b) => Math.round(ordinal(metric, b) - ordinal(metric, a));
const signed = (metric, change) => `${change > 0 ? "+" : ""}${metric.kind === "day" ? change : money(change)}`;

const ranked = (metric) => {
  const valued = found.scenarios.map((_, k) => k).filter((k) => valueOf(metric, k) !== null);
  const sign = metric.isLessBetter ? 1 : -1;
  valued.sort((a, b) => sign * (ordinal(metric, valueOf(metric, a)) - ordinal(metric, valueOf(metric, b))) || a - b);
  let rank = 0;
  const rows = valued.map((k, place) => {
    if (!place || valueOf(metric, k) !== valueOf(metric, valued[place - 1])) rank = place + 1;
    return { k, rank, behind: Math.abs(distance(metric, valueOf(metric, valued[0]), valueOf(metric, k))) };
  });
  const missing = found.scenarios.map((_, k) => k).filter((k) => valueOf(metric, k) === null);
  return [...rows, ...missing.map((k) => ({ k, rank: null, behind: null }))];
};

const texts = (name, cells, kind = "text") => ({ name, kind, texts: cells, rows: cells.map((_, row) => row) });
const amounts = (name, cents) => ({ name, kind: "cents", cents });
const fresh = {};

function table(name, columns, open) {
  const old = document.querySelector(`[data-table=${name}]`);
  fresh[name] ??= old.cloneNode(true);
  const root = fresh[name].cloneNode(true);
  root.dataset.started = "yes";
  root.querySelector(".tools").hidden = false;
  old.replaceWith(root);
  const made = new LongTable(root, { columns });
  if (open) made.show = open;
}

function startPage() {
  document.getElementById("live").hidden = false;
  const select = document.getElementById("metric");
  found.metrics.forEach((metric) => select.append(make("option", {}, metric.name)));
  select.value = found.metric;
  select.addEventListener("change", () => showMetric(metricNamed(select.value)));
  startMatrix();
  startPair();
  showTables();
  showMetric(metricNamed(found.metric) ?? found.metrics[0]);
}

function showMetric(metric) {
  if (!metric) return;
  const goal = metric.kind === "day" ? "earlier is better" : metric.isLessBetter ? "less is better" : "more is better";
  document.getElementById("metric-says").textContent = goal;
  showMatrix(metric);
  const rows = ranked(metric);
  const behind = rows.map((row) => row.behind);
  table("ranking", [
    texts("Scenario", rows.map((row) => found.scenarios[row.k].name)),
    texts("Rank", rows.map((row) => (row.rank === null ? "" : String(row.rank))), "right"),
    texts(metric.name, rows.map((row) => textOf(metric, row.k)), metric.kind === "day" ? "text" : "right"),
    metric.kind === "day" ? texts("Days behind", behind.map((each) => (each === null ? "" : String(each))), "right") : amounts("Behind", behind),
    texts("State", rows.map((row) => found.scenarios[row.k].state)),
  ], (row) => choosePair(rows[row].k));
}

function startMatrix() {
  const tools = document.getElementById("matrix-tools");
  const pick = (label, options, value, name) => {
    const select = make("select", { "data-pick": name });
    options.forEach((text, k) => select.append(make("option", { value: k }, text)));
    select.value = value;
    select.addEventListener("change", () => { if (name === "rows" || name === "columns") refit(); showMatrix(metricNamed(document.getElementById("metric").value)); });
    tools.append(make("label", {}, label, select));
    return select;
  };
  const names = found.choices.map((choice) => choice.name);
  const last = names.length - 1;
  if (names.length > 1) { pick("Rows", names, 0, "rows"); pick("Columns", names, last, "columns"); }
  const refit = () => {
    const axes = picked();
    tools.querySelectorAll("[data-pick^=fixed]").forEach((select) => { select.closest("label").hidden = axes.includes(Number(select.dataset.pick.slice(5))); });
  };
  found.choices.forEach((choice, k) => {
    const select = pick(choice.name, choice.options, 0, `fixed${k}`);
    select.prepend(make("option", { value: "" }, "any (the best)"));
    select.value = "";
  });
  refit();
}

function picked() {
  if (found.choices.length < 2) return [0];
  return ["rows", "columns"].map((name) => Number(document.querySelector(`[data-pick=${name}]`).value));
}

function showMatrix(metric) {
  const place = document.getElementById("matrix");
  if (!found.choices.length) return place.replaceChildren(make("p", {}, "This set has no choices."));
  const axes = picked();
  const [row, column] = axes.length > 1 && axes[0] !== axes[1] ? axes : [null, axes[0]];
  const fixed = found.choices.map((_, k) => (axes.includes(k) ? "" : document.querySelector(`[data-pick=fixed${k}]`).value));
  const fits = (k) => fixed.every((option, choice) => option === "" || found.scenarios[k].options[choice] === Number(option));
  const order = ranked(metric).filter((each) => fits(each.k));
  const at = (r, c) => order.find(({ k }) => (row === null || found.scenarios[k].options[row] === r) && found.scenarios[k].options[column] === c);
  const best = order.find((each) => each.rank !== null);
  const furthest = Math.max(1, ...order.map((each) => each.behind ?? 0));
  const cell = (each) => {
    if (!each) return make("td", {}, "");
    const share = each.rank === null ? 0 : 1 - each.behind / furthest;
    const isBest = best && each.rank === best.rank;
    const link = make("a", { href: "#pair", title: found.scenarios[each.k].name, onclick: (event) => { event.preventDefault(); choosePair(each.k); } }, textOf(metric, each.k));
    return make("td", { className: isBest ? "best" : "", style: `background: color-mix(in srgb, var(--s6) ${Math.round(38 * share)}%, var(--card))` }, link, ...(isBest ? [" ★"] : []));
  };
  const options = found.choices[column].options;
  const rows = row === null ? [["", null]] : found.choices[row].options.map((name, r) => [name, r]);
  const head = make("tr", {}, make("th", { scope: "col" }, row === null ? "" : found.choices[row].name), ...options.map((name) => make("th", { scope: "col", className: "right" }, name)));
  const body = rows.map(([name, r]) => make("tr", {}, make("th", { scope: "row" }, name), ...options.map((_, c) => cell(at(r, c)))));
  const caption = `${metric.name}${row === null ? "" : ` by ${found.choices[row].name} (rows)`} and ${found.choices[column].name} (columns)`;
  place.replaceChildren(make("table", {}, make("caption", {}, caption), make("thead", {}, head), make("tbody", {}, ...body)));
  const others = found.choices.length > axes.length ? " Each cell shows the best of the scenarios it stands for." : "";
  document.getElementById("matrix-says").textContent = `A star marks the best; choose a cell to see its scenario beside the first.${others}`;
}

function startPair() {
  for (const [side, chosen] of [["a", 0], ["b", Math.min(1, found.scenarios.length - 1)]]) {
    const select = document.getElementById(`pair-${side}`);
    found.scenarios.forEach((scenario, k) => select.append(make("option", { value: k }, scenario.name)));
    select.value = chosen;
    select.addEventListener("change", showPair);
  }
  showPair();
}

function choosePair(k) {
  document.getElementById("pair-b").value = k;
  showPair();
  document.getElementById("tab-pair").click();
  document.getElementById("tab-pair").focus();
}

function showPair() {
  const chosen = ["a", "b"].map((side) => Number(document.getElementById(`pair-${side}`).value));
  const links = chosen.map((k, side) => {
    const { id, name, page } = found.scenarios[k];
    const how = page ? make("a", { href: page }, "the whole report") : make("code", {}, `ef_cli report forecast ${id} --format html`);
    return make("li", {}, `${"AB"[side]} is ${name}: `, how);
  });
  document.getElementById("pair-links").replaceChildren(make("ul", { className: "says" }, ...links));
  const rows = found.metrics.map((metric) => {
    const [a, b] = chosen.map((k) => metric.values[k]);
    const shown = [a, b].map((value) => (value === null || value === undefined ? (metric.kind === "day" ? "not reached" : "") : metric.kind === "day" ? value : money(value)));
    const change = a === null || b === null ? "" : signed(metric, distance(metric, a, b)) + (metric.kind === "day" ? " days" : "");
    return make("tr", {}, make("th", { scope: "row" }, metric.name), ...[...shown, change].map((text) => make("td", { className: "right" }, text)));
  });
  const head = make("tr", {}, ...["Value", "A", "B", "B − A"].map((text, k) => make("th", { scope: "col", className: k ? "right" : "" }, text)));
  document.getElementById("pair-values").replaceChildren(make("table", {}, make("caption", {}, "Balances and sums on the last day, days of milestones"), make("thead", {}, head), make("tbody", {}, ...rows)));
  chart.chosen = "Net Worth";
  chart.sides = chosen.flatMap((k, side) => {
    const line = found.worth[found.scenarios[k].id];
    return line ? [{ letter: `${"AB"[side]}: ${found.scenarios[k].name}`.slice(0, 48), dates: line.days, lines: [{ name: "Net Worth", cents: line.cents }] }] : [];
  });
  const ends = chart.sides.map((side) => `${side.letter} ends at ${money(side.lines[0].cents.at(-1))}`);
  document.getElementById("pair-says").textContent = `Net worth at the ends of months. ${ends.join("; ")}.`;
  const place = document.querySelector("[data-chart=overlay]");
  if (place.dataset.drawn) CHARTS.overlay(place, chart);
}

function showTables() {
  const names = texts("Scenario", found.scenarios.map((scenario) => scenario.name));
  const days = found.metrics.filter((metric) => metric.kind === "day");
  const moved = (metric, k) => {
    const [first, day] = [metric.values[0], metric.values[k]];
    if (!day) return found.scenarios[k].state === "evaluated" || found.scenarios[k].state === "infeasible" ? "not reached" : "";
    return first ? `${day} (${signed(metric, distance(metric, first, day))})` : day;
  };
  table("milestones", [names, ...days.map((metric) => texts(metric.name, found.scenarios.map((_, k) => moved(metric, k))))], choosePair);
  const sums = found.metrics.filter((metric) => metric.kind === "amount");
  const states = texts("State", found.scenarios.map((scenario) => scenario.state));
  table("values", [names, states, ...sums.map((metric) => amounts(metric.name, metric.values))], choosePair);
}
