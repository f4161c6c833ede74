// The panels follow the page's theme, and the build server speaks without leaving the page.
(function () {
  "use strict";
  function follow() {
    document.querySelectorAll("pulse-threads").forEach(function (panel) {
      panel.setAttribute("theme", document.documentElement.dataset.theme || "light");
    });
  }
  follow();
  new MutationObserver(follow).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  var form = document.querySelector("[data-bot]");
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
  });
})();
