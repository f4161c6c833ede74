// Swagger UI for one product's document; its address is on the element.
(function () {
  "use strict";
  var element = document.getElementById("swagger");
  window.SwaggerUIBundle({ url: element.dataset.url, domNode: element, deepLinking: true, persistAuthorization: false, validatorUrl: null });
})();
