// What a visitor waits and pays for: the time until the first vector, and memory.
import { chosen } from "./engines.js";
import { works } from "./texts.js";

let engine;

/** Loads an engine and embeds two words; milliseconds of both. */
export async function first({ engine: name }) {
  engine = chosen([name]).find((engine) => engine.name === name);
  const start = performance.now();
  await engine.load();
  await engine.vectors(["Hello World"]);
  return performance.now() - start;
}

/** Embeds 1,000 texts, then tells the bytes of the page and of each worker, as the browser counts. */
export async function memory() {
  const texts = (await works(engine.count))["1,000 mixed"];
  await engine.vectors(texts);
  const { bytes, breakdown } = await performance.measureUserAgentSpecificMemory();
  const workers = breakdown
    .filter(({ attribution }) => attribution.some(({ scope }) => scope.includes("Worker")))
    .map(({ bytes }) => bytes);
  return { bytes, workers };
}
