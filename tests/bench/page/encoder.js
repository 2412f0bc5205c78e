// Engines against each other: the same texts, the same weights, in turn.
import { chosen } from "./engines.js";
import { takeTurns } from "./harness.js";
import { works } from "./texts.js";

let engines;
let inputs;

/** Loads the engines and makes the texts; returns the works' names with their texts and tokens. */
export async function prepare({ only }) {
  engines = chosen(only);
  for (const engine of engines) await engine.load();
  inputs = await works(engines[0].count);
  const sizes = {};
  for (const [name, texts] of Object.entries(inputs)) {
    const tokens = await engines[0].count(texts);
    sizes[name] = { texts: texts.length, tokens: tokens.reduce((sum, n) => sum + n, 0) };
  }
  return { engines: engines.map(({ name }) => name), works: sizes };
}

/**
 * Whether all engines do the same work: the same number of tokens for every text, and vectors like
 * those of the first f32 engine. Returns for each engine the first text that differs in tokens, if
 * any, and the lowest cosine.
 */
export async function agree() {
  // Work by work: engines that pad would pad short texts to the longest there is.
  const samples = Object.values(inputs).map((texts) => texts.slice(0, 32));
  const run = async (engine) => ({
    tokens: (await inTurn(samples, engine.count)).flatMap((tokens) => Array.from(tokens)),
    vectors: (await inTurn(samples, engine.vectors)).flatMap((vectors) => Array.from(vectors)),
  });
  const texts = samples.flat();
  const reference = engines.find(({ exact }) => exact) ?? engines[0];
  const expected = await run(reference);
  const width = expected.vectors.length / texts.length;
  const found = [];
  for (const engine of engines) {
    const { tokens, vectors } = await run(engine);
    const differs = texts.findIndex((_, index) => tokens[index] !== expected.tokens[index]);
    const cosines = texts.map((_, row) => {
      let sum = 0;
      for (let k = row * width; k < (row + 1) * width; k++) sum += vectors[k] * expected.vectors[k];
      return sum;
    });
    found.push({ engine: engine.name, exact: engine.exact, lowest: Math.min(...cosines), differs: texts[differs] ?? null });
  }
  return { reference: reference.name, texts: texts.length, engines: found };
}

/** The results of `work` for each of the inputs, one after the other. */
async function inTurn(inputs, work) {
  const results = [];
  for (const input of inputs) results.push(await work(input));
  return results;
}

/** Milliseconds of one work by every engine, in turn. */
export async function time({ work, rounds }) {
  const contenders = engines.map(({ name, vectors }) => ({ name, run: vectors }));
  return takeTurns(contenders, inputs[work], { rounds });
}
