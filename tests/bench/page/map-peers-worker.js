// Other UMAPs for the browser, with the options ours has by default: 15 neighbours, cosine (or what
// amounts to it for unit vectors), minimum distance 0.1, the number of iterations their own.
import { answerAll } from "./harness.js";

/** A generator of numbers from 0 to 1 (Mulberry32). */
function seeded(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

async function umapJs(vectors, n) {
  // CommonJS in one file.
  const script = await fetch(new URL("../peers/umap-js/lib/umap-js.min.js", import.meta.url));
  const module = { exports: {} };
  new Function("module", "exports", await script.text())(module, module.exports);
  const UMAP = module.exports.UMAP ?? module.exports;
  const d = vectors.length / n;
  const rows = Array.from({ length: n }, (_, i) => Array.from(vectors.subarray(i * d, (i + 1) * d)));
  const begun = performance.now();
  const umap = new UMAP({ nNeighbors: 15, minDist: 0.1, random: seeded(42) });
  const iterations = umap.initializeFit(rows);
  const neighbours = performance.now() - begun;
  for (let i = 0; i < iterations; i++) umap.step();
  const total = performance.now() - begun;
  return { total, neighbours, map: Float32Array.from(umap.getEmbedding().flat()) };
}

async function embeddingAtlas(vectors, n) {
  const { createUMAP } = await import("../peers/embedding-atlas/dist/umap.js");
  const begun = performance.now();
  const options = { metric: "cosine", nNeighbors: 15, minDist: 0.1, seed: 42 };
  const umap = await createUMAP(n, vectors.length / n, 2, vectors, options);
  const neighbours = performance.now() - begun;
  await umap.run();
  const total = performance.now() - begun;
  const map = Float32Array.from(umap.embedding);
  umap.destroy?.();
  return { total, neighbours, map };
}

const UMAPS = { "umap-js": umapJs, "embedding-atlas": embeddingAtlas };

let kept;

answerAll(async ({ vectors, n, umap }) => {
  if (vectors) return [void (kept = vectors)];
  return [await UMAPS[umap](kept, n)];
});
