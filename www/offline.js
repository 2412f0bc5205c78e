// Has the page kept for visits without a network (sw.js does it), and says how that goes. boot.js
// loads this when the program has started. Where browser or address allow no service worker, the
// page is as it is without this file.
const { version } = document.querySelector("script[data-version]").dataset;
const READY = "Ready offline";
const NEWER = "A new version is ready – it comes when you next open the page";
const ABOUT = {
  [READY]: "Ready offline: the page and the model are kept on this device, and start without a network.",
  [NEWER]: `${NEWER}: once none of this version is open any more. Until then this version goes on.`,
};

/** How long to wait for scores, and for a worker's answer, in milliseconds. */
const PATIENCE = 20000;

/** This page was loaded past the service worker, which was of a version that is no more. */
const address = new URL(location);
const fresh = address.searchParams.has("fresh");
if (fresh) {
  address.searchParams.delete("fresh");
  history.replaceState(history.state, "", address);
}

if ("serviceWorker" in navigator) start().catch((error) => console.info("Not kept for offline use:", error));

async function start() {
  const { serviceWorker } = navigator;
  const scores = scored();
  // A page without texts has none.
  await Promise.race([scores, new Promise((done) => setTimeout(done, PATIENCE))]);
  const before = await serviceWorker.getRegistration();
  const registration = await serviceWorker.register(new URL("sw.js", document.baseURI));
  const look = () => say(registration).catch((error) => console.info(error));
  const follow = (worker) => worker?.addEventListener("statechange", look);
  registration.addEventListener("updatefound", () => follow(registration.installing));
  [registration.installing, registration.waiting, registration.active].forEach(follow);
  serviceWorker.addEventListener("controllerchange", look);
  scores.then(look);
  await look();
  // The browser looks by itself, but when is its own affair.
  if (before && navigator.onLine) await registration.update().then(look, () => undefined);
}

/** Resolves with the first scores: the model is kept by then, and the line is free. */
function scored() {
  return new Promise((done) => {
    const observer = new PerformanceObserver((list) => {
      if (list.getEntriesByName("semblance:first-scores").length) done();
    });
    observer.observe({ type: "mark", buffered: true });
  });
}

let looks = 0;

/** Says how things stand, in the bar at the top and in the dialog about the page. */
async function say({ active, waiting }) {
  looks += 1;
  const look = looks;
  const { controller } = navigator.serviceWorker;
  const [now, next] = await Promise.all([ask(active, controller || fresh ? undefined : version), ask(waiting)]);
  // Things have changed while the workers were asked: whoever looked then says how.
  if (look !== looks) return;
  const newest = next ?? (fresh ? undefined : now);
  let words = "";
  if (newest && newest.version !== version) words = NEWER;
  else if (controller && now?.ready && now.version === version) words = READY;
  const place = line();
  if (!place || place.textContent === words) return;
  place.textContent = place.title = words;
  const about = document.querySelector("#about-offline");
  if (about && words) about.textContent = ABOUT[words];
}

/** The second line of the header's status, below what the program says. */
function line() {
  const found = document.querySelector(".status .offline");
  if (found) return found;
  const place = document.createElement("p");
  place.className = "offline";
  place.setAttribute("aria-live", "polite");
  document.querySelector(".status")?.append(place);
  return place;
}

/** What a worker says of itself. Asked to `adopt` a page of its version, it takes that page on. */
function ask(worker, adopt) {
  if (!worker) return undefined;
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => done(data);
    worker.postMessage({ adopt }, [port2]);
    setTimeout(done, PATIENCE);
  });
}
