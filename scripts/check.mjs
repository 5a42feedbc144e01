// `npm run check`: types, lint, formatting, walls, generated files. Also the first part of `npm test`.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { checks } from './checks.mjs';
import { inProject } from './setup/paths.mjs';
import { setUpOrExit } from './setup/set-up.mjs';

/** @param {typeof checks[number]} check @returns {Promise<boolean>} */
function runCheck({ name, args }) {
  const begun = Date.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: inProject(), stdio: ['ignore', 'pipe', 'pipe'] });
    const stop = () => child.kill();
    process.once('exit', stop);
    /** @type {Buffer[]} */
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.on('close', (code) => {
      process.off('exit', stop);
      const seconds = ((Date.now() - begun) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${name}  (${seconds} s)`);
      if (code !== 0) console.log(Buffer.concat(output).toString().trimEnd());
      resolve(code === 0);
    });
  });
}

/** Runs all checks, as many at once as there are cores, and counts. @param {typeof checks} [list] */
export async function runChecks(list = checks) {
  const waiting = [...list];
  const counts = { passed: 0, failed: 0 };
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      if (await runCheck(next)) counts.passed++;
      else counts.failed++;
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return counts;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await setUpOrExit();
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
  const { passed, failed } = await runChecks();
  console.log(`${passed} checks passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}
