// How true each engine's scores are, on the rated pairs of the STS benchmark.
import { chosen } from "./engines.js";
import { ratedPairs, sentences } from "./texts.js";

/** Names of the engines, and the pairs' human ratings. */
export async function prepare({ only }) {
  const ratings = (await ratedPairs()).map(({ score }) => score);
  return { engines: chosen(only).map(({ name }) => name), ratings };
}

/** The cosine of each pair by one engine, which is loaded and closed again. */
export async function scores({ engine: name }) {
  const pairs = await ratedPairs();
  const texts = sentences(pairs);
  const row = new Map(texts.map((text, index) => [text, index]));
  const [engine] = chosen([name]).filter((engine) => engine.name === name);
  await engine.load();
  try {
    const vectors = await engine.vectors(texts);
    const width = vectors.length / texts.length;
    return pairs.map(({ a, b }) => {
      const [i, j] = [row.get(a) * width, row.get(b) * width];
      let sum = 0;
      for (let k = 0; k < width; k++) sum += vectors[i + k] * vectors[j + k];
      return sum;
    });
  } finally {
    engine.close();
  }
}
