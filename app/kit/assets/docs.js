// Starts the API's page from a file of our own, so that the content security policy needs no inline script.
window.addEventListener("load", () => {
  const at = document.getElementById("docs");
  window.ui = SwaggerUIBundle({
    url: at.dataset.openapi,
    domNode: at,
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    docExpansion: "list",
    filter: true,
    validatorUrl: null,
  });
});
