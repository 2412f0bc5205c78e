// Starts the page's program. Trunk writes the hashed names of its files into the attributes of the
// script element. What keeps the program from starting is said in the page: nothing else could say
// it. The script in index.html says what keeps this file from running.
const { js, wasm, parts, version } = document.querySelector("script[data-wasm]").dataset;
const program = new URL(js, document.baseURI);
const engine = new URL(wasm, document.baseURI);
// A host whose policy forbids inline scripts leaves this file alone with the page.
const page = { say: sayPlainly, judge: async () => undefined, started() {}, ...window.semblanceStart };
// A page that is one file has its own way to get at what is in it (kit.js).
const get = window.semblanceFile ?? fetch;

// The smallest module with an instruction of SIMD: all of ours have some.
const SIMD = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);

let programStarts;
const programExports = new Promise((done) => (programStarts = done));
const compiled = {};
const loaded = {};
let forbidden;
document.addEventListener("securitypolicyviolation", (event) => {
  const ours = ["wasm-eval", program.href, engine.href].includes(event.blockedURI);
  // A policy that only reports forbids nothing.
  if (ours && event.disposition === "enforce") forbidden ??= event;
});

performance.mark("semblance:boot");
// What is kept is read while the program is on its way. Without this file the page keeps nothing.
const keep = import("./keep.js").catch(() => undefined);
/** What there is to begin with; undefined without that file. */
window.semblanceKept = async () => (await keep)?.begun;
/** The page's address with some bytes, for others to open. */
window.semblanceLink = async (bytes) => (await import("./link.js")).write(bytes);
/** The same with a lesson for pupils. */
window.semblanceLessonLink = async (lesson) => (await import("./link.js")).writeLesson(lesson);
// The code that knows what to do with it is wanted before there is a page to draw.
semblanceKept().then((begun) => begun?.[0] && semblancePart("keep")).catch(() => undefined);
start().catch((error) => failed(error, engine));

async function start() {
  if (typeof WebAssembly !== "object") {
    page.say("Semblance cannot run in this browser, because WebAssembly is missing or switched off. Allow it in the browser’s settings (on Apple devices, Lockdown Mode switches it off), or use a current version of Chrome, Edge, Firefox or Safari.");
    return;
  }
  if (!WebAssembly.validate(SIMD)) {
    page.say("Semblance cannot run in this browser, because its WebAssembly lacks SIMD, which the language model needs. Update the browser: Chrome and Edge have had it since version 91, Firefox since 89 and Safari since 16.4.");
    return;
  }
  await putLesson();
  let begin;
  try {
    ({ default: begin } = await import(program));
  } catch (error) {
    await failed(error, program);
    return;
  }
  // The program may ask for a part before it has returned from its start.
  const starts = begin({ module_or_path: get(engine) });
  programStarts(starts);
  await starts;
  page.started();
  // A page that is being worked on has no version, and is not kept.
  if (version) import("./offline.js").catch(() => undefined);
}

/** Puts a lesson that came with the link where the program looks for one: a pupil is to answer it. */
async function putLesson() {
  if (!/^#(c1|lesson)=/.test(location.hash)) return;
  // Without that file the page is as it is without the link.
  const lesson = await import("./link.js").then(({ readLesson }) => readLesson(location.hash), () => undefined);
  if (!lesson) return;
  document.getElementById("lesson")?.remove();
  const template = document.createElement("template");
  template.id = "lesson";
  template.dataset.pupil = "";
  template.content.append(lesson);
  document.body.append(template);
}

/**
 * Resolves when the code of a part of the program can be called. Its files are fetched side by side,
 * and put in one after another. One that did not arrive is fetched anew the next time.
 */
window.semblancePart = async (name) => {
  const files = JSON.parse(parts)[name];
  const modules = files.map((file) => {
    compiled[file] ??= compile(file);
    compiled[file].catch(() => delete compiled[file]);
    return compiled[file];
  });
  for (const [at, file] of files.entries()) {
    loaded[file] ??= load(modules[at]);
    try {
      await loaded[file];
    } catch (error) {
      delete loaded[file];
      throw error;
    }
  }
};

async function compile(file) {
  const answer = await get(new URL(file, document.baseURI));
  if (!answer.ok) throw new Error(`${file}: ${answer.status}`);
  // Not while it streams: some hosts send it as another type.
  return WebAssembly.compile(await answer.arrayBuffer());
}

async function load(module) {
  await WebAssembly.instantiate(await module, { __wasm_split: await programExports });
}

/** Says why `file` was refused. */
async function failed(error, file) {
  console.error(error);
  // The program itself has said what made it stop, if it got that far.
  if (document.querySelector(".crash") && error instanceof WebAssembly.RuntimeError) return;
  const found = await page.judge(file);
  // A policy that forbids it says so in an event, which may come after the error.
  await new Promise((resolve) => setTimeout(resolve, 100));
  page.say(...(forbidden ? [policy(forbidden)] : found ?? [cause(error, name(file))]));
}

/** A sentence on the policy of the host, which adds to the page's own. */
function policy({ blockedURI, effectiveDirective, originalPolicy }) {
  const directives = originalPolicy.split(";").map((directive) => directive.trim());
  // What has no directive of its own falls back to the next.
  const names = [effectiveDirective, effectiveDirective.replace(/-(elem|attr)$/, ""), "default-src"];
  const directive = names.map((name) => directives.find((directive) => directive.split(" ")[0] === name)).find(Boolean) ?? effectiveDirective;
  const [what, source] = blockedURI === "wasm-eval" ? ["WebAssembly", "'wasm-unsafe-eval'"] : [`loading ${name(new URL(blockedURI))}`, "'self'"];
  const where = directive.startsWith("default-src") ? `a ${effectiveDirective} with` : "to it";
  return `Semblance cannot start, because the web server’s Content-Security-Policy header forbids ${what} by “${directive}”. Whoever runs the server must add ${where} ${source}; reloading will not help.`;
}

/** A sentence on an error with a file that the server sends as it should. */
function cause(error, file) {
  if (error instanceof WebAssembly.CompileError) {
    return `Semblance cannot start, because ${file} arrived damaged. Reload the page; if that does not help, whoever runs the server must copy the site to it again. (${error.message})`;
  }
  if (error instanceof WebAssembly.LinkError) {
    return "Semblance cannot start, because its files come from two different versions. Reload the page; if that does not help, whoever runs the server must copy the whole site to it again.";
  }
  if (error instanceof SyntaxError) {
    return `Semblance cannot start, because this browser cannot read ${file}. Update the browser; if it is up to date, the file was changed on its way: reload the page. (${error.message})`;
  }
  if (error instanceof WebAssembly.RuntimeError) {
    return "Semblance stopped while it was starting, because something in it failed. Reload the page; texts from an earlier visit are kept.";
  }
  return `Semblance cannot start, because ${file} could not be loaded. Check the connection and reload the page. (${error.message})`;
}

function name(file) {
  return file.pathname.split("/").pop();
}

function sayPlainly(sentence) {
  const alert = document.createElement("p");
  alert.setAttribute("role", "alert");
  alert.className = "crash";
  alert.textContent = sentence;
  document.body.append(alert);
  document.querySelector("#app .progress")?.remove();
  const status = document.querySelector("#app [role=status]");
  if (status) status.textContent = "Not started";
}
