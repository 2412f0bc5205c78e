// Keeps the page, so that it opens without a network: all its files of one version, each checked by
// the hash of its content. A version has a cache of its own, is served whole or not at all, and
// stays in place until no page of it is open. The model's files are not here: the encoding worker
// keeps them itself (crates/worker/src/files.rs). offline.js says in the page how things stand.

// The site's files by their hash. `cargo xtask html` writes this line; as a change of any file
// changes it, the browser notices a new version by it alone.
const BUILD = { version: "", files: {}, engines: {}, model: {}, weights: [] };

/** What the address of the page ends in; what else lies in the folder has nothing to do with us. */
const PAGE = ["", "index.html"];

/** Marks the address of a page that came past us: our version is neither whole nor to be had. */
const FRESH = "fresh";

/** Names of this folder's caches begin so: others of the same host may keep a Semblance, too. */
const OURS = `semblance ${registration.scope} `;
const CACHE = OURS + BUILD.version;

/** Where the encoding worker keeps the model's files. */
const MODELS = "semblance-models";

/** How long opening the page waits for a file that is missing, in milliseconds. */
const PATIENCE = 5000;

// The smallest module with an instruction of relaxed SIMD, as in crates/client/src/engine.rs.
const RELAXED_SIMD = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 15, 253, 147, 2, 11);
const engine = BUILD.engines.relaxed && WebAssembly.validate(RELAXED_SIMD) ? "relaxed" : "simd";

/** All files but the builds of the engine that this browser does not take. */
const NEEDED = Object.keys(BUILD.files).filter((path) => {
  return !Object.entries(BUILD.engines).some(([name, files]) => name !== engine && files.includes(path));
});

/** The server does not have this version's file (any more). */
class Lost extends Error {
  constructor(path, status) {
    super(`${path} of this version is not on the web server. Reload the page.`);
    this.status = status;
  }
}

addEventListener("install", (event) => event.waitUntil(BUILD.version ? install() : skipWaiting()));
addEventListener("activate", (event) => event.waitUntil(activate()));
addEventListener("message", (event) => event.waitUntil(answer(event)));
addEventListener("fetch", (event) => {
  const { request } = event;
  const path = within(request.url);
  if (request.method !== "GET" || path === undefined || !BUILD.version) return;
  if (request.mode !== "navigate") {
    if (Object.hasOwn(BUILD.files, path)) event.respondWith(part(event, path));
  } else if (PAGE.includes(path)) {
    const past = new URL(request.url).searchParams.has(FRESH);
    event.respondWith(past ? fetch(request).catch(sorry) : page(request.url));
  }
});

/** All or nothing. What has arrived of a try that failed is found by the next. */
async function install() {
  await Promise.all(NEEDED.map((path) => keep(path)));
  // A version whose model is another must not be without it: its older self shows what is in use.
  const models = await caches.open(MODELS);
  const older = (await models.keys()).map(({ url }) => url.split("?")[0]);
  for (const path of Object.keys(BUILD.model)) {
    if (!older.includes(address(path)) || (await models.match(key(path)))) continue;
    await models.put(key(path), await download(path));
  }
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith(OURS) && (name !== CACHE || !BUILD.version)) await caches.delete(name);
  }
  // The page as it is while it is being worked on (`trunk serve`) keeps nothing.
  if (!BUILD.version) return registration.unregister();
  const models = await caches.open(MODELS);
  for (const { url } of await models.keys()) {
    const path = Object.keys(BUILD.model).find((path) => url.split("?")[0] === address(path));
    if (path && url !== key(path)) await models.delete(url);
  }
}

/** Pages that came from the network before we were there, and are of our version. */
const adopted = new Set();

/** Tells a page our version and whether all is there; takes it on if it asks, and can be. */
async function answer({ data, source, ports: [port] }) {
  const ready = (await fill()) === undefined && (await whole());
  if (data.adopt === BUILD.version) {
    adopted.add(source.id);
    const all = await clients.matchAll({ type: "window", includeUncontrolled: true });
    const held = (await clients.matchAll({ type: "window" })).map(({ id }) => id);
    // One that is not known to be of our version would get files of two.
    const strange = all.some((client) => isOurs(client) && !held.includes(client.id) && !adopted.has(client.id));
    if (!strange) await clients.claim();
  }
  port.postMessage({ version: BUILD.version, ready });
}

/** The page itself: of our version, or past us where there is another on the server. */
async function page(url) {
  const lost = await fill();
  const html = await serve("index.html").catch(() => undefined);
  if (html && !lost) return html;
  const home = await fetch(address("index.html"), { cache: "no-store", signal: patience() }).catch(() => undefined);
  if (!home?.ok) return html ?? sorry();
  const fresh = new URL(url);
  fresh.searchParams.set(FRESH, "");
  return Response.redirect(fresh.href);
}

