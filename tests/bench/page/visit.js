// What a visitor waits and pays for: the time until the first vector, and memory.
import { chosen } from "./engines.js";
import { askMemory, tellMemoryInBlobs } from "./memory.js";
import { works } from "./texts.js";

let engine;

/** Loads an engine and embeds two words; milliseconds of both. */
export async function first({ engine: name }) {
  tellMemoryInBlobs();
  engine = chosen([name]).find((engine) => engine.name === name);
  const start = performance.now();
  await engine.load();
  await engine.vectors(["Hello World"]);
  return performance.now() - start;
}

/** Embeds 1,000 texts, then tells the bytes of WebAssembly memory of each worker. */
export async function memory() {
  const texts = (await works(engine.count))["1,000 mixed"];
  await engine.vectors(texts);
  return askMemory();
}
