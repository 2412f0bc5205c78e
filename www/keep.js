// Keeps the workspace on this device: over a reload, a crash, a week. boot.js loads this before the
// program, so that what is kept is read while the program is on its way. The program decides what
// is kept and when (`crates/app/src/session/keep.rs`); this file knows nothing of what is in it.
//
// There is one workspace for all pages of an address. Under STAMP stands what tells the record from
// others: a page that has not read or written the latest one writes nothing. So no page overwrites
// what another has kept, whatever else goes wrong. A lock tells the pages who keeps: the others
// say that they don't, and follow.
// A file with a lesson has a workspace of its own: browsers share storage among all files.
const NAME = `semblance${document.getElementById("samples")?.dataset.lesson ?? ""}`;
const WORKSPACE = "workspace";
const STAMP = "stamp";
const TABLE = "table:";
/** What was computed of the texts: it can be had again, and makes room for what can't. */
const VECTORS = "vectors:";
const ASIDE = "aside:";
/** How long a page waits for another one to let go, in milliseconds. */
const PATIENCE = 2000;
/** How long it waits for storage when it opens: so long that on a busy device nothing is missed. */
const OPENING = 8000;

const channel = "BroadcastChannel" in window ? new BroadcastChannel(NAME) : undefined;
/** The program's ear. */
let hear = () => undefined;
let database;
/** What is being written. */
let saving = Promise.resolve();
/** The stamp of the record that this page has read or written last. */
let seen;
/** Whether vectors had to make room. */
let full = false;
/** Whether this page began with what an earlier one had kept. */
let returned = false;

// Who keeps.

/** Lets another page keep; there while this one does. */
let release;
/** Ends the waiting for the page that keeps. */
let waiting;
let taking = false;

/** Whether this page is the one that keeps. Where the browser has no locks, every page may. */
async function acquire(options) {
  const { locks } = navigator;
  if (!locks) return true;
  return new Promise((done) => {
    const held = (lock) => {
      done(Boolean(lock));
      return lock && new Promise((end) => (release = end));
    };
    locks.request(NAME, options, held).catch(() => {
      // Another page took it, or nobody waits for it any more.
      done(false);
      if (release) lose();
    });
  });
}

/** Waits until no other page keeps. */
async function wait() {
  waiting = new AbortController();
  const { signal } = waiting;
  if ((await acquire({ signal })) && !taking) hear("free");
}

function lose() {
  release = undefined;
  hear("lost");
  wait();
}

channel?.addEventListener("message", async ({ data }) => {
  if (data === "release" && release) {
    hear("flush");
    // What came of it was said where it was begun.
    await saving.catch(() => undefined);
    // It may have been taken meanwhile.
    if (!release) return;
    release();
    lose();
  }
  if (data === "saved" && !release) hear("saved");
});

// What is kept.

function open() {
  database ??= new Promise((done, fail) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(NAME);
    request.onerror = () => fail(request.error);
    request.onsuccess = () => {
      const { result } = request;
      result.onclose = () => (database = undefined);
      // A newer version of the page need not wait for this one.
      result.onversionchange = () => {
        database = undefined;
        result.close();
      };
      done(result);
    };
  });
  database.catch(() => (database = undefined));
  return database;
}

/** Runs a transaction. What `act` returns is a request, whose result is that of all. */
async function transact(mode, act) {
  const transaction = (await open()).transaction(NAME, mode);
  return new Promise((done, fail) => {
    const request = act(transaction.objectStore(NAME), transaction);
    transaction.oncomplete = () => done(request?.result);
    transaction.onabort = () => fail(transaction.error ?? new DOMException("", "AbortError"));
  });
}

/** Whether nothing is to be kept: the setting counts in every page at once. */
function nothing() {
  try {
    return localStorage.getItem("semblance:settings")?.includes("keep=nothing") ?? false;
  } catch {
    return false;
  }
}

/** The latest record, if there is one. */
async function read() {
  if (nothing()) return undefined;
  let stamp;
  const record = await transact("readonly", (store) => {
    stamp = store.get(STAMP);
    return store.get(WORKSPACE);
  });
  seen = stamp.result?.id;
  return record;
}

/** What an earlier version of the page kept for a reload. */
function earlier() {
  try {
    return sessionStorage.getItem("semblance:texts") ?? undefined;
  } catch {
    return undefined;
  }
}

function forgetEarlier() {
  try {
    ["texts", "sample", "bookmarks"].forEach((name) => sessionStorage.removeItem(`semblance:${name}`));
  } catch {
    // There is nothing then.
  }
}

