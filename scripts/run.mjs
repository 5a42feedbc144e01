// `npm run demo`, `npm start` and the like: first set-up (instant when nothing is to be done), then the program, in this
// same process, so that signals, exit code and standard input are its own.
//   node scripts/run.mjs <program.ts> [arguments]
import { pathToFileURL } from 'node:url';
import { inProject } from './setup/paths.mjs';
import { setUpOrExit } from './setup/set-up.mjs';

const [node, , program, ...args] = process.argv;
if (!program) throw new Error('usage: node scripts/run.mjs <program.ts> [arguments]');

await setUpOrExit();

const file = inProject(...program.split('/'));
process.argv = [node, file, ...args];
// Read by native libraries when they load. Set here, so child processes inherit them (ml/backend.ts says why).
process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
process.env.OMP_WAIT_POLICY ??= 'passive';
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
const typescript = pathToFileURL(inProject('node_modules', 'tsx', 'dist', 'loader.mjs')).href;
// A program that forks itself hands these on, so the child understands TypeScript as well.
process.execArgv.push('--import', typescript);
await import(typescript);
await import(pathToFileURL(file).href);
