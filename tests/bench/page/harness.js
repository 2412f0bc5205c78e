// What every benchmark needs: contenders that take turns, and workers that answer. The program that
// drives the browser calls `bench(suite, step, options)`: a suite is a module beside this one, a
// step one of its exports, which returns what JSON can hold. A page runs the steps of one suite in
// order, and the suite keeps what it needs between them.

if (globalThis.document) globalThis.bench = async (suite, step, options) => {
  const steps = await import(`./${suite}.js`);
  return steps[step](options);
};

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Times contenders in turn. In each round every contender does the work once (or `runs` times, of
 * which the round's time is the mean), and each round begins with another one, so that a busy
 * moment of the machine, heat and memory hit all alike.
 *
 * @param {{name: string, run: (input: any) => Promise<any>}[]} contenders
 * @param {{rounds: number, pause?: number, least?: number}} options  `least`: milliseconds that a
 *   round's runs should take together; `pause`: milliseconds of rest before each, since threads of
 *   the one before may still be spinning.
 * @returns {Promise<{contender: string, times: number[]}[]>} milliseconds of one run
 */
export async function takeTurns(contenders, input, { rounds, pause = 30, least = 20 }) {
  const timed = contenders.map(({ name }) => ({ contender: name, runs: 1, times: [] }));
  for (const [index, { run }] of contenders.entries()) {
    // To warm up, and to know how often to run it.
    let took = Infinity;
    for (let spent = 0, i = 0; i < 3 && spent < 1000; i++) {
      const start = performance.now();
      await run(input);
      took = Math.min(took, performance.now() - start);
      spent += took;
    }
    timed[index].runs = Math.max(1, Math.ceil(least / took));
  }
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (round + turn) % contenders.length;
      const { runs, times } = timed[index];
      await wait(pause);
      const start = performance.now();
      for (let i = 0; i < runs; i++) await contenders[index].run(input);
      times.push((performance.now() - start) / runs);
    }
  }
  return timed.map(({ contender, times }) => ({ contender, times }));
}

/**
 * A worker that answers `{id, result}` or `{id, error}` to `{id, ...request}`.
 *
 * @returns {{ask: (request: object, transfer?: Transferable[]) => Promise<any>, end: () => void}}
 */
export function workerOf(script) {
  const worker = new Worker(new URL(script, import.meta.url), { type: "module" });
  const waiting = new Map();
  let next = 0;
  worker.onmessage = ({ data: { id, result, error } }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) resolve(result);
    else reject(new Error(`${script}: ${error}`));
  };
  worker.onerror = (event) => {
    for (const { reject } of waiting.values()) reject(new Error(`${script}: ${event.message}`));
    waiting.clear();
  };
  return {
    ask: (request, transfer = []) =>
      new Promise((resolve, reject) => {
        waiting.set(++next, { resolve, reject });
        worker.postMessage({ ...request, id: next }, transfer);
      }),
    end: () => worker.terminate(),
  };
}

/** The other side of {@link workerOf}: `answer` may return `[result, transfer]`. */
export function answerAll(answer) {
  self.onmessage = async ({ data: { id, ...request } }) => {
    try {
      const [result, transfer = []] = await answer(request);
      self.postMessage({ id, result }, transfer);
    } catch (error) {
      self.postMessage({ id, error: String(error?.stack ?? error) });
    }
  };
}
