// Times the analyses in wasm under Node, one thread:
//   cargo build --release -p semblance-analysis --example bench --target wasm32-unknown-unknown
//   node crates/analysis/examples/bench.mjs path/to/bench.wasm [filter]
import { readFileSync } from "node:fs";

const [file, filter = ""] = process.argv.slice(2);
const { instance } = await WebAssembly.instantiate(readFileSync(file), {});
const { make, run, pairs } = instance.exports;
if (process.env.PAIRS) pairs();

const cases = [
  ["cosine matrix", 2000, 384, 0],
  ["top pairs", 2000, 384, 1],
  ["top pairs", 20000, 384, 1],
  ["order, optimal", 500, 384, 2],
  ["order", 2000, 384, 2],
  ["PCA", 500, 384, 3],
  ["PCA", 2000, 768, 3],
  ["PCA", 100000, 384, 3],
  ["neighbours of all, cosine", 5000, 384, 5],
  ["neighbours of all, cosine", 15000, 384, 5],
  ["UMAP with neighbours", 5000, 384, 7],
  ["UMAP with neighbours", 15000, 384, 7],
  ["UMAP from waves with neighbours", 5000, 384, 11],
  ["neighbours of all, approximate", 15000, 384, 9],
  ["neighbours of all, approximate", 100000, 384, 9],
  ["UMAP with neighbours", 100000, 384, 7],
  ["t-SNE with neighbours", 10000, 384, 8],
  ["nearest to one", 100000, 384, 4],
];
for (const [name, n, d, work] of cases) {
  if (!`${name} ${n}`.includes(filter)) continue;
  make(n, d);
  const times = [];
  while (times.length < 5 && times.reduce((a, b) => a + b, 0) < 2000) {
    // Processor time: what the machine does besides counts less.
    const start = process.cpuUsage();
    run(work);
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1000);
  }
  console.log(`${name}, ${n} × ${d}: ${Math.min(...times).toFixed(0)} ms`);
}
