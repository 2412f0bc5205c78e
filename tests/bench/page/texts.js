// The texts that engines are measured with, from the sentences of the STS benchmark.

/** Rated pairs of a part of the benchmark: `{score, a, b}`, the score from 0 to 5. */
export async function ratedPairs(part = "dev") {
  const response = await fetch(new URL(`../data/sts-${part}.csv`, import.meta.url));
  if (!response.ok) throw new Error(`sts-${part}.csv: ${response.status}`);
  const lines = (await response.text()).split("\n").filter((line) => line.trim());
  return lines.map((line) => {
    const [, , , , score, a, b] = line.split("\t");
    return { score: Number(score), a: a.trim(), b: b.trim() };
  });
}

/** Every sentence once, in order. */
export const sentences = (pairs) => [...new Set(pairs.flatMap(({ a, b }) => [a, b]))];

/** How many sentences make each text of the mixed ones: mostly one, some paragraphs. */
const MIX = [1, 1, 1, 2, 1, 1, 3, 1, 8, 2];

/**
 * The works, by name. `count` tells the tokens of texts, special ones included; those of sentences
 * that are joined by a space add up.
 */
export async function works(count) {
  const all = sentences(await ratedPairs());
  const tokens = await count(all);
  const sixteen = all.filter((_, index) => tokens[index] === 16).slice(0, 32);
  if (sixteen.length < 32) throw new Error("too few sentences of 16 tokens");
  const exactly = (wanted) => {
    const parts = [];
    let sum = 2;
    for (const [index, text] of all.entries()) {
      if (sum + tokens[index] - 2 > wanted) break;
      parts.push(text);
      sum += tokens[index] - 2;
    }
    // "a" is one token.
    while (sum++ < wanted) parts.push("a");
    return parts.join(" ");
  };
  let next = 0;
  const mixed = Array.from({ length: 1000 }, (_, index) =>
    Array.from({ length: MIX[index % MIX.length] }, () => all[next++ % all.length]).join(" "),
  );
  return {
    "Hello World": ["Hello World"],
    "16 tokens": sixteen.slice(0, 1),
    "32 × 16 tokens": sixteen,
    "256 tokens": [exactly(256)],
    "512 tokens": [exactly(512)],
    "1,000 mixed": mixed,
  };
}
