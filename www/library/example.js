import { Embedder, topK } from "../semblance.js";

const [query, status, list] = ["query", "status", "texts"].map((id) => document.getElementById(id));
try {
  const embedder = await Embedder.load({ progress: ({ loaded, total }) => (status.textContent = `Loading the model: ${(loaded / 1e6).toFixed()} of ${(total / 1e6).toFixed()} MB`) });
  const items = [...list.children];
  const result = await embedder.embed(items.map((item) => item.textContent));
  query.oninput = async () => {
    const asked = query.value;
    const { vectors } = await embedder.embed([asked]);
    if (asked !== query.value) return; // Another question came meanwhile.
    const found = topK(result, vectors, items.length);
    list.replaceChildren(...found.map(({ index }) => items[index]));
    status.textContent = `Best match: ${found[0].score.toFixed(3)}`;
  };
  await query.oninput();
} catch (error) {
  status.textContent = error.message;
}
