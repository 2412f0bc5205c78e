// Starts the page's program. Trunk writes the hashed names of its files into the attributes of the
// script element.
const { js, wasm } = document.querySelector("script[data-wasm]").dataset;
const { default: start } = await import(new URL(js, document.baseURI));
await start({ module_or_path: new URL(wasm, document.baseURI) });
