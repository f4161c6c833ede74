// Follows the focus while Tab is pressed, and says at the end what was wrong with the way.
(function () {
  "use strict";
  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [x-on\\:click], [contenteditable=true]";
  const LOOKS = ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "borderColor", "backgroundColor", "opacity"];

  // The way begins at the top, wherever the page has put the focus.
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");

  document.querySelectorAll("details.disclosure").forEach((one) => { one.open = true; });

  const main = document.getElementById("main");
  const reached = [];
  const wrong = [];
  let ended = false;
  let skipped = false;

  const within = (root) => [...root.querySelectorAll("*")].flatMap(
    (one) => one.shadowRoot ? [one, ...within(one.shadowRoot)] : [one]);
  const looks = (one) => LOOKS.map((name) => getComputedStyle(one)[name]).join("|");
  const name = (one) => one.outerHTML.replace(/\s+/g, " ").slice(0, 110);
  // Radio buttons of one name are one stop.
  const stop = (one) => one.type === "radio" && one.name
    ? [...document.getElementsByName(one.name)].find((other) => other.form === one.form) : one;
  // A box that is drawn over, such as a radio button's, shows its focus on its label.
  const faces = (one) => one.labels && one.getBoundingClientRect().width < 2 ? [...one.labels] : [one];
  const outermost = (one) => one.getRootNode() === document ? one : outermost(one.getRootNode().host);
  const looked = new WeakMap(within(document).map((one) => [one, looks(one)]));

  function active(root = document) {
    const one = root.activeElement;
    return one && one.shadowRoot && one.shadowRoot.activeElement ? active(one.shadowRoot) : one;
  }

  function expected() {
    const all = within(document).filter((one) => (one.matches(CONTROLS) || one.tabIndex >= 0)
      && !one.disabled && one.checkVisibility({ visibilityProperty: true }) && !one.closest("[inert]"));
    const after = (one) => main.compareDocumentPosition(outermost(one)) & Node.DOCUMENT_POSITION_FOLLOWING;
    return [...new Set(all.filter((one) => !skipped || after(one)).map(stop))];
  }

  function at(root, x, y) {
    const top = root.elementFromPoint(x, y);
    return top && top.shadowRoot && top !== root.host ? at(top.shadowRoot, x, y) || top : top;
  }

  function judge(one) {
    if (!faces(one).some((face) => looks(face) !== looked.get(face))) { wrong.push(`focus does not show: ${name(one)}`); }
    const face = faces(one)[0];
    const box = face.getClientRects()[0];
    const top = at(document, box.left + Math.min(box.width / 2, 10), box.top + Math.min(box.height / 2, 10));
    if (!top || !(face.contains(top) || top.contains(face))) {
      wrong.push(`focused ${top ? "behind " + name(top) : "out of sight"}: ${name(one)}`);
    }
  }

  // On the key's way up, the focus has moved. The parts of a date are one stop.
  function follow(event) {
    const one = active();
    if (event.key !== "Tab" || ended || one === reached[reached.length - 1]) { return; }
    const again = one === reached[0] || (skipped && one.matches(".skip"));
    if (!one || one === document.body || again) { ended = true; return; }
    reached.push(one);
    judge(one);
  }

  // What a clock refreshes would be another element by the time it is reached.
  function still(event) { event.preventDefault(); }

  function skip() {
    skipped = active() === main;
    reached.length = 0;
    return skipped;
  }

  // How often Tab is to be pressed at least until the last control lets go.
  function left() {
    return expected().filter((one) => !reached.includes(one)).length + 1;
  }

  function verdict() {
    document.removeEventListener("keyup", follow, true);
    document.removeEventListener("htmx:beforeRequest", still);
    const order = expected();
    const stops = [...new Set(reached.map(stop))].filter((one) => order.includes(one));
    order.filter((one) => !stops.includes(one)).forEach((one) => wrong.push(`Tab does not reach ${name(one)}`));
    const met = order.filter((one) => stops.includes(one));
    const stray = stops.find((one, index) => one !== met[index]);
    if (stray) { wrong.push(`out of order: ${name(stray)}`); }
    if (!ended) { wrong.push("Tab never leaves the page"); }
    return wrong;
  }

  document.addEventListener("keyup", follow, true);
  document.addEventListener("htmx:beforeRequest", still);
  window.pulseTabs = { atSkipLink: () => active().matches(".skip"), ended: () => ended, left, skip, verdict };
})();
