// The service's own interface, as every other client uses it: /v1, described in /v1/openapi.json.

let guardWord = null;

/** What went wrong, in the service's own words. */
export class Problem extends Error {
  constructor(document, status) {
    super(document.detail ?? document.title ?? `status ${status}`);
    this.status = status;
    this.code = document.code;
    this.cure = document.cure;
  }
}

export async function ask(method, path, body, headers = {}) {
  const request = { method, headers: { Accept: "application/json", ...headers }, credentials: "same-origin", cache: "no-store" };
  if (body !== undefined) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  if (method !== "GET" && guardWord) request.headers["X-Kelvin-Guard"] = guardWord;
  let answer;
  try {
    answer = await fetch(path, request);
  } catch {
    throw new Problem({ detail: "the service does not answer", cure: "look whether it runs, then try again" }, 0);
  }
  const text = await answer.text();
  let document = {};
  if (text) {
    try { document = JSON.parse(text); } catch { throw new Problem({ detail: "the answer is no JSON" }, answer.status); }
  }
  if (!answer.ok) throw new Problem(document, answer.status);
  return document;
}

export const get = path => ask("GET", path);
export const post = (path, body) => ask("POST", path, body);

/** Who has signed in; null for nobody. */
export async function session() {
  try {
    return remembered(await get("/dashboard/session"));
  } catch (problem) {
    if (problem.status === 401) return null;
    throw problem;
  }
}

export async function signIn(token) { return remembered(await post("/dashboard/session", { token })); }

export async function signOut() {
  await ask("DELETE", "/dashboard/session");
  guardWord = null;
}

function remembered(document) {
  guardWord = document.guardWord;
  return document;
}

/** All pages of a list, up to a bound. */
export async function pages(path, key, most = 400) {
  const all = [];
  for (let next = path; next && all.length < most;) {
    const page = await get(next);
    all.push(...page[key]);
    next = page.next;
  }
  return all;
}

/** Follows a job; returns what ends it. */
export function follow(job, tell) {
  const stream = new EventSource(`/v1/jobs/${encodeURIComponent(job)}/events`);
  const names = ["created", "validated", "queued", "compiling", "running", "mitigating", "completed", "failed", "cancelled", "paused"];
  const heard = event => {
    tell(event.type);
    if (["completed", "failed", "cancelled"].includes(event.type)) stream.close();
  };
  for (const name of names) stream.addEventListener(name, heard);
  return () => stream.close();
}
