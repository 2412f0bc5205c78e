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

/** Checks an options object and what all of them share. */
function checkOptions(options, known) {
  if (options === null || typeof options !== "object") throw badInput("The options must be an object.");
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw badInput(`There is no option “${name}”; there are ${known.join(", ")}.`);
  }
  const { signal, progress } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw badInput("signal must be an AbortSignal.");
  if (progress !== undefined && typeof progress !== "function") throw badInput("progress must be a function.");
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
    checkOptions(options, ["base", "model", "precision", "workers", "progress", "signal"]);
    const { model, precision = "fast", workers, progress, signal } = options;
    if (!["fast", "exact"].includes(precision)) throw badInput("precision must be “fast” or “exact”.");
    if (workers !== undefined && !(Number.isInteger(workers) && workers >= 1 && workers <= 64)) {
      throw badInput("workers must be a whole number from 1 to 64.");
    }
    if (model !== undefined && (typeof model !== "string" || model === "")) throw badInput("model must be a name or a URL.");
    const page = globalThis.document?.baseURI ?? import.meta.url;
    let base, named;
    try {
      base = options.base === undefined ? new URL(".", import.meta.url).href : new URL(options.base, page).href;
      named = model?.includes("/") ? new URL(model, page).href : model;
    } catch (error) {
      throw new SemblanceError("bad-input", "base and model must be URLs that can be read.", error);
    }
    let loading;
    return stoppable(signal, () => loading?.stop(), async () => {
      const wasm = await started();
      if (signal?.aborted) throw signal.reason;
      loading = new wasm.Loading(base, named, precision === "exact", workers ?? 0);
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
    if (!Array.isArray(texts)) throw badInput("texts must be an array of strings.");
    // A copy: nobody can change it while it is on its way.
    texts = Array.from(texts);
    const wrong = texts.findIndex((text) => typeof text !== "string");
    if (wrong >= 0) throw badInput(`texts[${wrong}] must be a string; it is ${kind(texts[wrong])}.`);
    if (this.#closed) throw new SemblanceError("closed", "This embedder was closed.");
    const { signal, progress } = options;
    const wasm = await started();
    const stop = new wasm.Stop();
    return stoppable(signal, () => stop.stop(), async () => {
      const listen = progress && ((done, total) => progress({ done, total }));
      try {
        return await this.#ready.embed(texts, stop, listen);
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

const kind = (value) => (value === null ? "null" : Array.isArray(value) ? "an array" : typeof value);

const isVector = (value) => Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));

export function cosineSimilarity(a, b) {
  if (!isVector(a) || !isVector(b)) throw badInput("Both vectors must be arrays of numbers.");
  if (a.length !== b.length) throw badInput(`The vectors have ${a.length} and ${b.length} components.`);
  return cosine(a, 0, b, 0, a.length);
}

/** The cosine of two runs of `length` numbers. */
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
  // Zero has no direction. The root of a product: equal vectors give exactly 1.
  const norm = Math.sqrt(aa * bb);
  return norm === 0 ? 0 : Math.min(1, Math.max(-1, ab / norm));
}

/** Checks the result of `embed`, and tells its number of rows. */
function rows(result) {
  const { vectors, dimensions } = result ?? {};
  if (!isVector(vectors) || !(dimensions > 0) || vectors.length % dimensions !== 0) {
    throw badInput("The result must have vectors and dimensions, as embed returns them.");
  }
  return vectors.length / dimensions;
}

export function vectorAt(result, index) {
  const count = rows(result);
  if (!Number.isInteger(index) || index < 0 || index >= count) throw badInput(`There is no vector ${index}; there are ${count}.`);
  return result.vectors.slice(index * result.dimensions, (index + 1) * result.dimensions);
}

export function similarityMatrix(result) {
  const count = rows(result);
  const { vectors, dimensions } = result;
  const scores = new Float32Array(count * count);
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
  if (!Number.isInteger(k) || k < 0) throw badInput("k must be a whole number from 0.");
  let [of, start] = [query, 0];
  if (typeof query === "number") {
    if (!Number.isInteger(query) || query < 0 || query >= count) throw badInput(`There is no vector ${query}; there are ${count}.`);
    [of, start] = [vectors, query * dimensions];
  } else if (!isVector(query) || query.length !== dimensions) {
    throw badInput(`The query must be an index or a vector of ${dimensions} components.`);
  }
  const found = [];
  for (let index = 0; index < count; index++) {
    if (index === query) continue;
    found.push({ index, score: cosine(of, start, vectors, index * dimensions, dimensions) });
  }
  // Ties keep the order of the texts.
  return found.sort((a, b) => b.score - a.score).slice(0, k);
}
