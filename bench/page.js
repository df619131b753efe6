// SPDX-License-Identifier: MIT
// The page of pawl-bench --html: draws the charts of the results in #data (see page.h) by uPlot.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const charts = []; // {plot, who: the contender of each series}
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name);

// Colours alone do not tell everybody who is who: each style has a mark of its own.
const MARKS = [
  "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0z",
  "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0z M-2,-1h4v2h-4z",
  "M-3.5,-3.5h7v7h-7z",
  "M-4,3.5L0,-4L4,3.5z",
  "M-4,-3.5L0,4L4,-3.5z",
  "M0,-5L4,0L0,5L-4,0z",
  "M-4,-1.4h2.6v-2.6h2.8v2.6h2.6v2.8h-2.6v2.6h-2.8v-2.6h-2.6z",
  "M-4.5,-3L0,3L4.5,-3L3,-4.5L0,-1L-3,-4.5z",
  "M-5,-1.5h10v3h-10z",
  "M-1.5,-5h3v10h-3z",
  "M-4,-3L-3,-4L0,-1L3,-4L4,-3L1,0L4,3L3,4L0,1L-3,4L-4,3L-1,0z",
];
const DASHES = { 1: [7, 3], 2: [2, 2] };
const WIDTHS = { 0: 3.4, 2: 2.2 };
const markOf = style => MARKS[style % MARKS.length];
const colourOf = style => css(`--c${style % MARKS.length}`);

// --- Values ----------------------------------------------------------------------------------------

const UNITS = {
  ns: ["ns", "us", "ms", "s"],
  rate: ["/s", "k/s", "M/s", "G/s"],
  bytes: ["B", "kB", "MB"],
};
const unitOf = metric => metric === "operations_per_s" ? "rate" : metric.startsWith("bytes") ? "bytes"
  : /_ns/.test(metric) ? "ns" : "";

// Three digits that count and the unit that suits the value.
function format(metric, value, short) {
  const units = UNITS[unitOf(metric)];
  if (!units) {
    return short ? `${+value.toFixed(3)}` : value.toFixed(3);
  }
  let unit = 0;
  for (; value >= 999.5 && unit + 1 < units.length; unit++) {
    value /= 1000;
  }
  const text = value >= 99.95 || unitOf(metric) === "bytes" && unit === 0 ? value.toFixed(0)
    : value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
  return `${short ? +text : text} ${units[unit]}`;
}

const typical = (cell, metric, who) => cell.metrics[metric]?.[who]?.[0] ?? null;

// --- Charts ----------------------------------------------------------------------------------------

// The pixel of a value, whichever way the chart lies; `canvas`: of the canvas, else of its plain box.
function placeOf(plot, index, value, canvas) {
  const across = plot.valToPos(plot.data[0][index], "x", canvas);
  const along = plot.valToPos(value, "y", canvas);
  return plot.scales.x.ori === 0 ? [across, along] : [along, across];
}

const drawMarks = (style, size) => (plot, series) => {
  const all = new Path2D();
  const scale = size * uPlot.pxRatio;
  plot.data[series].forEach((value, index) => {
    if (value !== null) {
      const [x, y] = placeOf(plot, index, value, true);
      all.addPath(new Path2D(markOf(style)), new DOMMatrix([scale, 0, 0, scale, x, y]));
    }
  });
  return { fill: all, stroke: all, clip: null, flags: 3 };
};

// A chart: {title, better, metric, log, across, acrossLog, ticks: [{name, at, values: [of each
// contender]}], rows: its ticks have long names and lie below each other}.
function seriesOf(chart) {
  const who = data.contenders.map((_, i) => i).filter(i => chart.ticks.some(t => t.values[i] !== null));
  return who.reverse(); // the first lies on top
}

// The powers of ten; on a short axis 2 and 5 times these, too.
function logSplits(least, most) {
  const steps = most / least < 101 ? [1, 2, 5] : [1];
  const powers = [];
  for (let power = least; power <= most * 1.001; power *= 10) {
    powers.push(...steps.map(step => power * step));
  }
  return powers.filter(value => value <= most * 1.001);
}

