// Starts the engine in a classic worker. The first message is the compiled module; messages that
// come while it starts wait their turn. Stands behind the wasm-bindgen glue in one script, so that
// the worker fetches nothing by itself and can start from a Blob.
self.onmessage = ({ data: module }) => {
  const waiting = [];
  self.onmessage = ({ data }) => waiting.push(data);
  wasm_bindgen({ module_or_path: module }).then(
    () => {
      self.onmessage = ({ data }) => wasm_bindgen.receive(data);
      waiting.forEach((data) => wasm_bindgen.receive(data));
    },
    (error) => {
      // Out of the promise, so that the page hears of it through the worker's error event.
      setTimeout(() => {
        throw error;
      });
    },
  );
};
// A trap inside an asynchronous task must reach the page too.
self.onunhandledrejection = (event) => {
  event.preventDefault();
  setTimeout(() => {
    throw event.reason;
  });
};
