// The charts, drawn by Plotly in the colours of the page. Each stands beside a sentence and a table that say the same.

const probe = document.body.appendChild(make("span", { hidden: "" }));
const style = (name) => { probe.style.color = `var(${name})`; return getComputedStyle(probe).color; };
const palette = () => [1, 2, 3, 4, 5, 6, 7, 8].map((k) => style(`--s${k}`));
const DASHES = ["solid", "dash", "dot", "dashdot"];
const faded = (color, share) => color.replace("rgb(", "rgba(").replace(")", `, ${share})`);
const isNarrow = () => window.matchMedia("(max-width: 47rem)").matches;

const layout = (changes = {}) => {
  const axis = { gridcolor: style("--line"), linecolor: style("--line"), zerolinecolor: style("--soft"), automargin: true, fixedrange: isNarrow() };
  return {
    font: { family: getComputedStyle(document.body).fontFamily, size: 13, color: style("--soft") },
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    margin: { l: 8, r: 12, t: 8, b: 8 }, hovermode: "x unified", dragmode: isNarrow() ? false : "zoom",
    hoverlabel: { bgcolor: style("--card"), bordercolor: style("--line"), font: { color: style("--ink") } },
    legend: { orientation: "h", y: -0.14, x: 0, font: { color: style("--ink") } },
    ...changes,
    xaxis: { ...axis, showgrid: false, nticks: isNarrow() ? 4 : 10, ...changes.xaxis },
    yaxis: { ...axis, tickformat: ",.0f", ...changes.yaxis },
  };
};
const CONFIG = { displayModeBar: false, responsive: true, doubleClick: "reset" };
// Paper has another width than the window, and a chart that is drawn does not follow.
const isForPaper = () => document.body.classList.contains("for-paper");
const sized = (place) => (isForPaper() ? { width: place.clientWidth, height: place.clientHeight } : { autosize: true });
const draw = (place, traces, changes) => Plotly.react(place, traces, { ...layout(changes), ...sized(place) }, CONFIG);

const line = (name, dates, cents, color, dash = "solid", width = 2.25) => ({
  type: "scatter", mode: "lines", name, x: dates, y: cents.map((each) => each / 100),
  line: { color, dash, width, shape: "linear" }, hovertemplate: "%{y:,.2f}",
});

const markTrace = (marks, dates, cents) => {
  const shown = marks.filter((mark) => mark.day && dates.includes(mark.day));
  return {
    type: "scatter", mode: "markers", name: "Milestones", x: shown.map((mark) => mark.day),
    y: shown.map((mark) => cents[dates.indexOf(mark.day)] / 100), text: shown.map((mark) => mark.name.replace(/</g, "&lt;")),
    hovertemplate: "%{text}<extra></extra>",
    marker: { size: 11, symbol: "diamond", color: style("--s2"), line: { color: style("--card"), width: 2 } },
  };
};