function optionsOf(chart, who, width) {
  const quiet = { stroke: () => css("--faint"), grid: { stroke: () => css("--rule"), width: 1 },
    ticks: { show: false }, font: "12.5px system-ui, sans-serif",
    labelFont: "12.5px system-ui, sans-serif", labelSize: 20 };
  const log = is => is ? " (logarithmic)" : "";
  const last = chart.ticks.length - 1;
  const range = chart.log
    ? (_, least, most) => least === null ? [1, 10] : uPlot.rangeLog(least, most * 1.05, 10, true)
    : (_, least, most) => [0, most > 0 ? most * 1.06 : 1];
  const values = { ...quiet, scale: "y", label: `${chart.of}${log(chart.log)}`,
    values: (_, splits) => splits.map(v => format(chart.metric, v, true)),
    ...chart.log && { splits: (_, axis, least, most) => logSplits(least, most), filter: (_, splits) => splits } };
  const ticks = { ...quiet, scale: "x", label: chart.across + log(chart.acrossLog), grid: { show: false },
    size: 28, splits: () => chart.ticks.map(t => t.at), values: () => chart.ticks.map(t => t.name) };
  return {
    width, height: chart.rows ? 70 + 38 * chart.ticks.length : Math.round(width * .62) + 30,
    legend: { show: false }, cursor: { show: false },
    scales: {
      x: chart.rows ? { time: false, ori: 1, dir: -1, range: [-.75, last + .35] }
        : { time: false, range: (_, from, to) => [from - .3, to > from ? to + .3 : from + .3] },
      y: { ori: chart.rows ? 0 : 1, distr: chart.log ? 3 : 1, range },
    },
    axes: chart.rows ? [{ show: false, scale: "x" }, { ...values, side: 2, space: 60, size: 28 }]
      : [ticks, { ...values, size: 62 }],
    series: [{}, ...who.map(i => {
      const style = data.contenders[i].style;
      return { label: data.contenders[i].name, stroke: () => colourOf(style), spanGaps: false,
        width: WIDTHS[style] ?? 1.6, dash: DASHES[style], ...chart.rows && { paths: () => null },
        points: { show: true, fill: () => colourOf(style), stroke: () => css("--paper"), width: .7,
          paths: drawMarks(style, chart.rows ? 1.3 : 1) } };
    })],
    hooks: { drawAxes: chart.rows ? [plot => drawRowNames(plot, chart)] : [] },
  };
}

// Each row has its name above its line.
function drawRowNames(plot, chart) {
  const { ctx, bbox } = plot;
  const font = size => `${size * uPlot.pxRatio}px system-ui, sans-serif`;
  ctx.save();
  ctx.textAlign = "left";
  ctx.textBaseline = "bottom";
  ctx.lineWidth = uPlot.pxRatio;
  chart.ticks.forEach(tick => {
    const y = Math.round(plot.valToPos(tick.at, "x", true));
    ctx.font = font(12.5);
    ctx.font = font(12.5 * Math.min(1, bbox.width / ctx.measureText(tick.name).width)); // a long name
    ctx.fillStyle = css("--ink");
    ctx.fillText(tick.name, bbox.left, y - 7 * uPlot.pxRatio);
    ctx.strokeStyle = css("--rule");
    ctx.strokeRect(bbox.left, y, bbox.width, 0);
  });
  ctx.restore();
}

