// The session is a cookie that this script cannot read. Whoever it is, `GET /auth/me` says.
const enter = document.querySelector("#enter");
const inside = document.querySelector("#inside");
const message = document.querySelector("#message");

async function call(method, path, body) {
  const headers = {};
  if (body !== undefined) headers["content-type"] = "application/json";
  if (method !== "GET" && !inside.hidden) {
    const answer = await fetch("/auth/csrf");
    headers["x-csrf-token"] = (await answer.json()).csrfToken;
  }
  return fetch(path, { method, headers, body: body && JSON.stringify(body) });
}

/** An error's message is a text, or a list when several fields are wrong. */
async function complain(answer) {
  message.textContent = [(await answer.json()).message].flat().join("\n");
}

async function show() {
  const answer = await call("GET", "/auth/me");
  inside.hidden = !answer.ok;
  enter.hidden = answer.ok;
  message.textContent = answer.ok ? `You are ${(await answer.json()).email}` : "Who are you?";
}

enter.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { email, password } = Object.fromEntries(new FormData(enter));
  const answer = await call("POST", event.submitter.value, { email, password });
  await (answer.ok ? show() : complain(answer));
});

document.querySelector("#click").addEventListener("click", async () => {
  const answer = await call("POST", "/clicks");
  if (answer.ok) message.textContent = await answer.text();
  else await complain(answer);
});

document.querySelector("#leave").addEventListener("click", async () => {
  await call("POST", "/auth/logout");
  await show();
});

show();
