// Runs before the first paint: the chosen theme, else the system's. Only the choice is stored.
(function () {
  "use strict";
  var root = document.documentElement;
  var system = window.matchMedia("(prefers-color-scheme: dark)");
  function chosen() {
    try { return localStorage.getItem("pulse-theme"); } catch (error) { return null; }
  }
  function apply() { root.dataset.theme = chosen() || (system.matches ? "dark" : "light"); }
  apply();
  system.addEventListener("change", apply);
  window.pulseTheme = {
    toggle: function () {
      var next = root.dataset.theme === "dark" ? "light" : "dark";
      try { localStorage.setItem("pulse-theme", next); } catch (error) { /* private window: for this page only */ }
      root.dataset.theme = next;
      document.dispatchEvent(new CustomEvent("pulse:theme", { detail: next }));
    },
  };
})();
