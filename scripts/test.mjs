// `npm test`: set-up, the checks, jest, and a closing line. `npm test -- <path or jest option>` runs only those tests.
import { writeSync } from 'node:fs';
import { runChecks } from './check.mjs';
import { setUpOrExit } from './setup/set-up.mjs';

// The reporter prints the closing line; where jest did not come so far, this does.
process.once('exit', () => {
  if (!process.env.CONSILIUM_COUNTED) writeSync(1, '0 passed, 1 failed\n');
});

await setUpOrExit();

const args = process.argv.slice(2);
const stop = () => process.exit(130);
if (args.length === 0) {
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const { passed, failed } = await runChecks();
  process.off('SIGINT', stop);
  process.off('SIGTERM', stop);
  // The closing line (tests/helpers/closing-line.mjs) counts the checks in.
  process.env.CONSILIUM_CHECKS = JSON.stringify({ passed, failed });
  if (failed > 0) process.exitCode = 1;
}

try {
  const { run } = await import('jest');
  await run(args);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
