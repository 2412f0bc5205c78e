// Starts the page's program. Trunk writes the hashed names of its files into the attributes of the
// script element. What keeps it from starting is said in the page: nothing else could say it.
const { js, wasm } = document.querySelector("script[data-wasm]").dataset;
performance.mark("semblance:boot");

function failed(sentence) {
  const alert = document.createElement("p");
  alert.setAttribute("role", "alert");
  alert.className = "crash";
  alert.textContent = sentence;
  document.body.append(alert);
  document.querySelector(".progress")?.remove();
}

if (typeof WebAssembly !== "object") {
  failed("This browser cannot run the model: it has no WebAssembly. Use one from 2024 or later, or allow WebAssembly in its settings.");
} else {
  try {
    const { default: start } = await import(new URL(js, document.baseURI));
    await start({ module_or_path: new URL(wasm, document.baseURI) });
  } catch (error) {
    console.error(error);
    failed("The page could not be loaded completely. Check the connection and reload it.");
  }
}