// What is pointed at: the nearest mark, if it is near.
function addTip(plot, chart, who, box) {
  const tip = element(box, "div", "tip");
  tip.hidden = true;
  plot.over.addEventListener("mouseleave", () => { tip.hidden = true; });
  plot.over.addEventListener("mousemove", event => {
    let nearest = 18;
    tip.hidden = true;
    who.forEach((contender, series) => plot.data[series + 1].forEach((value, index) => {
      const [x, y] = value === null ? [NaN, NaN] : placeOf(plot, index, value, false);
      const distance = Math.hypot(x - event.offsetX, y - event.offsetY);
      if (distance < nearest && plot.series[series + 1].show) {
        nearest = distance;
        tip.hidden = false;
        tip.textContent =
          `${data.contenders[contender].name}, ${chart.ticks[index].name}: ${format(chart.metric, value)}`;
        const left = plot.over.offsetLeft + x + 10;
        tip.style.left = `${Math.max(0, Math.min(left, box.clientWidth - tip.offsetWidth))}px`;
        tip.style.top = `${plot.over.offsetTop + y - 30}px`;
      }
    }));
  });
}

function element(parent, name, className, text) {
  const made = parent.appendChild(document.createElement(name));
  made.className = className ?? "";
  made.textContent = text ?? "";
  return made;
}

function draw(parent, chart) {
  chart.ticks = chart.ticks.filter(tick => tick.values.some(value => value !== null));
  if (chart.ticks.length === 0) {
    return;
  }
  if (chart.rows) {
    chart.ticks.forEach((tick, i) => { tick.at = i; });
  }
  const who = seriesOf(chart);
  const figure = element(parent, "figure");
  const caption = element(figure, "figcaption", "", chart.title);
  element(caption, "span", "", chart.better);
  const box = element(figure, "div", "chart");
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", `${chart.title}, ${chart.better}. The table below has the numbers.`);
  const points = [chart.ticks.map(t => t.at), ...who.map(i => chart.ticks.map(t =>
    t.values[i] > 0 || !chart.log ? t.values[i] : null))];
  new ResizeObserver(() => {
    const width = Math.min(box.clientWidth, 520);
    if (width > 0 && box.plot) {
      box.plot.setSize({ width, height: optionsOf(chart, who, width).height });
    } else if (width > 0) {
      box.plot = new uPlot(optionsOf(chart, who, width), points, box);
      charts.push({ plot: box.plot, who });
      addTip(box.plot, chart, who, box);
      show();
    }
  }).observe(box);
  const details = element(figure, "details");
  element(details, "summary", "", "The numbers");
  const shown = [...who].reverse();
  const rows = chart.rows
    ? chart.ticks.map(t => [t.name, ...shown.map(i => t.values[i])])
    : shown.map(i => [data.contenders[i].name, ...chart.ticks.map(t => t.values[i])]);
  table(details, [chart.rows ? "" : chart.across,
    ...chart.rows ? shown.map(i => data.contenders[i].name) : chart.ticks.map(t => t.name)],
  rows.map(([head, ...values]) => [head, ...values.map(v => v === null ? "-" : format(chart.metric, v))]));
}

function table(parent, head, rows) {
  const whole = element(element(parent, "div", "wide"), "table");
  const row = (section, cells) => {
    const line = element(section, "tr");
    cells.forEach((cell, i) => {
      const made = element(line, i === 0 || section.tagName === "THEAD" ? "th" : "td", "", cell.text ?? cell);
      made.title = cell.title ?? "";
      if (cell.ratio) {
        element(made, "small", "", ` ${cell.ratio}`);
      }
    });
  };
  row(element(whole, "thead"), head);
  const body = element(whole, "tbody");
  rows.forEach(cells => row(body, cells));
}

// --- Sections --------------------------------------------------------------------------------------

const valuesOf = (cell, metric) => data.contenders.map((_, who) => typical(cell, metric, who));
const having = (metric, kind) => data.cells.filter(cell => cell.metrics[metric] && (!kind || cell.kind === kind));
const numbered = (cell, metric) =>
  ({ name: cell.threads.toLocaleString("en"), at: Math.log2(cell.threads), values: valuesOf(cell, metric) });
const crowds = cells => [...new Set(cells.map(cell => cell.crowd))].map(name => cells.filter(c => c.crowd === name));

