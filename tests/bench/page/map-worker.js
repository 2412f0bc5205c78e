// Our analysis, in a worker of its own, as the site's analysis worker runs it: step by step.
import { answerAll } from "./harness.js";

let wasm;

async function load({ build }) {
  const module = await fetch(new URL(`../analysis/${build}.wasm`, import.meta.url));
  ({ instance: { exports: wasm } } = await WebAssembly.instantiateStreaming(module, {}));
  // Whichever integer product this processor does faster, as the site's workers find out at start.
  if (build !== "relaxed") return;
  give(clusters(3000), 384);
  const timed = () => Math.min(...[0, 1, 2].map(() => neighbours(15, true).total));
  const before = timed();
  wasm.pairs();
  if (timed() > before) {
    ({ instance: { exports: wasm } } = await WebAssembly.instantiateStreaming(
      await fetch(new URL(`../analysis/${build}.wasm`, import.meta.url)), {}));
  }
}

/** Vectors to try the products on. */
function clusters(n) {
  return Float32Array.from({ length: n * 384 }, (_, i) => Math.sin(i * 12.9898 + (i % 384) * 78.233));
}

function put(numbers, d) {
  const address = wasm.input(numbers.length, d);
  new Float32Array(wasm.memory.buffer, address, numbers.length).set(numbers);
}

function give(vectors, d) {
  put(vectors, d);
  return wasm.take();
}

/** Runs `step` until it says false; milliseconds in all, and of the longest. */
function steps(step) {
  const begun = performance.now();
  let [before, longest, count, more] = [begun, 0, 0, true];
  while (more) {
    more = step();
    const now = performance.now();
    longest = Math.max(longest, now - before);
    before = now;
    count++;
  }
  return { total: before - begun, longest, count };
}

function neighbours(k, exact) {
  const begun = performance.now();
  wasm.search(k, exact);
  const found = steps(() => wasm.search_step());
  return { ...found, total: performance.now() - begun };
}

function umap(n, waves) {
  const near = neighbours(14, false);
  const begun = performance.now();
  wasm.umap(42, waves);
  const start = performance.now() - begun;
  const layout = steps(() => wasm.umap_step(1));
  const map = new Float32Array(wasm.memory.buffer, wasm.coordinates(), n * 2).slice();
  const total = near.total + start + layout.total;
  return { total, neighbours: near.total, start, layout: layout.total, frames: layout.count,
    longest: Math.max(near.longest, layout.longest), memory: wasm.memory.buffer.byteLength, map };
}

answerAll(async ({ load: options, vectors, n, k, work, waves, map, sample }) => {
  if (options) return [await load(options)];
  if (vectors) return [give(vectors, vectors.length / n)];
  if (map) {
    put(map, 2);
    return [{ trustworthiness: wasm.judge(k), kept: wasm.kept() }];
  }
  if (sample) return [wasm.recall(sample)];
  if (work === "neighbours") return [neighbours(k, true)];
  if (work === "UMAP") return [umap(n, waves)];
  const begun = performance.now();
  wasm.pca();
  return [{ total: performance.now() - begun }];
});
