// The page as one file (`cargo xtask kit`) has this script in its head, and nothing to fetch: its
// other files stand at its end, compressed, in pieces of text. Each piece goes to a worker as soon
// as it is there; whoever asks for a file gets it when it is whole. The policy forbids every request.
(() => {
  /** Of each file by its path: its bytes, and in how many pieces it comes. */
  const LIST = JSON.parse(document.currentScript.dataset.files);
  /** A connection that brings nothing for so long has broken off; nothing else tells. In ms. */
  const SILENCE = 20000;
  const FOLDER = new URL(".", document.baseURI).href;
  const files = new Map();
  for (const path of Object.keys(LIST)) {
    const file = { arrived: 0, unpacked: 0, heard: undefined };
    file.whole = new Promise((resolve, reject) => Object.assign(file, { resolve, reject }));
    // Whoever asks for it hears of it.
    file.whole.catch(() => undefined);
    files.set(path, file);
  }
  /** Why there is nothing to hand out, if something is wrong with the file or the browser. */
  let problem;
  const giveUp = (why) => {
    problem ??= why;
    for (const { reject } of files.values()) reject(new Error(problem));
  };
  const old = (detail) => giveUp(`this browser cannot unpack the file (${detail}): use a current one`);

  /** What the worker runs. */
  const unpack = () => {
    const FIRST = 35; // #
    const LEFT_OUT = 60; // <
    // As base91.rs writes it: 13 bits in two digits, the last six in one.
    const digit = (code) => code - FIRST - (code > LEFT_OUT);
    const bytes = (text) => {
      const pairs = text.length >> 1;
      const bytes = new Uint8Array((pairs * 13 + (text.length & 1) * 6) >> 3);
      let [held, count, at] = [0, 0, 0];
      const take = (bits, number) => {
        held = (held << bits) | number;
        count += bits;
        while (count >= 8 && at < bytes.length) {
          count -= 8;
          bytes[at++] = held >> count;
          held &= (1 << count) - 1;
        }
      };
      for (let place = 0; place < pairs * 2; place += 2)
        take(13, digit(text.charCodeAt(place)) * 91 + digit(text.charCodeAt(place + 1)));
      if (text.length & 1) take(6, digit(text.charCodeAt(text.length - 1)));
      return bytes;
    };
    const writers = new Map();
    onmessage = ({ data: { path, text, last } }) => {
      if (!writers.has(path)) {
        const { readable, writable } = new DecompressionStream("gzip");
        writers.set(path, writable.getWriter());
        const tell = (blob) => postMessage({ path, blob });
        new Response(readable).blob().then(tell, () => postMessage({ path, damaged: true }));
      }
      const writer = writers.get(path);
      // What goes wrong shows where it is read.
      writer.write(bytes(text)).then(() => postMessage({ path }), () => undefined);
      if (last) writer.close().catch(() => undefined);
    };
  };
  let worker;
  try {
    const code = new Blob([`(${unpack})()`], { type: "text/javascript" });
    worker = new Worker(URL.createObjectURL(code));
    worker.onerror = ({ message }) => old(message);
    worker.onmessage = ({ data: { path, blob, damaged } }) => {
      const file = files.get(path);
      if (damaged) giveUp("this file is damaged: copy or download it again");
      else if (blob) file.resolve(blob);
      else {
        file.unpacked += 1;
        file.heard?.((LIST[path].bytes * file.unpacked) / LIST[path].pieces);
      }
    };
  } catch ({ message }) {
    old(message);
  }

  /** Takes the piece that has just come. */
  window.semblancePiece = () => {
    // Not the element before: the page may have put something between.
    const piece = document.querySelector("script[data-path]");
    const { path } = piece.dataset;
    const file = files.get(path);
    file.arrived += 1;
    worker?.postMessage({ path, text: piece.textContent, last: file.arrived === LIST[path].pieces });
    piece.remove();
    document.currentScript.remove();
  };

  /**
   * Answers as `fetch` would; to several addresses with one `Blob` of the files one after another,
   * and `heard` is told how many bytes there are of each.
   */
  window.semblanceFile = async (addresses, heard) => {
    const paths = [addresses].flat().map((address) => new URL(address).href.slice(FOLDER.length));
    const blobs = [];
    for (const path of paths) {
      const file = files.get(path);
      if (!file) return new Response(null, { status: 404 });
      file.heard = heard;
      blobs.push(await file.whole.finally(() => (file.heard = undefined)));
    }
    if (Array.isArray(addresses)) return new Blob(blobs);
    // The browser compiles what comes in only if it is called WebAssembly.
    const type = paths[0].endsWith(".wasm") ? "application/wasm" : "";
    return new Response(blobs[0], { headers: { "content-type": type } });
  };

  let before = 0;
  const watch = setInterval(() => {
    const coming = document.querySelector("script[data-path]")?.textContent.length ?? 0;
    const now = [...files.values()].reduce((sum, { arrived }) => sum + arrived * 1e7, coming);
    if (now === before) giveUp("the rest of it does not arrive: reload the page");
    before = now;
  }, SILENCE);
  addEventListener("DOMContentLoaded", () => {
    clearInterval(watch);
    const whole = [...files].every(([path, { arrived }]) => arrived === LIST[path].pieces);
    if (!whole) giveUp("this file is not whole: copy or download it again");
  });

  /** For boot.js: what to say when the page does not start, and what to do when it has. */
  window.semblanceStart = {
    judge: async () => problem && [`Semblance cannot start, because ${problem}.`],
    started() {
      const scored = new PerformanceObserver((list) => {
        if (!list.getEntriesByName("semblance:first-scores").length) return;
        scored.disconnect();
        say();
      });
      scored.observe({ type: "mark", buffered: true });
    },
  };

  /** Says in the bar at the top and in the dialog about the page what this file is. */
  const say = () => {
    const keeps = storage();
    const line = document.createElement("p");
    line.className = "offline";
    line.textContent = line.title = keeps ? "One file, no network" : "One file, no network, nothing kept for a reload";
    document.querySelector(".status")?.append(line);
    const about = (id, words) => {
      const paragraph = document.getElementById(id);
      if (paragraph) paragraph.textContent = words(paragraph.textContent);
    };
    about("about-offline", () => "This page is one file. It needs no server and no network, and its content security policy forbids every request, to whatever address.");
    if (!keeps) about("about-kept", () => "For a page that is opened in this way, this browser keeps neither texts nor settings: save what you want to have again.");
    else if (location.protocol === "file:") about("about-kept", (words) => `${words} Some browsers let other pages that are opened as files read that.`);
  };

  const storage = () => {
    try {
      return Boolean(localStorage && sessionStorage);
    } catch {
      return false;
    }
  };
})();
