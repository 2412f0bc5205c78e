// Candle's own BERT, as its documentation has it, compiled like our engine.
import { answerAll } from "./harness.js";
import { tellMemory } from "./memory.js";
import start, { Model } from "../candle/candle.js";

/** Texts in one call; as with every engine that pads, sorted by length. */
const BATCH = 32;

tellMemory();

let model;

async function load() {
  const file = async (name) => {
    const response = await fetch(new URL(`../models/all-MiniLM-L6-v2/${name}`, import.meta.url));
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  };
  await start();
  model = new Model(...(await Promise.all(["model.safetensors", "tokenizer.json", "config.json"].map(file))));
}

function embed(texts) {
  const order = texts.map((_, index) => index).sort((a, b) => texts[b].length - texts[a].length);
  let vectors;
  for (let start = 0; start < order.length; start += BATCH) {
    const part = order.slice(start, start + BATCH);
    const rows = model.embed(part.map((index) => texts[index]));
    const width = rows.length / part.length;
    vectors ??= new Float32Array(texts.length * width);
    part.forEach((index, row) => vectors.set(rows.subarray(row * width, (row + 1) * width), index * width));
  }
  return vectors;
}

answerAll(async ({ load: options, texts, count }) => {
  if (options) return [await load()];
  if (count) return [Array.from(model.count(count))];
  const vectors = embed(texts);
  return [{ vectors }, [vectors.buffer]];
});
