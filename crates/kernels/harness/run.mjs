// Checks or times the kernels in headless Chromium:
//   node run.mjs checks MODULE.wasm
//   node run.mjs bench MODULE.wasm [part of a name]
// Exit code 0 if all went well. CHROMIUM names the browser where it isn't `chromium`.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [what, module, only = ''] = process.argv.slice(2);
if (!['checks', 'bench'].includes(what) || !module) {
  console.error('usage: node run.mjs checks|bench MODULE.wasm [part of a name]');
  process.exit(2);
}

const worker = `
onmessage = async ({ data: { what, only } }) => {
  try {
    const { instance } = await WebAssembly.instantiateStreaming(fetch('/module.wasm'), {});
    const wasm = instance.exports;
    const report = () => new TextDecoder().decode(
      new Uint8Array(wasm.memory.buffer, wasm.report_address(), wasm.report_length()));
    if (what === 'checks') {
      let failed = 0;
      const lines = [];
      for (let i = 0; i < wasm.check_count(); i++) {
        const wrong = wasm.run_check(i);
        failed += wrong;
        lines.push((wrong ? 'FAILED  ' : 'ok  ') + report());
      }
      lines.unshift(failed ? 'failed: ' + failed + ' checks' : 'all checks passed');
      return postMessage(lines.join('\\n'));
    }
    // In turn and repeatedly, so that a busy moment of the machine hits all alike; the best run.
    const count = wasm.prepare();
    const works = [];
    for (let i = 0; i < count; i++) {
      wasm.work_name(i);
      const name = report();
      if (name.includes(only)) works.push({ i, name, size: wasm.work_size(i), best: Infinity });
    }
    for (let round = 0; round < 40; round++) {
      for (const work of works) {
        let times = 1;
        for (;;) {
          const start = performance.now();
          wasm.run_work(work.i, times);
          const elapsed = performance.now() - start;
          if (elapsed >= 0.5) {
            work.best = Math.min(work.best, elapsed / times);
            break;
          }
          times *= 2;
        }
      }
    }
    const width = Math.max(...works.map(({ name }) => name.length));
    postMessage(works.map(({ name, size, best }) =>
      name.padEnd(width) + best.toFixed(4).padStart(10) + ' ms' +
      (size ? (size / best / 1e6).toFixed(1).padStart(8) + ' GMAC/s' : '')).join('\\n'));
  } catch (error) {
    postMessage('failed: ' + error);
  }
};`;
const page = `<!doctype html><script>
const worker = new Worker('/worker.js');
const send = (body) => fetch('/done', { method: 'POST', body });
worker.onmessage = ({ data }) => send(data);
worker.onerror = ({ message }) => send('failed: ' + message);
worker.postMessage(${JSON.stringify({ what, only })});
</script>`;

const profile = await mkdtemp(join(tmpdir(), 'kernels-bench-'));
let chromium;
const stop = async (code) => {
  chromium.kill();
  await new Promise((resolve) => chromium.once('exit', resolve));
  // The browser may still be writing into it for a moment after it was told to end.
  await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  process.exit(code);
};
const server = createServer(async (request, response) => {
  // Isolation makes the clock fine: 5 µs instead of 100.
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('cross-origin-embedder-policy', 'require-corp');
  if (request.method === 'POST') {
    let body = '';
    for await (const part of request) body += part;
    response.end();
    console.log(body);
    await stop(body.startsWith('failed') ? 1 : 0);
  }
  const [type, content] = {
    '/worker.js': ['text/javascript', worker],
    '/module.wasm': ['application/wasm', await readFile(module)],
    '/': ['text/html; charset=utf-8', page],
  }[request.url] ?? ['text/plain', ''];
  response.setHeader('content-type', type);
  response.end(content);
});
server.listen(0, '127.0.0.1', () => {
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  const url = `http://127.0.0.1:${server.address().port}/`;
  chromium = spawn(process.env.CHROMIUM ?? 'chromium', [...flags, `--user-data-dir=${profile}`, url], { stdio: 'ignore' });
  setTimeout(() => { console.log('failed: no answer in 5 minutes'); stop(1); }, 300_000);
});
