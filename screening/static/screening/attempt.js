// The candidate's page, enhanced: autosave with revisions, countdown by the server's clock, replay after
// an outage. Without this script every form still works.
(function () {
  "use strict";
  var device = document.querySelector("[data-device-time]");
  if (device) { device.textContent = new Date().toLocaleString() + " (the server's clock counts)"; }
  var root = document.querySelector("[data-attempt]");
  var closed = document.querySelector("[data-unsent]");
  function storeOf(token) { return "screening:" + token.slice(0, 12); }
  if (closed) { showUnsent(closed, storeOf(closed.dataset.token)); }
  if (!root) { return; }

  var token = root.dataset.token;
  var base = "/s/" + token + "/answers/";
  var announce = root.querySelector("[data-announce]");
  var stateLine = root.querySelector("[data-state]");
  var form = root.querySelector("[data-form]");
  var clock = document.querySelector("[data-clock]");
  var clockText = document.querySelector("[data-clock-text]");
  var EVERY = 15000, DEBOUNCE = 1000, RETRY = 3000;
  var store = storeOf(token);
  var pending = load(store);
  var revisions = {};
  var timers = {};
  var offset = 0;
  var seen = { at: performance.now(), ms: 0 };
  var signals = {};
  var offline = false, sending = null, over = false, handing = false, leaving = false;

  function keep() {
    try {
      if (Object.keys(pending).length) { localStorage.setItem(store, JSON.stringify(pending)); } else { localStorage.removeItem(store); }
    } catch (error) { /* a private window: the answers stay in this page */ }
  }
  // --- the clock: the server's seconds, counted down between its answers ------------------------
  var deadline = clock ? performance.now() + Number(clock.dataset.remaining) * 1000 : 0;
  var told = { 300: Number(clock && clock.dataset.remaining) <= 300, 60: Number(clock && clock.dataset.remaining) <= 60 };
  function say(text) { if (announce) { announce.textContent = text; } }
  function tick() {
    if (!clock || over || handing) { return; }
    var left = Math.max(0, Math.ceil((deadline - performance.now()) / 1000));
    clockText.textContent = Math.floor(left / 60) + " min " + String(left % 60).padStart(2, "0") + " s";
    if (left <= 60) { clock.setAttribute("data-low", ""); } else { clock.removeAttribute("data-low"); }
    [300, 60].forEach(function (mark) {
      if (left <= mark && left > 0 && !told[mark]) { told[mark] = true; say(mark / 60 + (mark === 60 ? " minute" : " minutes") + " left."); }
    });
    if (left === 0) { finish(); }
  }
  function sync(answer) {
    if (typeof answer.remaining_seconds === "number") { deadline = performance.now() + answer.remaining_seconds * 1000; }
    if (answer.server_time) { offset = answer.server_time - Date.now(); }
    if (answer.remaining_seconds > 300) { told[300] = false; }
    if (answer.remaining_seconds > 60) { told[60] = false; }
  }
  // Without a connection the page stays: what is written on it can still be sent or copied.
  function finish() {
    if (!handing) {
      handing = true;
      collectAll();
      say("The time is over. Your answers are being handed in.");
    }
    flush().then(function () {
      if (offline) { setTimeout(finish, RETRY); return; }
      if (!over || !Object.keys(pending).length) { leaving = true; submitNow(); }
    });
  }
  function submitNow() {
    var hand = document.createElement("form");
    hand.method = "post"; hand.action = "/s/" + token + "/submit";
    document.body.appendChild(hand); hand.submit();
  }

  // --- time in view, and signals as counts ------------------------------------------------------
  function spend() {
    var now = performance.now();
    if (document.visibilityState === "visible") { seen.ms += now - seen.at; }
    seen.at = now;
  }
  function count(name, by) { signals[name] = (signals[name] || 0) + (by || 1); }
  function presence() {
    spend();
    var seconds = Math.round(seen.ms / 1000);
    seen.ms -= seconds * 1000;
    var sent = signals;
    signals = {};
    return { active_seconds: Math.max(0, seconds), signals: sent };
  }
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "hidden") {
      seen.ms += performance.now() - seen.at; seen.at = performance.now();
      if (!leaving) { count("tab_hidden"); collectAll(); flush(); }
    } else { seen.at = performance.now(); }
  });
  document.addEventListener("paste", function (event) {
    var text = event.clipboardData ? event.clipboardData.getData("text") : "";
    count("paste"); if (text.length) { count("paste_characters", text.length); }
  });

  // --- answers ------------------------------------------------------------------------------------
  function field(id) { return root.querySelector('[data-question="' + CSS.escape(id) + '"]'); }
  function valueOf(box) {
    var type = box.dataset.type;
    if (type === "single_choice") { var one = box.querySelector("input[type=radio]:checked"); return one ? one.value : null; }
    if (type === "multiple_choice") { return Array.from(box.querySelectorAll("input[type=checkbox]:checked"), function (i) { return i.value; }); }
    var input = box.querySelector("input[type=text], textarea");
    if (type === "code") { return input.value ? { source: input.value, language: box.querySelector("select").value } : null; }
    return input.value;
  }
  function show(box, value) {
    var type = box.dataset.type;
    if (type === "single_choice" || type === "multiple_choice") {
      var chosen = [].concat(value === null ? [] : value);
      box.querySelectorAll("input[type=radio], input[type=checkbox]").forEach(function (i) { i.checked = chosen.indexOf(i.value) >= 0; });
      return;
    }
    var input = box.querySelector("input[type=text], textarea");
    input.value = value === null ? "" : type === "code" ? value.source : value;
    if (type === "code" && value) { box.querySelector("select").value = value.language; }
  }
  function mark(box, text) { var line = box && box.querySelector("[data-saved]"); if (line) { line.textContent = text; } }
  function state(text) { if (stateLine) { stateLine.hidden = !text; stateLine.textContent = text; } }
  function stamp() { return new Date().toTimeString().slice(0, 5); }
  function step(id, answered) {
    root.querySelectorAll('[data-step="' + CSS.escape(id) + '"]').forEach(function (one) {
      if (!one.classList.contains("step")) { return; }
      one.classList.toggle("step-done", answered);
      var word = one.querySelector("[data-step-word]"); if (word) { word.textContent = answered ? ", answered" : ""; }
    });
  }

  root.querySelectorAll("[data-question]").forEach(function (box) {
    var id = box.dataset.question;
    revisions[id] = Number(box.dataset.base) || 0;
    box._last = JSON.stringify(valueOf(box));
    if (pending[id] && pending[id].revision > revisions[id]) { show(box, pending[id].value); mark(box, "Kept on this device, not yet saved"); }
    else if (pending[id]) { delete pending[id]; keep(); }
    box.addEventListener("input", function () { mark(box, "…"); clearTimeout(timers[id]); timers[id] = setTimeout(function () { collect(box); flush(); }, DEBOUNCE); });
    box.addEventListener("change", function () { clearTimeout(timers[id]); collect(box); flush(); });
    var clear = box.querySelector("[data-clear]");
    if (clear) { clear.addEventListener("click", function (event) { event.preventDefault(); show(box, null); collect(box); flush(); }); }
  });
  function collect(box) {
    var id = box.dataset.question, value = valueOf(box), text = JSON.stringify(value);
    if (text === box._last) { return; }
    box._last = text;
    var revision = Math.max(Date.now() + offset, (revisions[id] || 0) + 1, pending[id] ? pending[id].revision + 1 : 0);
    pending[id] = { value: value, revision: Math.round(revision), base: revisions[id] };
    keep();
  }
  function collectAll() { root.querySelectorAll("[data-question]").forEach(collect); }

  function put(id, body) {
    return fetch(base + encodeURIComponent(id), { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), keepalive: JSON.stringify(body).length < 60000, credentials: "omit" });
  }
  function flush() {
    var id = Object.keys(pending)[0];
    if (sending) { return sending; }
    if (!id) { return Promise.resolve(); }
    var item = pending[id], box = field(id);
    var body = Object.assign({ value: item.value, revision: item.revision, base: item.base }, presence());
    mark(box, "Saving…");
    sending = put(id, body).then(function (response) {
      return response.json().catch(function () { return {}; }).then(function (answer) { settle(id, item, box, response.status, answer); });
    }).catch(function () { lost(box); }).then(function () {
      sending = null;
      if (!offline && !over && Object.keys(pending).length) { return flush(); }
    });
    return sending;
  }
  function settle(id, item, box, status, answer) {
    if (status >= 500 || status === 429) { lost(box); return; }
    if (offline) { offline = false; count("reconnects"); state(""); say("Connected again. Your answers are saved."); }
    sync(answer);
    var newest = pending[id] === item;
    if (status === 200) {
      if (newest) { delete pending[id]; keep(); }
      revisions[id] = answer.revision;
      if (answer.superseded && !answer.stored) {
        if (box) { show(box, answer.value); box._last = JSON.stringify(valueOf(box)); }
        mark(box, "Changed in another window at a later time; that answer is shown now.");
        count("other_window");
      } else {
        mark(box, answer.superseded ? "Saved " + stamp() + ". It had also been changed in another window; the change made here was kept." : "Saved " + stamp());
      }
      if (newest) { step(id, !(item.value === null || item.value === "" || (Array.isArray(item.value) && !item.value.length))); }
      return;
    }
    if (status === 409 && answer.error !== "not_started") {
      over = true;
      state(answer.message + ". What is written here can still be copied.");
      say(answer.message);
      return;
    }
    if (newest) { delete pending[id]; keep(); }
    mark(box, answer.message || "This answer could not be saved.");
  }
  function lost(box) {
    mark(box, "Kept on this device, not yet saved");
    if (!offline) { say("The connection is lost. Your answers are kept on this device."); }
    offline = true;
    state("Offline since " + stamp() + ". Your answers are kept on this device and sent when the connection is back.");
  }
  setInterval(function () { if (!over && Object.keys(pending).length) { flush(); } }, RETRY);
  setInterval(function () {
    if (over) { return; }
    collectAll();
    if (Object.keys(pending).length) { flush(); return; }
    put("-", presence()).then(function (response) { return response.json().then(function (answer) { if (response.ok) { sync(answer); if (offline) { offline = false; state(""); count("reconnects"); } } }); }).catch(function () { lost(null); });
  }, EVERY);
  window.addEventListener("online", function () { flush(); });
  setInterval(tick, 1000);
  tick();

  // A form cannot be submitted anew while its submit event is still being handled.
  function again(target, button) {
    setTimeout(function () { if (target.requestSubmit) { target.requestSubmit(button || undefined); } else { target.submit(); } }, 0);
  }

  // --- leaving the page: a form that cannot be sent must not replace the page with an error ------
  function guarded(event) {
    if (leaving) { return; }
    event.preventDefault();
    var target = event.target, button = event.submitter;
    collectAll();
    flush().then(function () {
      if (offline) { say("You are offline. Stay on this page; it continues when the connection is back."); return; }
      leaving = true;
      again(target, button);
    });
  }
  if (form) { form.addEventListener("submit", guarded); }
  var hand = root.querySelector("[data-submit]");
  if (hand) {
    hand.addEventListener("submit", function (event) {
      if (leaving) { return; }
      event.preventDefault();
      flush().then(function () { return put("-", presence()); }).then(function () { offline = false; leaving = true; again(hand); }).catch(function () { lost(null); });
    });
  }
  if (Object.keys(pending).length) { flush(); }
  if (location.hash === "#question") { var title = document.getElementById("question"); if (title) { title.focus({ preventScroll: true }); } }

  // --- after the end: texts that this device could not send in time --------------------------------
  function load(name) { try { return JSON.parse(localStorage.getItem(name)) || {}; } catch (error) { return {}; } }
  function showUnsent(section, name) {
    var kept = load(name);
    var texts = Object.keys(kept).map(function (id) { var value = kept[id].value; return value && value.source || value; })
      .filter(function (value) { return typeof value === "string" && value; });
    function forget() { try { localStorage.removeItem(name); } catch (error) { /* nothing is kept */ } }
    if (!texts.length) { forget(); return; }
    texts.forEach(function (text) {
      var area = document.createElement("textarea");
      area.readOnly = true; area.rows = 6; area.value = text;
      area.setAttribute("aria-label", "Text that was not saved");
      section.insertBefore(area, section.lastElementChild);
    });
    section.hidden = false;
    section.querySelector("button").addEventListener("click", function () { forget(); section.hidden = true; });
  }
})();
