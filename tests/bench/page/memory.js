// How much memory the WebAssembly of a worker has: browsers' own counts leave it out.

/**
 * Makes this worker answer questions about its memory. Complete in itself, so that its source can
 * stand before a script which is not ours to change.
 */
export function tellMemory() {
  const found = new Set();
  const { Memory } = WebAssembly;
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const original = WebAssembly[name];
    WebAssembly[name] = async (...args) => {
      const made = await original.apply(WebAssembly, args);
      for (const value of Object.values((made.instance ?? made).exports ?? {})) {
        if (value instanceof Memory) found.add(value);
      }
      return made;
    };
  }
  // Threads share a memory that is made before the instance.
  WebAssembly.Memory = new Proxy(Memory, {
    construct(target, args) {
      const memory = new target(...args);
      found.add(memory);
      return memory;
    },
  });
  const channel = new BroadcastChannel("memory");
  channel.onmessage = ({ data }) => {
    if (data === "how much?") channel.postMessage([...found].reduce((sum, { buffer }) => sum + buffer.byteLength, 0));
  };
}

/** Puts {@link tellMemory} before every script that this page makes workers of by way of a Blob. */
export function tellMemoryInBlobs() {
  const Original = Blob;
  globalThis.Blob = function (parts, options) {
    const script = options?.type === "text/javascript";
    return new Original(script ? [`(${tellMemory})();\n`, ...parts] : parts, options);
  };
  globalThis.Blob.prototype = Original.prototype;
}

/** Bytes of WebAssembly memory, one number for each worker that answers within a second. */
export async function askMemory() {
  const channel = new BroadcastChannel("memory");
  const answers = [];
  channel.onmessage = ({ data }) => answers.push(data);
  channel.postMessage("how much?");
  await new Promise((resolve) => setTimeout(resolve, 1000));
  channel.close();
  return answers.filter((answer) => typeof answer === "number");
}
