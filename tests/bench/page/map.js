// Maps of the same vectors by ours and by others.
import { workerOf } from "./harness.js";
import { ratedPairs, sentences } from "./texts.js";

const DIMENSIONS = 384;

/** Who makes maps: a worker, and what to ask it for. */
const CONTENDERS = [
  { name: "umap-js 1.4.0", peer: "umap-js", most: 5000 },
  { name: "embedding-atlas 0.26.0", peer: "embedding-atlas", most: 20000 },
  { name: "ours", build: "relaxed" },
  { name: "ours, start on waves", build: "relaxed", waves: true },
  { name: "ours, plain SIMD", build: "simd" },
];

const workers = new Map();
let real;

/** Embeds the sentences of the STS benchmark; returns how many, and who takes part. */
export async function prepare({ only }) {
  const { Embedder } = await import("../site/semblance.js");
  const base = new URL("../site/", import.meta.url);
  const embedder = await Embedder.load({ base, precision: "fast" });
  const pairs = [];
  for (const part of ["train", "dev", "test"]) pairs.push(...(await ratedPairs(part)));
  real = (await embedder.embed(sentences(pairs))).vectors;
  embedder.close();
  const names = CONTENDERS.filter(({ name }) => !only.length || only.some((part) => name.includes(part)));
  return { vectors: real.length / DIMENSIONS, contenders: names.map(({ name }) => name) };
}

/** The first `n` vectors; beyond the real ones, sums of two of them, which lie as these do. */
function vectors(n) {
  const all = new Float32Array(n * DIMENSIONS);
  const count = real.length / DIMENSIONS;
  all.set(real.subarray(0, Math.min(n, count) * DIMENSIONS));
  let state = 1;
  const below = (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * bound);
  };
  for (let i = count; i < n; i++) {
    const [a, b] = [below(count) * DIMENSIONS, below(count) * DIMENSIONS];
    const row = all.subarray(i * DIMENSIONS, (i + 1) * DIMENSIONS);
    let squares = 0;
    for (let k = 0; k < DIMENSIONS; k++) {
      row[k] = real[a + k] + 0.6 * real[b + k];
      squares += row[k] * row[k];
    }
    for (let k = 0; k < DIMENSIONS; k++) row[k] /= Math.sqrt(squares);
  }
  return all;
}

/** The worker of a contender, with the first `n` vectors. */
async function workerWith(contender, n) {
  const { build, peer } = contender;
  let entry = workers.get(build ?? peer);
  if (!entry) {
    entry = { worker: workerOf(build ? "map-worker.js" : "map-peers-worker.js"), n: 0 };
    workers.set(build ?? peer, entry);
    if (build) await entry.worker.ask({ load: { build } });
  }
  if (entry.n !== n) {
    const given = vectors(n);
    await entry.worker.ask({ vectors: given, n }, [given.buffer]);
    entry.n = n;
  }
  return entry.worker;
}

/** Runs one work by one contender: milliseconds, and what the map is worth if `judge` says so. */
export async function run({ contender: name, work, n, judge }) {
  const contender = CONTENDERS.find((contender) => contender.name === name);
  const { peer, most = Infinity, waves = false } = contender;
  if (n > most || (peer && work !== "UMAP")) return null;
  const worker = await workerWith(contender, n);
  const { map, ...found } = await worker.ask(peer ? { umap: peer, n } : { work, n, k: 15, waves });
  if (!judge) return found;
  if (!map) return found;
  // One judge for all.
  const judging = await workerWith(CONTENDERS.find(({ build }) => build), n);
  const verdict = await judging.ask({ map, k: 15 });
  const recall = !peer && n > 20000 ? await worker.ask({ sample: 200 }) : undefined;
  return { ...found, ...verdict, recall };
}

/** Ends the workers of a contender, so that the next has the memory. */
export async function end({ contender: name }) {
  const { build, peer } = CONTENDERS.find((contender) => contender.name === name);
  workers.get(build ?? peer)?.worker.end();
  workers.delete(build ?? peer);
}
