/**
 * Sentence embeddings on the visitor's own device: texts in, vectors out.
 *
 * ```js
 * import { Embedder, topK } from "./semblance.js";
 *
 * const embedder = await Embedder.load();
 * const result = await embedder.embed(["A cat sleeps.", "The kitten is napping.", "Shares fell."]);
 * console.log(topK(result, 0, 1)); // [{ index: 1, score: 0.6… }]
 * embedder.close();
 * ```
 *
 * `semblance.js` is one ES module. Its wasm lies beside it; the engine and the model are named by
 * `assets.json`, which is looked for in the same folder. All work is done in Web Workers. The
 * model is downloaded once and then kept in the browser's cache.
 *
 * A page with a content security policy must allow `script-src 'wasm-unsafe-eval'`,
 * `worker-src blob:`, and `connect-src` of the folder's origin. Files from another origin need
 * its consent (CORS).
 *
 * @packageDocumentation
 */

/**
 * How exactly to compute.
 *
 * - `"fast"`: int8 weights and activations; a download of about 23 MB.
 * - `"exact"`: f32 throughout; every component within 1e-5 of the reference implementation; a
 *   download of about 91 MB, and two to three times the time.
 */
export type Precision = "fast" | "exact";

/** How far {@link Embedder.load} has come. */
export interface LoadProgress {
  /** The engine's code arrives, the weights arrive, or the model is being built from them. */
  stage: "engine" | "model" | "preparing";
  /** Bytes so far. */
  loaded: number;
  /** Bytes in all; 0 where that is not known. */
  total: number;
}

/** How far {@link Embedder.embed} has come. */
export interface EmbedProgress {
  /** Different texts that have their vectors. */
  done: number;
  /** Different texts in all. */
  total: number;
}