/** A file for whoever asks: ours for our page, and the server's for a page that came past us. */
async function part({ request, clientId }, path) {
  const client = await clients.get(clientId);
  if (!client || !isOurs(client)) return fetch(request);
  try {
    return await serve(path);
  } catch (error) {
    return error instanceof Lost ? new Response(error.message, { status: error.status }) : Response.error();
  }
}

/** A file of our version, from the cache or, if it is missing or damaged there, from the server. */
async function serve(path) {
  const found = await kept(path);
  if (found) return found;
  const file = await download(path);
  const copy = file.clone();
  // It is served all the same where there is no room to keep it.
  await caches.open(CACHE).then((cache) => cache.put(key(path), copy)).catch(() => undefined);
  return file;
}

/** A file as our cache has it, if that is what it should be. */
async function kept(path) {
  try {
    const cache = await caches.open(CACHE);
    const found = await cache.match(key(path), { ignoreVary: true });
    // The browser keeps compiled code beside the answer that is in the cache, not beside a copy.
    return found && (await intact(found.clone(), path)) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Fetches what is missing in our cache. Returns the error where the server does not have it. */
async function fill() {
  const missing = await gaps().catch(() => []);
  const outcomes = await Promise.allSettled(missing.map((path) => keep(path, patience())));
  return outcomes.map(({ reason }) => reason).find((reason) => reason instanceof Lost && reason.status < 500);
}

async function gaps() {
  const cache = await caches.open(CACHE);
  const there = (await cache.keys()).map(({ url }) => url);
  return NEEDED.filter((path) => !there.includes(key(path)));
}

/** Whether everything is kept that the page needs, the model included. */
async function whole() {
  const has = async (path) => Boolean(await caches.match(key(path), { ignoreVary: true }));
  const all = (list) => Promise.all(list.map(has));
  const others = Object.keys(BUILD.model).filter((path) => !BUILD.weights.includes(path));
  return (await gaps()).length === 0 && (await all(others)).every(Boolean) && (await all(BUILD.weights)).some(Boolean);
}

/** Puts a file into our cache, from that of another version if it is the same there. */
async function keep(path, signal) {
  const same = await caches.match(key(path), { ignoreVary: true });
  const file = (same && (await intact(same, path))) ?? (await download(path, signal));
  const cache = await caches.open(CACHE);
  await cache.put(key(path), file);
}

/** A file from the server, or a `Lost`. Other errors mean that the server was not reached. */
async function download(path, signal) {
  let status;
  // The browser's own cache has what the page has just loaded, or an older file of that name.
  for (const cache of ["default", "reload"]) {
    const response = await fetch(address(path), { cache, signal });
    const file = response.ok ? await intact(response, path) : undefined;
    if (file) return file;
    status = response.ok ? 410 : response.status;
  }
  throw new Lost(path, status);
}

/** The answer with its content if that has the right hash. */
async function intact(response, path) {
  const bytes = await response.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex !== hash(path)) return undefined;
  const headers = new Headers(response.headers);
  // They speak of what was on the line.
  for (const name of ["content-encoding", "content-length"]) headers.delete(name);
  return new Response(bytes, { headers });
}

function hash(path) {
  return BUILD.files[path] ?? BUILD.model[path];
}

/** Where caches have a file: its address and the hash of its content, as in the model's cache. */
function key(path) {
  return `${address(path)}?sha256=${hash(path)}`;
}

/** Not every host knows the page by its file's name. */
function address(path) {
  return registration.scope + (path === "index.html" ? "" : path);
}

/** The path of an address inside our folder, or `undefined` if it is elsewhere. */
function within(address) {
  const url = new URL(address);
  const bare = url.origin + url.pathname;
  return bare.startsWith(registration.scope) ? bare.slice(registration.scope.length) : undefined;
}

/** Whether a client is the page, and did not come past us. */
function isOurs({ url }) {
  return PAGE.includes(within(url)) && !new URL(url).searchParams.has(FRESH);
}

/** The end of patience, where the browser knows it. */
function patience() {
  return AbortSignal.timeout?.(PATIENCE);
}

function sorry() {
  const sentence = "Semblance is not whole on this device any more, and the web server did not hand it out. Check the connection and reload the page; if that does not help, Semblance may have moved: ask whoever gave you this address.";
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta http-equiv="Content-Security-Policy" content="default-src 'none'"><title>Semblance</title><h1>Semblance</h1><p role="alert">${sentence}</p></html>`;
  return new Response(html, { status: 503, headers: { "content-type": "text/html; charset=utf-8" } });
}