const CHARTS = {
  worth(place, chart) {
    const { dates, marks } = chart;
    const worth = chart.lines[0];
    const color = style("--s1");
    const area = { ...line(worth.name, dates, worth.cents, color, "solid", 2.75), fill: "tozeroy", fillcolor: faded(color, 0.12) };
    return draw(place, [area, markTrace(marks, dates, worth.cents)], { showlegend: marks.some((mark) => mark.day) });
  },
  balances(place, chart) {
    const colors = palette();
    const lines = chart.lines.filter((each) => each.group !== "worth");
    const traces = lines.map((each, k) => ({
      ...line(each.name, chart.dates, each.cents, colors[k % colors.length], each.isDebt ? DASHES[1 + (k % 3)] : "solid"),
      visible: each.group === "account" ? true : "legendonly",
    }));
    return draw(place, traces, { legend: { ...layout().legend, y: -0.12 } });
  },
  gains(place, chart) {
    const { names, gain, loss } = chart.periods;
    const hovertemplate = "%{y:,.2f}";
    const bar = (name, cents, color, shape) => ({ type: "bar", name, x: names, y: cents.map((each) => each / 100), hovertemplate, marker: { color, line: { color, width: 1 }, ...(shape && { pattern: { shape, fgcolor: color, bgcolor: style("--card"), size: 7, solidity: 0.55 } }) } });
    const traces = [bar("Gain", gain, style("--s3"), ""), bar("Loss", loss.map((each) => -each), style("--s2"), "/")];
    return draw(place, traces, { barmode: "relative", xaxis: { type: "category", nticks: isNarrow() ? 5 : 8 } });
  },
  interest(place, chart) {
    const { names, interest } = chart.periods;
    const bars = { type: "bar", name: "Interest on debts", x: names, y: interest.map((each) => each / 100), hovertemplate: "%{y:,.2f}<extra></extra>", marker: { color: style("--s5") } };
    return draw(place, [bars], { showlegend: false, xaxis: { type: "category", nticks: isNarrow() ? 5 : 8 } });
  },
  timeline(place, chart) {
    const rows = [...chart.marks].sort((a, b) => ((b.day ?? "9") < (a.day ?? "9") ? -1 : 1));
    const end = chart.dates[chart.dates.length - 1];
    const name = (mark) => (mark.name.length > 24 ? `${mark.name.slice(0, 23)}…` : mark.name).replace(/</g, "&lt;");
    const places = rows.map((_, k) => k);
    const point = (label, chosen, marker, text) => ({
      type: "scatter", mode: "markers", cliponaxis: false, name: label, hovertemplate: "%{text}<extra></extra>", marker: { size: 13, ...marker },
      x: chosen.map((k) => (label === "Not reached" ? end : label === "First inside" ? rows[k].first : rows[k].day)), y: chosen, text: chosen.map(text),
    });
    const safe = (text) => text.replace(/</g, "&lt;");
    const reached = places.filter((k) => rows[k].day);
    const before = reached.filter((k) => rows[k].first && rows[k].first !== rows[k].day);
    const missed = places.filter((k) => !rows[k].day);
    const bridges = { type: "scatter", mode: "lines", showlegend: false, hoverinfo: "skip", line: { color: style("--line"), width: 4 }, x: before.flatMap((k) => [rows[k].first, rows[k].day, null]), y: before.flatMap((k) => [k, k, null]) };
    const traces = [bridges,
      point("First inside", before, { symbol: "circle-open", color: style("--s6"), line: { width: 2.5 } }, (k) => safe(`${rows[k].name}: first inside on ${rows[k].first}`)),
      point("Reached", reached, { symbol: "diamond", color: style("--s1") }, (k) => safe(`${rows[k].name}: reached on ${rows[k].day}`)),
      point("Not reached", missed, { symbol: "x-thin", color: style("--s2"), line: { width: 3, color: style("--s2") } }, (k) => safe(`${rows[k].name}: not reached`))];
    place.style.height = `${Math.max(10, 6 + 2.2 * rows.length)}rem`;
    return draw(place, traces.filter((trace) => trace.x.length), {
      hovermode: "closest", legend: { ...layout().legend, y: -0.1 - 0.5 / rows.length },
      xaxis: { showgrid: true, range: [chart.dates[0], end], autorange: false, type: "date" },
      yaxis: { zeroline: false, tickvals: places, ticktext: rows.map(name), range: [-0.7, rows.length - 0.3], tickfont: { color: style("--ink") } },
    });
  },
  flows(place, chart) {
    const { ends, links } = chart.flows;
    const color = { income: style("--s3"), account: style("--s1"), spending: style("--s5"), interest: style("--s2") };
    const short = (text) => (isNarrow() && text.length > 16 ? `${text.slice(0, 15)}…` : text).replace(/</g, "&lt;");
    const trace = {
      type: "sankey", arrangement: "snap", valueformat: ",.2f",
      node: { label: ends.map((end) => short(end.name)), color: ends.map((end) => color[end.place]), pad: isNarrow() ? 9 : 16, thickness: isNarrow() ? 10 : 16, line: { width: 0 }, hovertemplate: "%{label}: %{value:,.2f}<extra></extra>" },
      link: {
        source: links.map((each) => each[0]), target: links.map((each) => each[1]), value: links.map((each) => each[2] / 100),
        color: links.map((each) => faded(color[ends[each[1]].place], 0.32)), hovertemplate: "%{source.label} to %{target.label}: %{value:,.2f}<extra></extra>",
      },
    };
    return draw(place, [trace], { font: { ...layout().font, size: isNarrow() ? 10 : 13, color: style("--ink") }, margin: { l: 4, r: 4, t: 12, b: 12 } });
  },
  overlay(place, chart) {
    const colors = palette();
    const name = chart.chosen;
    const traces = chart.sides.map((side, k) => {
      const found = side.lines.find((each) => each.name === name);
      return found && line(side.letter, side.dates, found.cents, colors[k], DASHES[k], 2.5);
    });
    return draw(place, traces.filter(Boolean), { showlegend: true });
  },
};