function againstThreads(parent, metric, log, of, better) {
  for (const cells of crowds(having(metric, "crowd"))) {
    draw(parent, { title: cells[0].crowd, better, metric, log, of, across: "threads", acrossLog: true,
      ticks: cells.map(cell => numbered(cell, metric)) });
  }
}

const QUANTILES = [["wait_p50_ns", "50 %", .3], ["wait_p90_ns", "90 %", 1], ["wait_p99_ns", "99 %", 2],
  ["wait_p99.9_ns", "99.9 %", 3], ["wait_p99.99_ns", "99.99 %", 4], ["wait_greatest_ns", "all", 5]];

function waits(parent, cells) {
  for (const cell of cells) {
    draw(parent, { title: `${cell.threads} threads, ${cell.crowd}`, better: "less is better",
      metric: "wait_greatest_ns", log: true, of: "wait", across: "of the acquisitions",
      ticks: QUANTILES.map(([metric, name, at]) => ({ name, at, values: valuesOf(cell, metric) })) });
  }
}

function allWaits(parent) {
  const groups = crowds(having("wait_greatest_ns", "crowd"));
  waits(parent, groups.map(cells => cells.at(-1)));
  const details = element(parent.parentNode, "details");
  element(details, "summary", "", "The smaller crowds");
  waits(element(details, "div", "charts"), groups.flatMap(cells => cells.slice(0, -1)));
}

function releases(parent) {
  for (const [metric, title] of [["time_ns", "From the release until the next one runs"],
    ["call_ns", "Processor time of the releasing call alone"]]) {
    draw(parent, { title, better: "less is better", metric, log: true, of: "time",
      across: "threads that wait", acrossLog: true,
      ticks: having(metric, "release").filter(c => c.sleepers === 0).map(cell => numbered(cell, metric)) });
  }
}

function dots(parent, title, metric, cells, log, of, valuesOfCell) {
  draw(parent, { title, better: "less is better", metric, log, of, across: "", rows: true,
    ticks: cells.map(cell => ({ name: cell.title, values: valuesOfCell(cell) })) });
}

function calls(parent) {
  for (const [group, title] of [["calls", "One thread, nobody in its way"], ["handovers", "From thread to thread"]]) {
    dots(parent, title, "time_ns", having("time_ns").filter(cell => cell.group === group), true, "time",
      cell => valuesOf(cell, "time_ns"));
  }
}

function memory(parent) {
  dots(parent, "Bytes of a lock, with what it allocates", "bytes_per_lock", having("bytes_per_lock"), false,
    "bytes", cell => valuesOf(cell, "bytes_per_lock").map((bytes, who) =>
      bytes === null ? null : bytes + (typical(cell, "bytes_beyond_per_lock", who) ?? 0)));
}

function everything(parent) {
  const rows = data.cells.flatMap(cell => ["time_ns", "operations_per_s", "bytes_per_lock"]
    .filter(metric => cell.metrics[metric]).map(metric => [cell.title, ...cell.metrics[metric].map((of, who) =>
      of === null ? "-" : { text: format(metric, of[0]), title: cell.objects[who],
        ratio: of[1] > 0 ? of[1].toFixed(2) : "" })]));
  table(parent, ["cell", ...data.contenders.map(c => c.name)], rows);
}

const SECTIONS = [
  ["Throughput of a crowd", "Operations a second, all threads together, against the number of threads that contend for one lock. More is better.",
    "operations_per_s", "crowd", parent => againstThreads(parent, "operations_per_s", false, "operations a second", "more is better")],
  ["What an operation costs a crowd", "Processor time of an operation, all threads together: what spinning and switching burn is in it. Less is better.",
    "cpu_ns_per_operation", "crowd", parent => againstThreads(parent, "cpu_ns_per_operation", true, "processor time", "less is better")],
  ["How long they wait", "The wait that so many of the acquisitions do not pass; the greatest of all at the right. Less is better.",
    "wait_greatest_ns", "crowd", allWaits],
  ["How equal they are", "Jain's index of the threads' operations: 1 when all had as many, 1/n when one of n had all. More is better.",
    "jain_index", "crowd", parent => againstThreads(parent, "jain_index", false, "Jain's index", "more is better")],
  ["A release, against the number that wait", "All threads sleep on one processor while they wait. Less is better.",
    "call_ns", "release", releases],
  ["Calls and hand-overs", "Less is better.", "time_ns", "", calls],
  ["Memory", "Less is better.", "bytes_per_lock", "memory", memory],
];

