// Sends the request of a "try it" form and shows the answer. The key stays in this tab.
(function () {
  "use strict";
  var form = document.querySelector("form[data-try]");
  var answer = document.getElementById("answer");
  var key = document.getElementById("key");
  var remembered = "pulse-key-" + form.dataset.product;

  function show(status, headers, body) {
    answer.querySelector('[data-answer="status"]').textContent = status;
    answer.querySelector('[data-answer="headers"]').textContent = headers;
    answer.querySelector('[data-answer="body"]').textContent = body;
    answer.hidden = false;
  }

  // Room ids may hold slashes, and the path is split on encoded ones: encodeURIComponent is right.
  function request() {
    var path = form.dataset.path;
    var query = new URLSearchParams();
    var headers = {};
    form.querySelectorAll("input[data-where]").forEach(function (input) {
      if (input.dataset.where === "path") {
        path = path.replace("{" + input.name + "}", encodeURIComponent(input.value));
      } else if (input.value !== "" && input.dataset.where === "query") {
        query.append(input.name, input.value);
      } else if (input.value !== "") {
        headers[input.name] = input.value;
      }
    });
    if (key && key.value) { headers.Authorization = "Bearer " + key.value; }
    var body = document.getElementById("body");
    if (body) { headers["Content-Type"] = "application/json"; }
    var text = query.toString();
    return {
      url: path + (text ? "?" + text : ""),
      options: { method: form.dataset.method, headers: headers, body: body ? body.value : undefined, credentials: "omit" },
    };
  }

  function pretty(text) {
    try { return JSON.stringify(JSON.parse(text), null, 2); } catch (error) { return text; }
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (key) { sessionStorage.setItem(remembered, key.value); }
    var sent = request();
    var started = performance.now();
    fetch(sent.url, sent.options).then(function (response) {
      return response.text().then(function (text) {
        var lines = [];
        response.headers.forEach(function (value, name) { lines.push(name + ": " + value); });
        var took = Math.round(performance.now() - started);
        show(response.status + " " + response.statusText + " in " + took + " ms", lines.join("\n"), pretty(text));
      });
    }).catch(function (error) { show("No answer: " + error.message, "", ""); });
  });

  if (key) { key.value = sessionStorage.getItem(remembered) || ""; }
})();
