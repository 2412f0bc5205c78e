// See worker.rs.
const ACCENTS = /[\u0300-\u036f]/g;

/** Every way to write the same letters becomes one: é, e and a combining accent, É, E. */
const folded = (text) => text.normalize("NFKD").replace(ACCENTS, "").toUpperCase();
/** As it is written, whether a letter and its accent are one character or two. */
const exact = (text) => text.normalize("NFC");

let texts = [];
/** The texts in a form, once that form was asked for. */
let forms = new Map();

function form(make) {
  if (!forms.has(make)) forms.set(make, texts.map(make));
  return forms.get(make);
}

function test(sought, isExpression, isStrict) {
  if (isExpression) {
    const flags = isStrict ? "" : "i";
    let expression;
    try {
      expression = new RegExp(exact(sought), "u" + flags);
    } catch {
      // The older, laxer manner; what it can't read either is said.
      expression = new RegExp(exact(sought), flags);
    }
    return [exact, (text) => expression.test(text)];
  }
  const make = isStrict ? exact : folded;
  const words = sought.split(/\s+/).filter(Boolean).map(make);
  return [make, (text) => words.every((word) => text.includes(word))];
}

onmessage = ({ data }) => {
  if (typeof data === "string") {
    texts = data.split("\n");
    forms = new Map();
    return;
  }
  const [id, ...question] = data;
  try {
    const [make, matches] = test(...question);
    const found = [];
    form(make).forEach((text, at) => matches(text) && found.push(at));
    postMessage([id, Uint32Array.from(found)]);
  } catch (error) {
    postMessage([id, error.message]);
  }
};