/**
 * What there is to begin with: the record, or a string where an earlier version of the page has kept
 * texts; whether this page keeps; why nobody does; whether that is to be said at once, since
 * something may have been kept.
 */
async function begin() {
  if (!location.hash.startsWith("#w1=")) return beginWithKept();
  // What is kept is neither shown nor changed by a page that was opened by a link.
  const apart = "These texts came with a link and are not kept on this device: the link is what keeps them, without your changes. Your own texts are kept as they were; they are here when you open this page without the link.";
  try {
    const { read } = await import("./link.js");
    return [await read(location.hash), false, apart, true];
  } catch (why) {
    const [record] = await beginWithKept();
    return [record, false, typeof why === "string" ? why : "A part of this page is missing, so the texts of the link can’t be shown. Reload the page.", true];
  }
}

async function beginWithKept() {
  const late = new Promise((_, fail) => setTimeout(() => fail(new DOMException("", "TimeoutError")), OPENING));
  try {
    const [record, ours] = await Promise.race([Promise.all([read(), acquire({ ifAvailable: true })]), late]);
    if (!ours) wait();
    returned = Boolean(record);
    return [record ?? earlier(), ours];
  } catch (error) {
    return [earlier(), false, reason(error), !REFUSED.includes(error.name)];
  }
}

/** The names of errors by which browsers refuse storage to a page. */
const REFUSED = ["SecurityError", "InvalidStateError", "TypeError", "ReferenceError"];

