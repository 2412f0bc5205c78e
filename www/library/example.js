import { Embedder, topK } from "../semblance.js";

const [query, status, list] = ["query", "status", "texts"].map((id) => document.getElementById(id));
const say = (sentence) => (status.textContent = sentence);
try {
  // One worker answers in the order it was asked, so no older answer overtakes a newer one.
  const embedder = await Embedder.load({ workers: 1, progress: ({ loaded }) => say(`Loading: ${(loaded / 1e6).toFixed()} MB`) });
  const items = [...list.children];
  const texts = await embedder.embed(items.map((item) => item.textContent));
  query.oninput = async () => {
    const asked = await embedder.embed([query.value]);
    const found = topK(texts, asked.vectors, items.length);
    list.replaceChildren(...found.map(({ index }) => items[index]));
    say(`Best match: ${found[0].score.toFixed(3)}`);
  };
  await query.oninput();
} catch (error) {
  say(error.message);
}
