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
  const texts = Object.values(inputs).flatMap((texts) => texts.slice(0, 60));
  const reference = engines.find(({ exact }) => exact) ?? engines[0];
  const [expectedTokens, expected] = [await reference.count(texts), await reference.vectors(texts)];
  const found = [];
  for (const engine of engines) {
    const tokens = await engine.count(texts);
    const differs = texts.findIndex((_, index) => tokens[index] !== expectedTokens[index]);
    const vectors = await engine.vectors(texts);
    const width = expected.length / texts.length;
    let lowest = 1;
    for (let row = 0; row < texts.length; row++) {
      let sum = 0;
      for (let k = row * width; k < (row + 1) * width; k++) sum += vectors[k] * expected[k];
      lowest = Math.min(lowest, sum);
    }
    found.push({ engine: engine.name, exact: engine.exact, lowest, differs: texts[differs] ?? null });
  }
  return { reference: reference.name, texts: texts.length, engines: found };
}

/** Milliseconds of one work by every engine, in turn. */
export async function time({ work, rounds }) {
  const contenders = engines.map(({ name, vectors }) => ({ name, run: vectors }));
  return takeTurns(contenders, inputs[work], { rounds });
}