/** A moment in words, given the milliseconds since 1970. */
function moment(at) {
  return new Date(Number(at)).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

/** The size of some bytes or of a blob, in words. */
function size({ byteLength, size: bytes = byteLength }) {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** Why something was not kept or read, and what to do, in a sentence. */
function reason({ name }) {
  if (REFUSED.includes(name)) {
    return "The browser does not let this page keep texts. They last as long as it stays open: save them as a file before you close it.";
  }
  switch (name) {
    case "QuotaExceededError":
      return "The browser has no room to keep these texts: free some space on this device, or save them as a file. They last as long as this page stays open.";
    case "VersionError":
      return "A newer version of this page keeps the texts on this device. Close all tabs of this page and open it again; until then nothing is kept.";
    case "TimeoutError":
      return "The browser’s storage does not answer, so what was kept can’t be shown. Reload the page to try again; until then nothing is kept.";
    default:
      return `The browser’s storage failed (${name}). What you change lasts as long as this page stays open: save it as a file, then reload the page.`;
  }
}

/** A page that is being left has no time to ask for the stamp; its lock says as much. */
async function save(record, tables, leaving) {
  if (nothing()) return true;
  const id = `${Date.now()} ${Math.random()}`;
  const before = seen;
  let stale = false;
  const act = (store, transaction) => {
    const put = () => {
      for (const [number, table] of tables) store.put(table, TABLE + number);
      store.put(record, WORKSPACE);
      store.put({ id, at: Date.now() }, STAMP);
      // The next one may begin before this one is told of its end.
      seen = id;
      transaction.commit?.();
    };
    if (leaving && release) return put();
    const stamp = store.get(STAMP);
    stamp.onsuccess = () => {
      stale = stamp.result?.id !== seen;
      if (stale) transaction.abort();
      else put();
    };
  };
  try {
    await transact("readwrite", act);
  } catch (error) {
    if (stale) return false;
    if (seen === id) seen = before;
    if (error.name !== "QuotaExceededError" || !(await dropVectors([]))) throw error;
    full = true;
    return save(record, tables, leaving);
  }
  forgetEarlier();
  channel?.postMessage("saved");
  // Whoever comes back to texts counts on them.
  if (returned) navigator.storage?.persist?.();
  returned = false;
  return true;
}

/** Forgets vectors but for those under these keys. How many were forgotten. */
async function dropVectors(kept, put = []) {
  let dropped = 0;
  await transact("readwrite", (store) => {
    for (const [key, file] of put) store.put(file, key);
    const keys = store.getAllKeys();
    keys.onsuccess = () => {
      const gone = keys.result.filter((key) => key.startsWith(VECTORS) && !kept.includes(key));
      gone.forEach((key) => store.delete(key));
      dropped = gone.length;
    };
  });
  return dropped;
}

const telling = (act) => async (...given) => {
  try {
    return await act(...given);
  } catch (error) {
    throw reason(error);
  }
};

// A link that is opened where the page is open already changes nothing but this.
addEventListener("hashchange", () => /^#(w1|c1|lesson)=/.test(location.hash) && location.reload());

export const begun = begin();

window.semblanceKeep = {
  /** Has the program hear of: "leave", "flush", "lost", "free", "saved". */
  listen(ear) {
    hear = ear;
    const leave = () => document.visibilityState === "hidden" && hear("leave");
    document.addEventListener("visibilitychange", leave);
    addEventListener("pagehide", () => hear("leave"));
  },

  read: telling(read),

  /** The columns of a table, as a blob. */
  table: telling((number) => transact("readonly", (store) => store.get(TABLE + number))),

  /** Files of vectors: their keys, and all of them as one blob. */
  vectors: telling(async () => {
    let [keys, files] = [];
    await transact("readonly", (store) => {
      const range = IDBKeyRange.bound(VECTORS, `${VECTORS}\uffff`);
      keys = store.getAllKeys(range);
      files = store.getAll(range);
    });
    return [keys.result, new Blob(files.result)];
  }),

  /**
   * Keeps new files of vectors beside some of those that are there. The keys of the new ones; none
   * where none are to be kept.
   */
  async save_vectors(files, kept) {
    if (nothing() || full) return [];
    const put = files.map((file, at) => [`${VECTORS}${Date.now()} ${at}`, file]);
    const keys = put.map(([key]) => key);
    try {
      await dropVectors([...kept, ...keys], put);
    } catch (error) {
      throw error.name === "QuotaExceededError"
        ? "Your texts are kept on this device, but the browser has no room for what was computed of them: that is done again when you next open this page. Free some space on this device to change that."
        : reason(error);
    }
    return keys;
  },

  /** Keeps a record and the tables that are new. False when another page has kept one meanwhile. */
  save(...given) {
    saving = telling(save)(...given);
    return saving;
  },

  /** Has this page be the one that keeps, and gives what the other one has kept last. */
  take: telling(async () => {
    if (navigator.locks && !release) {
      taking = true;
      channel?.postMessage("release");
      const until = performance.now() + PATIENCE;
      // A page that is frozen lets go of nothing.
      while (!release && performance.now() < until) await new Promise((done) => setTimeout(done, 20));
      if (!release) {
        waiting?.abort();
        await acquire({ steal: true });
      }
      taking = false;
    }
    return read();
  }),

  /** Puts the record aside, where nothing overwrites it. */
  aside: telling((record) =>
    transact("readwrite", (store) => {
      store.put(record, ASIDE + Date.now());
      store.delete(WORKSPACE);
      store.delete(STAMP);
      seen = undefined;
    }),
  ),

  /** Forgets the tables that are none of these. */
  prune: telling((numbers) =>
    transact("readwrite", (store) => {
      const keys = store.getAllKeys();
      keys.onsuccess = () => {
        const gone = (key) => key.startsWith(TABLE) && !numbers.includes(Number(key.slice(TABLE.length)));
        keys.result.filter(gone).forEach((key) => store.delete(key));
      };
    }),
  ),

  /**
   * What is kept: a sentence, the records that were put aside (key, and size and date in words), and
   * whether there is anything.
   */
  stored: telling(async () => {
    let [bytes, vectors, files, when] = [0, 0, 0, ""];
    const put = [];
    await transact("readonly", (store) => {
      const cursor = store.openCursor();
      cursor.onsuccess = () => {
        const { result } = cursor;
        if (!result) return;
        const { key, value } = result;
        if (key === STAMP) when = moment(value.at);
        else if (key.startsWith(ASIDE)) put.push([key, `${size(value)}, from ${moment(key.slice(ASIDE.length))}`]);
        else if (key.startsWith(VECTORS)) vectors += value.size;
        else bytes += value.byteLength ?? value.size;
        if (key.startsWith(TABLE)) files += 1;
        result.continue();
      };
    });
    const { usage } = (await navigator.storage?.estimate?.()) ?? {};
    const columns = files ? `, with the columns of ${files === 1 ? "a file" : `${files} files`}` : "";
    const texts = bytes
      ? `Your texts, groups and views${columns}: ${size({ size: bytes })}, last changed ${when}. They are here again when you next open this page in this browser.`
      : "Nothing of your texts is kept.";
    const computed = vectors ? ` So is what was computed of them: ${size({ size: vectors })}.` : "";
    const all = usage > 1e6 ? ` With the page and the model, the browser keeps ${size({ size: usage })} for this address.` : "";
    return [texts + computed + all, put, bytes + vectors > 0 || put.length > 0];
  }),

  get_aside: telling((key) => transact("readonly", (store) => store.get(key))),

  drop_aside: telling((key) => transact("readwrite", (store) => void store.delete(key))),

  /** Forgets everything. */
  forget: telling(async () => {
    await transact("readwrite", (store) => void store.clear());
    seen = undefined;
    forgetEarlier();
  }),
};
