// Unfold opens menus with headings, boxes and links that lead nowhere: no key reaches those.
(function () {
  "use strict";
  var MADE_OF_CLICKS = ":is(a:not([href]), h2, div, span)[x-on\\:click]:not([id])";

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll(MADE_OF_CLICKS).forEach(function (one) {
      one.tabIndex = 0;
      one.setAttribute("role", "button");
      if (one.matches(".material-symbols-outlined")) { one.setAttribute("aria-label", "Navigation"); }
    });
  });
  document.addEventListener("keydown", function (event) {
    if ((event.key === "Enter" || event.key === " ") && event.target.matches(MADE_OF_CLICKS)) {
      event.preventDefault();
      event.target.click();
    }
    if (event.key === "Escape") { document.body.click(); } // what a click elsewhere closes
  });
})();