// --- The result in a sentence, and what stands around the charts ------------------------------------

// The geometric mean of pawl's ratios to the reference in these cells.
function meanRatio(cells, metric) {
  const pawl = data.contenders.findIndex(contender => contender.style === 0);
  const ratios = cells.map(cell => cell.metrics[metric]?.[pawl]?.[1]).filter(ratio => ratio > 0);
  return ratios.length === 0 ? null : Math.exp(ratios.reduce((sum, r) => sum + Math.log(r), 0) / ratios.length);
}

function sentence() {
  const grouped = group => having("time_ns").filter(cell => cell.group === group);
  const parts = [
    ["a call with nobody in its way takes", meanRatio(grouped("calls"), "time_ns"), "times as long"],
    ["a crowd does", meanRatio(having("operations_per_s", "crowd"), "operations_per_s"), "times as many operations"],
    ["a hand-over from thread to thread takes", meanRatio(grouped("handovers"), "time_ns"), "times as long"],
    ["a lock has", meanRatio(having("bytes_per_lock"), "bytes_per_lock"), "times as many bytes"],
  ].filter(([, ratio]) => ratio !== null).map(([what, ratio, times]) => `${what} ${ratio.toFixed(2)} ${times}`);
  const against = data.contenders[data.reference].name;
  return parts.length === 0 ? "" : `With pawl's default lock instead of ${against}, in the mean of all cells, ${parts.join("; ")}.`;
}

const hidden = new Set();

function show() {
  charts.forEach(({ plot, who }) => who.forEach((contender, i) => {
    if (plot.series[i + 1].show === hidden.has(contender)) {
      plot.setSeries(i + 1, { show: !hidden.has(contender) });
    }
  }));
}

function legend(parent) {
  data.contenders.forEach((contender, who) => {
    const label = element(parent, "label");
    const box = element(label, "input");
    box.type = "checkbox";
    box.checked = true;
    box.addEventListener("change", () => {
      hidden[box.checked ? "delete" : "add"](who);
      show();
    });
    label.insertAdjacentHTML("beforeend", `<svg viewBox="-14 -8 28 16" aria-hidden="true"
      style="--c: var(--c${contender.style % MARKS.length})"><path d="M-14,0H14" stroke-width="${WIDTHS[contender.style] ?? 1.6}"
      stroke-dasharray="${DASHES[contender.style] ?? ""}"/><path d="${markOf(contender.style)}"/></svg>`);
    label.append(contender.name);
  });
}

const main = document.getElementById("main");
document.getElementById("about").textContent = `${data.about}; ${data.date}`;
document.getElementById("result").textContent = sentence();
if (data.busy > 0.05) {
  const busy = document.getElementById("busy");
  busy.hidden = false;
  busy.textContent = `The machine was busy: other programs took ${Math.round(100 * data.busy)} % of its processors. Compare nothing with these figures.`;
}
legend(document.getElementById("legend"));
for (const [heading, text, metric, kind, write] of SECTIONS) {
  if (having(metric, kind).length > 0) {
    const section = element(main, "section");
    element(section, "h2", "", heading);
    element(section, "p", "", text);
    write(element(section, "div", "charts"));
  }
}
element(main, "h2", "", "All cells");
element(main, "p", "", "With the ratio to the reference in the same run. A lock's own call is compared with the platform's own of that kind; an entry says which when it is pointed at.");
everything(main);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => charts.forEach(c => c.plot.redraw()));
