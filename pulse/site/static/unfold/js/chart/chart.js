// In the place of Unfold's Chart.js, 68 kB on every page: the dashboard draws with uPlot, as all pages do.
