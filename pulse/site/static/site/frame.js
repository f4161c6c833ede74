// What every page can do: theme toggle, menu, copy buttons, confirmations, local times, filters.
(function () {
  "use strict";

  function copyText(button) {
    var target = button.dataset.copy
      ? document.getElementById(button.dataset.copy)
      : button.closest(".code, .secret").querySelector("code, pre");
    var text = target.value !== undefined ? target.value : target.textContent;
    var label = button.querySelector("[data-copy-label]") || button;
    var before = label.textContent;
    navigator.clipboard.writeText(text.trim()).then(function () {
      label.textContent = "Copied";
      setTimeout(function () { label.textContent = before; }, 1600);
    }, function () {
      var range = document.createRange();
      range.selectNodeContents(target);
      window.getSelection().removeAllRanges();
      window.getSelection().addRange(range);
    });
  }

  document.addEventListener("click", function (event) {
    var copy = event.target.closest("[data-copy], .copy");
    if (copy) { event.preventDefault(); copyText(copy); return; }
    if (event.target.closest("[data-theme-toggle]")) { window.pulseTheme.toggle(); return; }
    var menu = event.target.closest("[data-menu]");
    if (menu) { event.preventDefault(); showNavigation(menu, menu.getAttribute("aria-expanded") !== "true"); return; }
    document.querySelectorAll("details.menu[open]").forEach(function (open) {
      if (!open.contains(event.target)) { open.open = false; }
    });
    var opener = event.target.closest("[data-dialog]");
    if (opener) { event.preventDefault(); document.getElementById(opener.dataset.dialog).showModal(); return; }
    var closer = event.target.closest("[data-dialog-close]");
    if (closer) { event.preventDefault(); closer.closest("dialog").close(); }
  });

  // The menu of a narrow screen is a link without this file, and a button with it.
  function showNavigation(menu, open) {
    document.getElementById("navigation").toggleAttribute("data-open", open);
    menu.setAttribute("aria-expanded", String(open));
  }

  document.addEventListener("keydown", function (event) {
    var menu = event.target.closest("[data-menu]");
    if (event.key === " " && menu) { event.preventDefault(); menu.click(); }
    if (event.key !== "Escape") { return; }
    var opened = document.querySelector("details.menu[open]");
    if (opened) { opened.open = false; opened.querySelector("summary").focus(); return; }
    var expanded = document.querySelector('[data-menu][aria-expanded="true"]');
    if (expanded) { showNavigation(expanded, false); expanded.focus(); }
  });

  document.addEventListener("submit", function (event) {
    var question = event.target.dataset.confirm;
    if (question && !window.confirm(question)) { event.preventDefault(); }
  });

  document.addEventListener("change", function (event) {
    var form = event.target.closest("form[data-autosubmit]");
    if (form) { form.requestSubmit(); }
  });

  // <time data-local> carries UTC in the page; a reader sees their own clock, and UTC on hover.
  function localTimes(root) {
    root.querySelectorAll("time[data-local]").forEach(function (element) {
      var when = new Date(element.dateTime);
      if (isNaN(when)) { return; }
      element.title = element.dateTime;
      element.textContent = when.toLocaleString(undefined, {
        year: when.getFullYear() === new Date().getFullYear() ? undefined : "numeric",
        month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
      });
      element.removeAttribute("data-local");
    });
  }
  localTimes(document);
  document.addEventListener("htmx:load", function (event) { localTimes(event.detail.elt); });

  // On a narrow screen the tabs scroll, and the one of this page may be out of sight.
  document.querySelectorAll(".tabs > [aria-current=page]").forEach(function (tab) {
    tab.parentElement.scrollLeft = tab.offsetLeft + tab.offsetWidth - tab.parentElement.offsetLeft - tab.parentElement.clientWidth;
  });

  // What scrolls sideways must be reached by keyboard, and only then: also what a closed disclosure
  // hid until now, and what a list brings when it is drawn again.
  var widths = new ResizeObserver(function (entries) {
    entries.forEach(function (entry) {
      var element = entry.target;
      if (element.scrollWidth > element.clientWidth) { element.tabIndex = 0; } else { element.removeAttribute("tabindex"); }
    });
  });
  function watchWidths(root) {
    root.querySelectorAll(".table-wrap, .prose table").forEach(function (element) { widths.observe(element); });
  }
  watchWidths(document);
  document.addEventListener("htmx:load", function (event) { watchWidths(event.detail.elt.parentElement || document); });
  // A list that refreshes itself waits while somebody is in it, who would lose their place.
  document.addEventListener("htmx:beforeRequest", function (event) {
    var by = event.detail.requestConfig.triggeringEvent;
    if (!by && event.detail.target.contains(document.activeElement)) { event.preventDefault(); }
  });
  document.addEventListener("htmx:configRequest", function (event) {
    var token = document.querySelector('meta[name="csrf-token"]');
    if (token) { event.detail.headers["X-CSRFToken"] = token.content; }
  });
})();
