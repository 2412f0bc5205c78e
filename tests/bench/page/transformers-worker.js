// Transformers.js as its documentation has it: feature extraction, mean pooling, unit vectors.
import { answerAll } from "./harness.js";
import { tellMemory } from "./memory.js";
import { env, pipeline } from "../peers/@huggingface/transformers/dist/transformers.min.js";

/** Texts in one call. What it pads to is the longest of them, so texts go in sorted by length. */
const BATCH = 32;

tellMemory();

let extract;

async function load({ dtype, threads }) {
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  // A path: what looks like a URL is not taken for local.
  env.localModelPath = new URL("../models/", import.meta.url).pathname;
  const runtime = new URL("../peers/onnxruntime-web/dist/", import.meta.url).href;
  // The build that Transformers.js takes by itself in this browser, from here instead of a CDN.
  env.backends.onnx.wasm.wasmPaths = {
    mjs: `${runtime}ort-wasm-simd-threaded.asyncify.mjs`,
    wasm: `${runtime}ort-wasm-simd-threaded.asyncify.wasm`,
  };
  env.backends.onnx.wasm.numThreads = threads;
  if (threads > 1 && !crossOriginIsolated) throw new Error("threads need cross-origin isolation");
  extract = await pipeline("feature-extraction", "all-MiniLM-L6-v2", { dtype, device: "wasm" });
}

async function embed(texts, batch = BATCH) {
  const order = texts.map((_, index) => index).sort((a, b) => texts[b].length - texts[a].length);
  let vectors;
  for (let start = 0; start < order.length; start += batch) {
    const part = order.slice(start, start + batch);
    const { data, dims } = await extract(part.map((index) => texts[index]), { pooling: "mean", normalize: true });
    vectors ??= new Float32Array(texts.length * dims[1]);
    part.forEach((index, row) => vectors.set(data.subarray(row * dims[1], (row + 1) * dims[1]), index * dims[1]));
  }
  return vectors;
}

/** Tokens read of each text. */
const tokens = (texts) =>
  texts.map((text) => Number(extract.tokenizer(text, { truncation: true }).input_ids.dims[1]));

answerAll(async ({ load: options, texts, count, batch }) => {
  if (options) return [await load(options)];
  if (count) return [tokens(count)];
  const vectors = await embed(texts, batch);
  return [{ vectors }, [vectors.buffer]];
});
