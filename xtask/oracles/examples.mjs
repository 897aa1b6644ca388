// The examples that scripts open, by name: their files below `examples/`.
export const examples = {
  "web-login": "web-login/web-login.tm.yaml",
  "orders-api": "api/orders-api.tm.yaml",
  "image-service": "cloud-workload/image-service.tm.yaml",
  "front-office": "physical-office/front-office.tm.yaml",
  markdown: "markdown/web-login.tm.md",
};
