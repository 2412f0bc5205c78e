// A link that holds a workspace in its part after "#", which browsers send to nobody. keep.js loads
// this when the page is opened by such a link, boot.js when one is to be made. What stands in the
// bytes is the program's business (`crates/workspace/src/record.rs`).

/** What such a part begins with. The digit is the version of the form: deflated, in base64url. */
export const MARK = "#w1=";
/** What the part with a lesson for pupils begins with, and that with the name of one. */
const LESSON = "#c1=";
const NAMED = "#lesson=";
/** A link of a few kilobytes could unfold to gigabytes. */
const MOST = 32e6;

/** The page's address with these bytes. */
export async function write(bytes) {
  return page() + MARK + (await letters(bytes));
}

/** The page's address with a lesson, given as Markdown, or by its name if it comes with the page. */
export async function writeLesson(lesson) {
  return page() + (lesson.includes("\n") ? LESSON + (await letters(new TextEncoder().encode(lesson))) : NAMED + lesson);
}

/** The lesson, or its name, of an address's part after and with "#"; nothing if there is none. */
export async function readLesson(hash) {
  try {
    if (hash.startsWith(NAMED)) return decodeURIComponent(hash.slice(NAMED.length));
    if (!hash.startsWith(LESSON)) return undefined;
    return new TextDecoder().decode(await unpacked(hash.slice(LESSON.length)));
  } catch {
    // No lesson begins like that: the program says so.
    return "damaged";
  }
}

function page() {
  const { origin, pathname, search } = location;
  // The origin of a file is "null".
  return origin === "null" ? location.href.replace(/#.*/s, "") : origin + pathname + search;
}

async function letters(bytes) {
  const packed = await through(new CompressionStream("deflate-raw"), bytes);
  let letters = "";
  // More arguments at once than a call can take would be too many.
  for (let at = 0; at < packed.length; at += 8192) letters += String.fromCharCode(...packed.subarray(at, at + 8192));
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The bytes of a link, given its part after and with "#". Fails with a sentence. */
export async function read(hash) {
  try {
    return await unpacked(hash.slice(MARK.length));
  } catch {
    throw "The link is damaged, so its texts can’t be shown: part of it is missing, perhaps cut off by a program that it went through. Ask for it again, as a file if need be.";
  }
}

async function unpacked(part) {
  // What a link is pasted into may add to its end, or write some letters as %2D.
  const [letters] = decodeURIComponent(part).match(/^[\w-]*/);
  const packed = atob(letters.replaceAll("-", "+").replaceAll("_", "/"));
  return through(new DecompressionStream("deflate-raw"), Uint8Array.from(packed, (letter) => letter.charCodeAt(0)));
}

async function through(transform, bytes) {
  const reader = new Blob([bytes]).stream().pipeThrough(transform).getReader();
  const chunks = [];
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value);
    length += next.value.length;
    if (length > MOST) throw new RangeError("too long");
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
