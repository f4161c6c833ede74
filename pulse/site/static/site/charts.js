// Charts: <div class="chart" data-chart="id-of-json" [data-kind="bars|lines|area|stacked"] [data-height="220"] [data-unit="ms"] [data-zone="Europe/Vienna"]>
// beside {{ data|json_script:"id-of-json" }} with {"x": [unix seconds], "series": [{"label": "…", "values": […]}]}.
// Also a <table> fallback for readers who cannot see the canvas belongs next to it in the page.
// Where "x" holds strings, they are categories, and "label" says of what. pulseCharts.draw(element, data, options) draws by hand.
(function () {
  "use strict";
  var palette = {
    light: ["--accent", "#b54708", "#0b7285", "#7c3aed", "#b4232f", "#626a77", "#0f7a4d", "#1d5fd1"],
    dark: ["--accent", "#f5a35c", "#4cc9dd", "#b392ff", "#ff8b93", "#949dab", "#4cc38a", "#79a8ff"],
  };
  var drawn = new Map();

  function token(element, name) { return getComputedStyle(element).getPropertyValue(name).trim(); }
  function colour(element, index) {
    var theme = document.documentElement.dataset.theme === "dark" ? "dark" : "light";
    var value = palette[theme][index % palette[theme].length];
    return value.indexOf("--") === 0 ? token(element, value) : value;
  }
  function compact(value, unit) {
    if (value === null || value === undefined) { return "–"; }
    var size = Math.abs(value);
    var text = size >= 1e9 ? (value / 1e9).toFixed(1) + "B" : size >= 1e6 ? (value / 1e6).toFixed(1) + "M"
      : size >= 1e4 ? (value / 1e3).toFixed(1) + "k" : size >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(size < 1 ? 3 : 2);
    if (unit === "$") { return "$" + text; }
    return unit ? text + " " + unit : text;
  }
  function fade(hex, alpha) {
    var m = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
    return m ? "rgba(" + parseInt(m[1], 16) + "," + parseInt(m[2], 16) + "," + parseInt(m[3], 16) + "," + alpha + ")" : hex;
  }

  // Buckets of a day begin at midnight of the zone they were cut in, which is not always the reader's.
  function dateIn(zone) {
    try { new Intl.DateTimeFormat("en", { timeZone: zone }); } catch (unknown) { return undefined; }
    return function (seconds) { return uPlot.tzDate(new Date(seconds * 1000), zone); };
  }

  // Bars stand on their instant, so the axis begins half a bar before the first and ends half after the last.
  function halfStep(xs, alone) {
    var step = xs.length < 2 ? alone : Infinity;
    for (var i = 1; i < xs.length; i++) { step = Math.min(step, xs[i] - xs[i - 1]); }
    return step / 2;
  }

  // Of an axis that counts: half a request would be a line nobody can read.
  var WHOLE_STEPS = [];
  for (var power = 1; power <= 1e15; power *= 10) { WHOLE_STEPS.push(power, 2 * power, 5 * power); }

  // uPlot's own are American. Seconds a tick is apart → its text, and the line below where a year or a day begins.
  var times = [
    [365 * 86400, "{YYYY}", null, null, null, null, null, null, 1],
    [28 * 86400, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
    [86400, "{D} {MMM}", "\n{YYYY}", null, null, null, null, null, 1],
    [60, "{HH}:{mm}", "\n{D} {MMM}", null, "\n{D} {MMM}", null, null, null, 1],
    [1, "{HH}:{mm}:{ss}", "\n{D} {MMM}", null, "\n{D} {MMM}", null, null, null, 1],
  ];

  function draw(element, data, options) {
    options = options || {};
    var old = drawn.get(element);
    if (old) { old.plot.destroy(); old.observer.disconnect(); }
    element.replaceChildren();
    var kind = options.kind || element.dataset.kind || "lines";
    var unit = options.unit || element.dataset.unit || "";
    var height = Number(options.height || element.dataset.height || 220);
    var categories = typeof data.x[0] === "string" ? data.x : null;
    var xs = categories ? data.x.map(function (_, i) { return i; }) : data.x;
    var rows = data.series.map(function (one) { return one.values.slice(); });
    if (kind === "stacked") {
      for (var s = rows.length - 2; s >= 0; s--) {
        rows[s] = rows[s].map(function (value, i) { return (value || 0) + (rows[s + 1][i] || 0); });
      }
    }
    var line = token(element, "--line");
    var muted = token(element, "--muted");
    var font = "11px " + token(element, "--font");
    var axis = { stroke: muted, font: font, grid: { stroke: line, width: 1 }, ticks: { show: false } };
    var whole = rows.every(function (row) { return row.every(function (n) { return n === null || n % 1 === 0; }); });
    var bars = kind === "bars" || kind === "stacked" ? uPlot.paths.bars({ size: [0.7, 64], radius: 0.12 }) : undefined;
    var margin = bars || xs.length < 2 ? halfStep(xs, categories ? 1 : 86400) : 0;
    var series = [categories ? { label: data.label, value: function (u, v) { return v === null ? "–" : categories[v]; } } : { value: "{YYYY}-{MM}-{DD} {HH}:{mm}" }];
    data.series.forEach(function (one, index) {
      var ink = one.colour || colour(element, index);
      series.push({
        label: one.label, stroke: ink, width: bars ? 0 : 1.6, paths: bars,
        fill: bars ? fade(ink, 0.85) : kind === "area" ? fade(ink, 0.12) : undefined,
        points: { show: xs.length < 2 },
        value: function (u, v, i, at) { return at === null ? "–" : compact(one.values[at], unit); },
      });
    });
    var plot = new uPlot({
      width: element.clientWidth || 600, height: height, series: series,
      tzDate: element.dataset.zone ? dateIn(element.dataset.zone) : undefined,
      cursor: { points: { size: 6 }, drag: { x: false, y: false } },
      legend: { show: options.legend !== false && element.dataset.legend !== "off" },
      scales: { x: { time: !categories, range: function (u, min, max) { return [min - margin, max + margin]; } }, y: { range: function (u, min, max) { return [Math.min(0, min || 0), (max || 1) * 1.08]; } } },
      axes: [
        Object.assign({}, axis, { grid: { show: false } }, categories ? { values: function (u, v) { return v.map(function (i) { return categories[i] === undefined ? "" : categories[i]; }); } } : { values: times }),
        Object.assign({}, axis, { size: 52, incrs: whole ? WHOLE_STEPS : undefined, values: function (u, v) { return v.map(function (n) { return compact(n, unit); }); } }),
      ],
    }, [xs].concat(rows), element);
    var observer = new ResizeObserver(function () {
      if (element.clientWidth && element.clientWidth !== plot.width) { plot.setSize({ width: element.clientWidth, height: height }); }
    });
    observer.observe(element);
    drawn.set(element, { plot: plot, observer: observer, data: data, options: options });
    return plot;
  }

  function drawAll(root) {
    root.querySelectorAll("[data-chart]").forEach(function (element) {
      var source = document.getElementById(element.dataset.chart);
      if (!source) { return; }
      var data = JSON.parse(source.textContent);
      if (data.x.length) { draw(element, data); }
    });
  }
  document.addEventListener("DOMContentLoaded", function () { drawAll(document); });
  document.addEventListener("htmx:afterSettle", function (event) { drawAll(event.detail.elt); });
  document.addEventListener("pulse:theme", function () {
    drawn.forEach(function (one, element) {
      if (element.isConnected) { draw(element, one.data, one.options); } else { drawn.delete(element); }
    });
  });
  window.pulseCharts = { draw: draw, compact: compact };
})();
