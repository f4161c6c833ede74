// Runs axe-core, with the contrast of texts that look the same judged once: that rule takes two
// thirds of its time, nearly all of it on the rows of tables and the entries of lists.
(function () {
  "use strict";
  const JUDGED = "data-axe-judges";
  const OWN = ["color", "fontSize", "fontWeight", "textShadow", "webkitTextStrokeWidth"];
  const BEHIND = ["backgroundColor", "backgroundImage", "opacity", "filter", "mixBlendMode"];
  const nothing = ["rgba(0, 0, 0, 0)", "none", "1", "none", "normal"].join("|") + ";;";
  const FIELDS = "input, select, textarea, button";

  // The size of targets is new in WCAG 2.2 and switched off by default.
  axe.configure({ rules: [{ id: "color-contrast", selector: `[${JUDGED}]` }, { id: "target-size", enabled: true }] });

  const within = (root) => [...root.querySelectorAll("*")].flatMap(
    (one) => one.shadowRoot ? [one, ...within(one.shadowRoot)] : [one]);
  const saysSomething = (one) => [...one.childNodes].some(
    (node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const values = (style, names) => names.map((name) => style[name]).join("|");

  function painted(one, pseudo) {
    const style = getComputedStyle(one, pseudo);
    return pseudo && style.content === "none" ? "" : values(style, BEHIND);
  }

  // What is painted behind an element: its own background and those of what it stands in.
  function backdrop(one, known) {
    if (!one) { return ""; }
    if (!known.has(one)) {
      const above = one.assignedSlot || one.parentElement || one.getRootNode().host;
      const own = [painted(one), painted(one, "::before"), painted(one, "::after")].join(";");
      const below = backdrop(above, known);
      known.set(one, own === nothing ? below : `${own}>${below}`);
    }
    return known.get(one);
  }

  function markTheirJudges() {
    const [seen, known] = [new Set(), new Map()];
    for (const one of within(document)) {
      one.removeAttribute(JUDGED);
      if (!one.checkVisibility({ visibilityProperty: true })) { continue; }
      if (one.matches(FIELDS)) { one.setAttribute(JUDGED, ""); continue; }
      if (!saysSomething(one)) { continue; }
      const look = values(getComputedStyle(one), OWN) + backdrop(one, known);
      if (!seen.has(look)) { seen.add(look); one.setAttribute(JUDGED, ""); }
    }
  }

  window.pulseAxe = async function (rules) {
    markTheirJudges();
    const only = rules.length ? { runOnly: { type: "rule", values: rules } } : {};
    return (await axe.run({ resultTypes: ["violations"], ...only })).violations;
  };
})();