/** What {@link Embedder.load} can be told. Everything has a default. */
export interface LoadOptions {
  /** Default: `"fast"`. */
  precision?: Precision;
  /**
   * Workers that embed, 1 to 64. Default: one less than the device has cores, from 1 to 4. Each has
   * a copy of the model in memory. How many there are changes no vector.
   */
  workers?: number;
  /**
   * A name in `assets.json`, or the URL of a folder, read as `base` is, whose own `assets.json` lists
   * a model (anything with a slash is taken for a URL). Default: the first model in `assets.json`.
   */
  model?: string | URL;
  /**
   * The files of a model instead, in the layout of the Hugging Face hub: what a folder picker or a
   * drop gives, or paths with their contents. They are read in the workers and sent nowhere.
   */
  files?: FileList | readonly File[] | ReadonlyMap<string, Blob> | Readonly<Record<string, Blob>>;
  /** With `files`: what is put before every text. Default: what the files say, or nothing. */
  prompt?: string;
  /** With `files`: the name of a prompt in `config_sentence_transformers.json`, such as `"query"`. */
  promptName?: string;
  /**
   * The folder of `assets.json`, as a URL, absolute or relative to the page. With or without a slash at
   * its end; if it has none and ends in `.html`, `.htm`, `.xhtml`, `.php`, `.js`, `.mjs` or `.json`, it
   * is the folder of that file. What follows `?` or `#` doesn't count. Default: the folder of
   * `semblance.js`.
   */
  base?: string | URL;
  /** Called while files arrive and the model is built. What it throws is ignored. */
  progress?: (progress: LoadProgress) => void;
  /** Ends the download; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** What {@link Embedder.embed} can be told. */
export interface EmbedOptions {
  /** Called whenever texts are done. What it throws is ignored. */
  progress?: (progress: EmbedProgress) => void;
  /** Ends the work; the promise rejects with the signal's reason, an `AbortError` by default. */
  signal?: AbortSignal;
}

/** Vectors of texts, in the order of the texts. */
export interface Embeddings {
  /** `texts × dimensions` numbers, one row for each text, each row of length 1. */
  vectors: Float32Array;
  /** Components of one vector: 384 for all-MiniLM-L6-v2. */
  dimensions: number;
  /** Tokens of each whole text, special tokens included, before truncation. */
  tokens: Uint32Array;
  /** For each text, whether the model read only its beginning. */
  truncated: boolean[];
}

/** What {@link Embedder.explain} can be told. */
export interface ExplainOptions {
  /** Whether to compute the scores without each word, too. Default: false. */
  leaveOut?: boolean;
  /** Called with how far the split has come, 0 to 1. What it throws is ignored. */
  progress?: (progress: { done: number }) => void;
  /** Ends the work; the promise rejects with the signal's reason, an `AbortError` by default. */
  signal?: AbortSignal;
}

/** A word of a text, or a phrase, and where it stands: `text.slice(start, end)`. */
export interface Word {
  text: string;
  start: number;
  end: number;
}

/** One of the two texts of an {@link Explanation}. */
export interface ExplainedText {
  /**
   * Its words, in order: what stands between white space, each mark and each CJK ideograph by itself.
   * Phrases where there are more than 24 words. At least one: a text without words counts as one.
   */
  words: Word[];
  /** Whether the model reads only the beginning of the text. What it does not read has no words. */
  truncated: boolean;
  /**
   * With `leaveOut`, the score without each word, which the model computes anew from the text with
   * spaces in the place of the word.
   */
  without?: Float32Array;
}

/** Why two texts score as they do. */
export interface Explanation {
  /** The cosine similarity of the two texts, −1 to 1. */
  score: number;
  a: ExplainedText;
  b: ExplainedText;
  /**
   * What each pair of words brings to the score: `a.words.length × b.words.length` numbers, a row for
   * each word of `a`. They sum to the score; some are negative.
   */
  table: Float32Array;
}

/** Whether the model computes here what it should, and how fast. */
export interface SelfTest {
  /** Whether `difference` is at most `allowed`; true where there is nothing to compare with. */
  passed: boolean;
  /** How many texts were compared, each with each. */
  texts: number;
  /**
   * The largest difference of a score from that of the original model in PyTorch; `null` for a model
   * that the library has no scores of.
   */
  difference: number | null;
  /** What that may be at most with this precision. */
  allowed: number;
  /** Milliseconds for "Hello World" by itself. */
  milliseconds: number;
  /** Tokens a second, of texts of some 16 tokens, by all workers. */
  tokensPerSecond: number;
  /** Bytes of memory that the workers hold. */
  memory: number;
}

/** The model of an embedder, as its own file describes it. */
export interface ModelInfo {
  readonly name: string;
  /** Components of a vector. */
  readonly dimensions: number;
  /** Tokens that the model reads of a text, special tokens included. */
  readonly maxTokens: number;
  /** Licence of the weights (SPDX); empty if the file does not say. */
  readonly license: string;
  /** What is put before every text, such as `"query: "`; empty for most models. */
  readonly prompt: string;
  /**
   * A hash of what the vectors depend on, prompt and precision aside: vectors may be compared if all
   * three are the same.
   */
  readonly revision: string;
  /** Bytes of the weights. */
  readonly bytes: number;
  /** Whether the weights came from the browser's cache. */
  readonly fromCache: boolean;
}

/** A model that is ready, and the workers that run it. */
export class Embedder {
  private constructor();

  /**
   * Gets a model ready.
   *
   * @throws {@link SemblanceError} with the codes `bad-input`, `unsupported`, `network`,
   * `damaged-file`, `bad-model`, `unknown-model`, `worker-died` or `internal`. Trying again is
   * possible at once.
   * @throws The reason of the signal, when it is aborted.
   */
  static load(options?: LoadOptions): Promise<Embedder>;

  /** The model. */
  readonly model: ModelInfo;

  /** Workers that are ready: the first one when `load` returns, the others soon after; 0 when closed. */
  readonly workers: number;

  /**
   * Embeds texts.
   *
   * A text's vector depends on the text, the model and the precision alone, bit for bit: never on
   * the other texts, the number of workers, or what was embedded before. Equal texts are computed
   * once. An empty text has a vector too (that of no words), an empty array gives empty results.
   * Lone surrogates count as U+FFFD, as in `TextEncoder`. Of texts longer than the model reads,
   * the beginning counts. Several calls at once are allowed and share the workers; workers that have
   * nothing to do share a long text.
   *
   * A worker that dies is replaced, and its texts are done again, once.
   *
   * @throws {@link SemblanceError} with the codes `bad-input` (not an array of strings), `closed`,
   * `worker-died` (twice over the same texts), `too-many` or `internal`.
   * @throws The reason of the signal, when it is aborted.
   */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<Embeddings>;

