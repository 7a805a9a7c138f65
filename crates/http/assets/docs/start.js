// Shows the document of this server, and lets it be tried: a log-in is remembered until the page is closed.
const dark = matchMedia("(prefers-color-scheme: dark)");
const followScheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", followScheme);
followScheme();

const cookie = (name) =>
  document.cookie
    .split("; ")
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1);

const answer = await fetch("openapi.json");
const spec = await answer.json();
// Whatever name the server was reached by: the page's policy lets it call no other.
spec.servers = [{ url: new URL(".", location).href.replace(/\/$/, "") }];
const csrfCookie = spec.components.securitySchemes.csrfToken?.["x-cookie"];

const ui = SwaggerUIBundle({
  spec,
  dom_id: "#ui",
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  requestInterceptor(request) {
    const token = csrfCookie && cookie(csrfCookie);
    if (token && request.method !== "GET") {
      request.headers["X-CSRF-Token"] ??= token;
    }
    return request;
  },
  responseInterceptor(response) {
    const token = response.body?.accessToken ?? response.obj?.accessToken;
    if (token) {
      ui.preauthorizeApiKey("accessToken", token);
    }
    return response;
  },
});
