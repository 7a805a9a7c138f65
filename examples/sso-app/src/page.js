// The access token lives in this variable and nowhere else: not in storage, not in an address.
let accessToken = null;

const auth = document.body.dataset.auth;
const element = (id) => document.getElementById(id);

/** Shows who is logged in; nobody if null. */
function show(email) {
  element("who").textContent = email ?? "Nobody is logged in";
  element("who").dataset.state = email ? "in" : "out";
  element("login").hidden = email !== null;
  element("call").hidden = element("logout").hidden = email === null;
}

/** A fresh access token for the cookie that all applications share; null if there is nobody. */
async function refresh() {
  const answer = await fetch(`${auth}/auth/refresh`, { method: "POST", credentials: "include" });
  if (answer.status === 401) return null;
  if (!answer.ok) throw new Error(`the authentication server answered ${answer.status}`);
  return (await answer.json()).accessToken;
}

/** This application's own API. */
async function whoami() {
  return fetch("/api/whoami", { headers: { Authorization: `Bearer ${accessToken}` } });
}

async function call() {
  const answer = await whoami();
  element("answer").textContent = `${answer.status}`;
  element("answer").dataset.status = answer.status;
  show(answer.ok ? (await answer.json()).email : null);
}

/** Ends the session for all applications: the server's answer comes when no access token of it works any more. */
async function logout() {
  const answer = await fetch(`${auth}/auth/refresh`, { method: "DELETE", credentials: "include" });
  if (!answer.ok) throw new Error(`the authentication server answered ${answer.status}`);
  accessToken = null;
  show(null);
}

element("login").href = `${auth}/login?return_to=${encodeURIComponent(location.href)}`;
element("call").addEventListener("click", call);
element("logout").addEventListener("click", logout);

accessToken = await refresh();
if (accessToken === null) show(null);
else await call();