  /**
   * Says what each pair of words of two texts brings to their score.
   *
   * A text's vector is the sum of what each of its words brings: the words are carried through the
   * model side by side, with its attention weights, the statistics of its layer norms and the slopes
   * of its activation held at what they are for the whole text (after DecompX, Modarressi et al., ACL
   * 2023). What comes of the biases and the special tokens is shared out among the words by the number
   * of their tokens. So the table sums to the score: within 1e-6 with `"exact"`, 1e-4 with `"fast"`.
   *
   * This is what the model made its score of. What the score were without a word is another question,
   * which `leaveOut` answers.
   *
   * A text takes as long as embedding it once for each word; the splits of the latest 64 texts are kept.
   *
   * @throws {@link SemblanceError} with the codes `bad-input`, `closed`, `worker-died` or `internal`.
   * @throws The reason of the signal, when it is aborted.
   */
  explain(a: string, b: string, options?: ExplainOptions): Promise<Explanation>;

  /**
   * Embeds two dozen texts now, compares their scores with those of the original model, and measures
   * how fast that goes. It takes a second or so, more on slow devices.
   *
   * @throws {@link SemblanceError} with the codes `bad-input`, `closed`, `worker-died` or `internal`.
   * @throws The reason of the signal, when it is aborted.
   */
  selfTest(options?: { signal?: AbortSignal }): Promise<SelfTest>;

  /** Ends the workers and frees their memory. What is under way rejects with the code `closed`. */
  close(): void;
}

/** What went wrong, for a program. */
export type ErrorCode =
  /** An argument makes no sense; the message names it and says what it was. */
  | "bad-input"
  /** The browser lacks WebAssembly SIMD. */
  | "unsupported"
  /** A file could not be fetched, or not completely, or is not where it was looked for. */
  | "network"
  /** A file is not the one that `assets.json` names, by length or SHA-256. */
  | "damaged-file"
  /** The model's files could not be understood. */
  | "bad-model"
  /** `assets.json` lists no such model. */
  | "unknown-model"
  /** A worker stopped, and so did the one that took its place. */
  | "worker-died"
  /** The browser has no room for the vectors or the similarities of so many texts. */
  | "too-many"
  /** The embedder was closed. */
  | "closed"
  /** A fault of the library itself. */
  | "internal";

/** Every error of this library, except that of an aborted signal. The message is for a person. */
export class SemblanceError extends Error {
  readonly name: "SemblanceError";
  readonly code: ErrorCode;
}

/** A row of a result, and how alike it is to what was asked for. */
export interface Match {
  /** Index of the text. */
  index: number;
  /** Cosine similarity, −1 to 1. */
  score: number;
}

/**
 * A vector: an array of numbers, or a typed array of any element type but BigInt (of `Float16Array` as
 * well, where there is one). All numbers must be finite. NaN, infinities, holes, strings, BigInts and
 * nested arrays are refused with the code `bad-input` and their place, not taken for numbers.
 */
export type Vector =
  | readonly number[]
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/**
 * The cosine of the angle between two vectors of one length: −1 to 1, exactly 1 for equal ones, 0
 * where one of them is zero throughout. Right for numbers of any size: products that are too large or
 * too small for a number do no harm. Vectors of no components have no angle and are refused.
 *
 * @throws {@link SemblanceError} with the code `bad-input`.
 */
export function cosineSimilarity(a: Vector, b: Vector): number;

/**
 * The vector of one text, as a copy. Its numbers must be finite, as those of any {@link Vector}.
 *
 * @throws {@link SemblanceError} with the code `bad-input`.
 */
export function vectorAt(result: Pick<Embeddings, "vectors" | "dimensions">, index: number): Float32Array;

/**
 * The cosine similarities of all pairs, `n × n`, row by row. Computed at once on the calling
 * thread: 2,000 texts take about a second.
 *
 * @throws {@link SemblanceError} with the codes `bad-input` and `too-many`.
 */
export function similarityMatrix(result: Pick<Embeddings, "vectors" | "dimensions">): Float32Array;

/**
 * The `k` texts most similar to a query, best first; fewer where there are fewer.
 *
 * @param query - The index of a text, which is then left out of the answer, or a vector.
 * @throws {@link SemblanceError} with the code `bad-input`.
 */
export function topK(
  result: Pick<Embeddings, "vectors" | "dimensions">,
  query: number | Vector,
  k: number,
): Match[];
