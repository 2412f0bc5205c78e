// The engines that embed, each as `{name, exact, load, vectors, count, close}`: `vectors(texts)`
// resolves to unit vectors row by row, `count(texts)` to the tokens of each text.
import { workerOf } from "./harness.js";

/** Our own, through the library that ships; `folder` has an assets.json that names one build. */
function semblance(name, precision, workers, folder = "../ours/relaxed/") {
  let embedder;
  return {
    name,
    exact: precision === "exact",
    async load() {
      const { Embedder } = await import("../site/semblance.js");
      embedder = await Embedder.load({ base: new URL(folder, import.meta.url), precision, workers });
      // The others join by themselves; timing begins when all are there.
      while (embedder.workers < workers) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    vectors: async (texts) => (await embedder.embed(texts)).vectors,
    count: async (texts) => (await embedder.embed(texts)).tokens,
    close: () => embedder.close(),
  };
}

/** One that runs in a worker of its own. */
function inWorker(name, exact, script, options) {
  let worker;
  return {
    name,
    exact,
    async load() {
      worker = workerOf(script);
      await worker.ask({ load: options });
    },
    vectors: async (texts) => (await worker.ask({ texts })).vectors,
    count: (texts) => worker.ask({ count: texts }),
    close: () => worker.end(),
  };
}

const transformers = (name, dtype, threads) =>
  inWorker(name, dtype === "fp32", "transformers-worker.js", { dtype, threads });

/** All engines. */
export const ENGINES = [
  transformers("Transformers.js q8, 1 thread", "q8", 1),
  transformers("Transformers.js q8, 2 threads", "q8", 2),
  transformers("Transformers.js f32, 1 thread", "fp32", 1),
  transformers("Transformers.js f32, 2 threads", "fp32", 2),
  inWorker("Candle BERT f32, 1 thread", true, "candle-worker.js", {}),
  semblance("fast, 1 worker", "fast", 1),
  semblance("fast, 2 workers", "fast", 2),
  semblance("fast, 1 worker, plain SIMD", "fast", 1, "../ours/simd/"),
  semblance("fast, 2 workers, plain SIMD", "fast", 2, "../ours/simd/"),
  semblance("exact, 1 worker", "exact", 1),
  semblance("exact, 2 workers", "exact", 2),
  semblance("exact, 1 worker, plain SIMD", "exact", 1, "../ours/simd/"),
  semblance("exact, 2 workers, plain SIMD", "exact", 2, "../ours/simd/"),
];

/** The engines whose name has one of these parts; all without parts. */
export const chosen = (parts) => ENGINES.filter(({ name }) => !parts?.length || parts.some((part) => name.includes(part)));
