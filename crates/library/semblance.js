// The public side of the library: arguments checked, promises and typed errors made. What stands
// above this in the built file is wasm-bindgen's glue, as `wasm_bindgen`. Types and documentation
// are in semblance.d.ts.

const WASM = new URL("{{wasm}}", import.meta.url);

let program;

/** The library's own wasm, fetched once, and again after a failure. */
async function started() {
  program ??= wasm_bindgen({ module_or_path: WASM }).catch((error) => {
    program = undefined;
    throw new SemblanceError("network", `The library (${WASM}) could not be loaded: ${error.message}`, error);
  });
  await program;
  return wasm_bindgen;
}

export class SemblanceError extends Error {
  constructor(code, message, cause) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "SemblanceError";
    this.code = code;
  }
}

/** What the wasm threw, as an error of this library. */
function asError(thrown) {
  if (Array.isArray(thrown)) return new SemblanceError(thrown[0], thrown[1]);
  return new SemblanceError("internal", `The library failed: ${thrown?.message ?? thrown}`, thrown);
}

const badInput = (message) => new SemblanceError("bad-input", message);

/** A value's class as the language names it; unlike `instanceof`, also of what another frame made. */
const tag = (value) => Object.prototype.toString.call(value).slice(8, -1);

/** What kind of value somebody passed, for a sentence. */
function kind(value) {
  if (value === null || value === undefined) return `${value}`;
  if (typeof value === "number") return Number.isFinite(value) ? "a number" : `${value}`;
  if (typeof value === "bigint") return "a BigInt";
  if (typeof value !== "object") return `a ${typeof value}`;
  const name = tag(value);
  if (name === "Object") return "an object";
  if (name === "Array") return "an array";
  const boxed = /^(String|Number|Boolean|BigInt|Symbol)$/.test(name) ? " object" : "";
  return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}${boxed}`;
}

/** Checks an options object and what all of them share. */
function checkOptions(options, known) {
  // A URL or a signal in the place of the options has no properties of its own, and would be ignored.
  if (typeof options !== "object" || tag(options) !== "Object") {
    throw badInput(`The options must be an object with any of ${known.join(", ")}, not ${kind(options)}.`);
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw badInput(`There is no option “${name}”; there are ${known.join(", ")}.`);
  }
  const { signal, progress } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal || tag(signal) === "AbortSignal")) {
    throw badInput(`signal must be an AbortSignal; it is ${kind(signal)}.`);
  }
  if (progress !== undefined && typeof progress !== "function") {
    throw badInput(`progress must be a function; it is ${kind(progress)}.`);
  }
}

/** Last parts of addresses that are a page, a script or a list rather than a folder. */
const FILE = /\.(html?|xhtml|php|m?js|json)$/i;

/** The address of a folder, absolute and with a slash at its end; `name` is the option it came in. */
function folder(name, given) {
  const refuse = (why) => badInput(`${name} must be the URL of a folder. ${why}`);
  if (typeof given !== "string" && !["URL", "Location"].includes(tag(given))) throw refuse(`It is ${kind(given)}.`);
  const text = `${given}`;
  // URLs make the page itself of these, which is no folder.
  if (/^\s*([?#]|$)/.test(text)) throw refuse(`“${text}” names none; the page's own is “./”.`);
  const page = globalThis.document?.baseURI ?? import.meta.url;
  let url;
  try {
    url = new URL(text, page);
  } catch {
    throw refuse(`“${text}” is no URL, neither by itself nor relative to ${page}.`);
  }
  // “localhost:8080/files” and “c:/files” are URLs, with what stands before the colon as the scheme.
  if (!(url.pathname.startsWith("/") || url.host !== "") || /^[a-z]:$/.test(url.protocol)) {
    throw refuse(`“${text}” has the scheme “${url.protocol}”, from which no files can be fetched.`);
  }
  if (url.username !== "" || url.password !== "") {
    throw refuse("This one has a user name or a password in it, which browsers refuse to fetch.");
  }
  // Files are looked for beside them: neither belongs to a folder.
  url.search = "";
  url.hash = "";
  if (!url.pathname.endsWith("/")) {
    url.pathname = FILE.test(url.pathname) ? new URL(".", url).pathname : `${url.pathname}/`;
  }
  return url.href;
}

/** Paths and contents of a model's files, whatever collection they came in. */
function filesOf(given) {
  const isBlob = (value) => value instanceof Blob || ["Blob", "File"].includes(tag(value));
  let entries;
  if (typeof given === "object" && given !== null && tag(given) === "Object") {
    entries = Object.entries(given);
  } else if (tag(given) === "Map") {
    entries = [...given];
  } else if (Array.isArray(given) || tag(given) === "FileList") {
    entries = Array.from(given, (file) => [file?.webkitRelativePath || file?.name, file]);
  } else {
    throw badInput(`files must be a FileList, an array of Files, or an object of paths and Blobs; it is ${kind(given)}.`);
  }
  if (entries.length === 0) throw badInput("files is empty.");
  for (const [path, file] of entries) {
    if (!isBlob(file)) throw badInput(`files: “${path}” must be a File or Blob; it is ${kind(file)}.`);
    if (typeof path !== "string" || path === "") throw badInput("files: a Blob without a name has no path.");
  }
  return entries;
}

/** Runs `work`; when the signal is aborted calls `stop` and rejects with the signal's reason. */
async function stoppable(signal, stop, work) {
  signal?.throwIfAborted();
  let onAbort;
  const aborted = new Promise((_, reject) => {
    onAbort = () => {
      stop();
      reject(signal.reason);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
  });
  const done = work();
  // It may fail after an abort, when nobody waits for it any more.
  done.catch(() => {});
  try {
    return await Promise.race([done, aborted]);
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

export class Embedder {
  #ready;
  #closed = false;

  constructor(key, ready) {
    if (key !== KEY) throw new TypeError("Embedder.load makes embedders.");
    this.#ready = ready;
    this.model = Object.freeze(ready.model());
  }

  static async load(options = {}) {
    checkOptions(options, [
      "base", "model", "files", "prompt", "promptName", "precision", "workers", "progress", "signal",
    ]);
    const { model, prompt, promptName, precision = "fast", workers, progress, signal } = options;
    if (!["fast", "exact"].includes(precision)) throw badInput("precision must be “fast” or “exact”.");
    if (workers !== undefined && !(Number.isInteger(workers) && workers >= 1 && workers <= 64)) {
      throw badInput("workers must be a whole number from 1 to 64.");
    }
    const isAddress = model !== undefined && (tag(model) === "URL" || (typeof model === "string" && model.includes("/")));
    if (model !== undefined && !isAddress && (typeof model !== "string" || model.trim() === "")) {
      const given = typeof model === "string" ? "empty" : kind(model);
      throw badInput(`model must be a name or the URL of a folder; it is ${given}.`);
    }
    const files = options.files === undefined ? undefined : filesOf(options.files);
    if (files && model !== undefined) throw badInput("Either model or files: both name a model.");
    for (const [name, value] of [["prompt", prompt], ["promptName", promptName]]) {
      if (value === undefined) continue;
      if (typeof value !== "string") throw badInput(`${name} must be a string; it is ${kind(value)}.`);
      if (!files) throw badInput(`${name} is for a model of files; a model of the site has its own prompt.`);
    }
    if (prompt !== undefined && promptName !== undefined) throw badInput("Either prompt or promptName.");
    const base = options.base === undefined ? new URL(".", import.meta.url).href : folder("base", options.base);
    const named = isAddress ? folder("model", model) : model;
    let loading;
    return stoppable(signal, () => loading?.stop(), async () => {
      const wasm = await started();
      if (signal?.aborted) throw signal.reason;
      loading = new wasm.Loading(base, named, precision === "exact", workers ?? 0);
      if (files) loading.open(files.map(([path]) => path), files.map(([, file]) => file), promptName, prompt);
      const listen = progress && ((stage, loaded, total) => progress({ stage, loaded, total }));
      try {
        const ready = await loading.start(listen);
        if (signal?.aborted) ready.close();
        return new Embedder(KEY, ready);
      } catch (error) {
        throw asError(error);
      }
    });
  }

  get workers() {
    return this.#closed ? 0 : this.#ready.workers();
  }

  async embed(texts, options = {}) {
    checkOptions(options, ["signal", "progress"]);
    if (!Array.isArray(texts)) throw badInput(`texts must be an array of strings; it is ${kind(texts)}.`);
    // A copy: nobody can change it while it is on its way. Made one by one: an array that is long and
    // empty is refused at its first hole, before there is no memory for as many.
    const copy = [];
    for (const text of texts) {
      if (typeof text !== "string") throw badInput(`texts[${copy.length}] must be a string; it is ${kind(text)}.`);
      copy.push(text);
    }
    if (this.#closed) throw new SemblanceError("closed", "This embedder was closed.");
    const { signal, progress } = options;
    const wasm = await started();
    const stop = new wasm.Stop();
    return stoppable(signal, () => stop.stop(), async () => {
      const listen = progress && ((done, total) => progress({ done, total }));
      try {
        return await this.#ready.embed(copy, stop, listen);
      } catch (error) {
        throw asError(error);
      }
    });
  }

  async explain(a, b, options = {}) {
    checkOptions(options, ["leaveOut", "signal", "progress"]);
    for (const [name, text] of [["a", a], ["b", b]]) {
      if (typeof text !== "string") throw badInput(`${name} must be a string; it is ${kind(text)}.`);
    }
    const { leaveOut = false, signal, progress } = options;
    if (typeof leaveOut !== "boolean") throw badInput(`leaveOut must be true or false; it is ${kind(leaveOut)}.`);
    if (this.#closed) throw new SemblanceError("closed", "This embedder was closed.");
    const wasm = await started();
    const stop = new wasm.Stop();
    return stoppable(signal, () => stop.stop(), async () => {
      const listen = progress && ((done) => progress({ done }));
      try {
        return await this.#ready.explain(a, b, leaveOut, stop, listen);
      } catch (error) {
        throw asError(error);
      }
    });
  }

  async selfTest(options = {}) {
    checkOptions(options, ["signal"]);
    if (this.#closed) throw new SemblanceError("closed", "This embedder was closed.");
    const wasm = await started();
    const stop = new wasm.Stop();
    return stoppable(options.signal, () => stop.stop(), async () => {
      try {
        return await this.#ready.selfTest(stop);
      } catch (error) {
        throw asError(error);
      }
    });
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.#ready.close();
  }
}

/** Keeps `new Embedder` to this module. */
const KEY = Symbol("Embedder");

/** Arrays whose elements can be numbers. Those of BigInts cannot: 1n * 0.5 is a TypeError. */
const isVector = (value) => Array.isArray(value) || (ArrayBuffer.isView(value) && !/^(DataView|Big.*)$/.test(tag(value)));

/** Checks that `vector` is an array of numbers that all are finite. */
function checkVector(name, vector) {
  if (!isVector(vector)) throw badInput(`${name} must be an array of numbers; it is ${kind(vector)}.`);
  // A loop by index: the arrays' own methods pass over holes.
  for (let k = 0; k < vector.length; k++) {
    if (!Number.isFinite(vector[k])) throw badInput(`${name}[${k}] must be a finite number; it is ${kind(vector[k])}.`);
  }
}

export function cosineSimilarity(a, b) {
  checkVector("a", a);
  checkVector("b", b);
  if (a.length !== b.length) throw badInput(`The vectors have ${a.length} and ${b.length} components.`);
  // Typed arrays that were transferred to a worker look like this.
  if (a.length === 0) throw badInput("The vectors have no components.");
  return cosine(a, 0, b, 0, a.length);
}

/** The cosine of two runs of `length` finite numbers. */
function cosine(a, i, b, j, length) {
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let k = 0; k < length; k++) {
    const x = a[i + k];
    const y = b[j + k];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  if (!(isPlain(aa) && isPlain(bb))) {
    const [p, q] = [scaled(a, i, length), scaled(b, j, length)];
    // Zero has no direction.
    return p === undefined || q === undefined ? 0 : cosine(p, 0, q, 0, length);
  }
  // The root of a product: equal vectors give exactly 1.
  return Math.min(1, Math.max(-1, ab / Math.sqrt(aa * bb)));
}

/** Whether a sum of squares, and its product with another such, lost nothing to the range of numbers. */
const isPlain = (squares) => squares > 1e-120 && squares < 1e120;

/** A run of numbers over the largest of them; nothing if all are zero. The direction stays. */
function scaled(vector, start, length) {
  let largest = 0;
  for (let k = 0; k < length; k++) largest = Math.max(largest, Math.abs(vector[start + k]));
  return largest === 0 ? undefined : Float64Array.from({ length }, (_, k) => vector[start + k] / largest);
}

/** Checks the form of a result of `embed`, and tells its number of rows. */
function rows(result) {
  const { vectors, dimensions } = result ?? {};
  if (!isVector(vectors) || !(Number.isInteger(dimensions) && dimensions > 0) || vectors.length % dimensions !== 0) {
    throw badInput("The result must have vectors and dimensions, as embed returns them.");
  }
  return vectors.length / dimensions;
}

/** Checks that a result has a row of that index. */
function checkIndex(name, index, count) {
  if (typeof index !== "number") throw badInput(`${name} must be a whole number; it is ${kind(index)}.`);
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw badInput(`There is no vector ${index}; there are ${count}, counted from 0.`);
  }
}

export function vectorAt(result, index) {
  const count = rows(result);
  checkIndex("index", index, count);
  const vector = result.vectors.slice(index * result.dimensions, (index + 1) * result.dimensions);
  checkVector("vector", vector);
  return vector;
}

export function similarityMatrix(result) {
  const count = rows(result);
  const { vectors, dimensions } = result;
  checkVector("vectors", vectors);
  let scores;
  try {
    scores = new Float32Array(count * count);
  } catch (error) {
    throw new SemblanceError("too-many", `There is no room for the similarities of ${count} texts, ${count} × ${count}.`, error);
  }
  for (let i = 0; i < count; i++) {
    for (let j = i; j < count; j++) {
      scores[i * count + j] = scores[j * count + i] = cosine(vectors, i * dimensions, vectors, j * dimensions, dimensions);
    }
  }
  return scores;
}

export function topK(result, query, k) {
  const count = rows(result);
  const { vectors, dimensions } = result;
  checkVector("vectors", vectors);
  if (!Number.isInteger(k) || k < 0) {
    throw badInput(`k must be a whole number from 0; it is ${typeof k === "number" ? k : kind(k)}.`);
  }
  let [of, start] = [query, 0];
  if (typeof query === "number") {
    checkIndex("query", query, count);
    [of, start] = [vectors, query * dimensions];
  } else {
    if (!isVector(query)) throw badInput(`query must be an index or an array of numbers; it is ${kind(query)}.`);
    checkVector("query", query);
    if (query.length !== dimensions) throw badInput(`query has ${query.length} components, the vectors have ${dimensions}.`);
  }
  const found = [];
  for (let index = 0; index < count; index++) {
    if (index === query) continue;
    found.push({ index, score: cosine(of, start, vectors, index * dimensions, dimensions) });
  }
  // Ties keep the order of the texts.
  return found.sort((a, b) => b.score - a.score).slice(0, k);
}
