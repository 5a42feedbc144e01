// Sets up everything that a checkout needs. Each step checks whether its work is done, so a second call is instant.
import path from 'node:path';
import { findCompiler, isBuilt, provide } from './compile.mjs';
import { seesGpu } from './gpu.mjs';
import { catchInterrupts, endWithReader } from './interrupt.mjs';
import { binding, kernels, quietLoad } from './libraries.mjs';
import { withLock } from './lock.mjs';
import { Missing } from './missing.mjs';
import { hasPackages, hasPostgresLinks, installPackages, linkPostgres } from './npm-packages.mjs';
import { cacheFolder, inProject, readJson, writeJson } from './paths.mjs';
import { generatePrismaClient, hasPrismaClient } from './prisma-client.mjs';
import { say } from './progress.mjs';
import { fetchTensorflow, findPip, hasTensorflow, tensorflowFolder } from './tensorflow.mjs';

/** @typedef {import('./tensorflow.mjs').Variant} Variant */
/** @typedef {{variant?: Variant, failure?: {message: string, at: number}}} State */

const stateFile = inProject('.consilium', 'setup.json');
const retryAfter = 3600_000;

/** @returns {State} */
const readState = () => readJson(stateFile) ?? {};

/** @param {State} change */
const remember = (change) => writeJson(stateFile, { ...readState(), ...change });

/** @param {import('./lock.mjs').Owner} owner */
const sayWaiting = (owner) =>
  say(`Another set-up (process ${owner.pid} on ${owner.host}) is at work; waiting for it.`);

/** Libraries that native TensorFlow cannot run without. @param {Variant} variant */
const neededLibraries = (variant) => [binding(variant), quietLoad(variant)];

/** Our own kernels. Without them, TensorFlow's are used. @param {Variant} variant */
function ownLibraries(variant) {
  const own = kernels(variant);
  return own ? [own] : [];
}

/** @param {Variant} variant */
function hasNative(variant) {
  try {
    return hasTensorflow(variant) && [...neededLibraries(variant), ...ownLibraries(variant)].every(isBuilt);
  } catch {
    return false; // no wheel for this machine: setUpNative says so
  }
}

/** Reports everything that is missing at once. @param {(() => Promise<unknown>)[]} finders */
async function requireAll(finders) {
  const found = await Promise.allSettled(finders.map((find) => find()));
  const reasons = found.flatMap((result) =>
    result.status === 'rejected' ? [String(result.reason.message)] : [],
  );
  if (reasons.length > 0) throw new Missing(reasons.join('\n  and '));
}

/** @param {Variant} variant */
async function setUpNative(variant) {
  tensorflowFolder(variant); // says early that there is no wheel for this machine
  // Before the download, which is useless without a compiler.
  await requireAll(hasTensorflow(variant) ? [findCompiler] : [findCompiler, findPip]);
  if (!hasTensorflow(variant)) await fetchTensorflow(variant);
  for (const library of neededLibraries(variant)) if (!isBuilt(library)) await provide(library);
}

/** @param {Variant} variant */
async function setUpKernels(variant) {
  for (const library of ownLibraries(variant)) if (!isBuilt(library)) await provide(library);
}

/** The backends out of npm do not need native TensorFlow. */
const wantsNative = () => !['webgpu', 'wasm', 'cpu'].includes(process.env.CONSILIUM_BACKEND ?? '');

/** @param {string} message */
function sayFallback(message) {
  say(`Native TensorFlow could not be set up: ${message}`);
  say('Going on with a slower backend in JavaScript and WebAssembly. `npm run setup` tries again.');
}

/** Even without our own kernels, native TensorFlow is complete and faster than any other backend. @param {Variant} variant */
async function tryKernels(variant) {
  try {
    await setUpKernels(variant);
  } catch (error) {
    say(`The project's own kernels could not be compiled: ${/** @type {Error} */ (error).message}`);
    say("Going on with native TensorFlow's own kernels, which are slower. `npm run setup` tries again.");
  }
}

/** @param {Variant} variant */
async function setUpNativeAndKernels(variant) {
  await setUpNative(variant);
  await tryKernels(variant);
}

/** Without native TensorFlow everything still works, only slower: says why and continues. @param {Variant} variant @param {boolean} asked */
async function tryNative(variant, asked) {
  const { failure } = readState();
  // Not every command retries a failed download; looking for a missing tool costs nothing.
  const failedRecently = failure && Date.now() - failure.at < retryAfter;
  try {
    if (failedRecently && !asked && !hasTensorflow(variant)) throw failure;
    await withLock(path.join(cacheFolder(), 'setup.lock'), () => setUpNativeAndKernels(variant), {
      onWait: sayWaiting,
    });
    remember({ failure: undefined });
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    if (error instanceof Missing) remember({ failure: undefined });
    else if (error !== failure) remember({ failure: { message, at: Date.now() } });
    sayFallback(message);
  }
}

/** @param {Variant} variant @param {boolean} asked */
async function runSteps(variant, asked) {
  if (!hasPackages()) await installPackages();
  if (!hasPostgresLinks()) await linkPostgres();
  if (!hasPrismaClient()) await generatePrismaClient();
  if (wantsNative() && !hasNative(variant)) await tryNative(variant, asked);
}

/** @param {Variant} variant */
const isDone = (variant) =>
  hasPackages() && hasPostgresLinks() && hasPrismaClient() && (!wantsNative() || hasNative(variant));

/**
 * @param {{variant?: Variant, asked?: boolean}} [options] `asked`: the user called set-up itself, so it reports what it finds
 * @returns {Promise<void>}
 */
export async function setUp({ variant, asked = false } = {}) {
  const begun = Date.now();
  const chosen = variant ?? readState().variant ?? 'cpu';
  const seconds = () => ((Date.now() - begun) / 1000).toFixed(1);
  if (variant && variant !== readState().variant) remember({ variant });
  if (asked && chosen === 'gpu' && !seesGpu())
    say('No NVIDIA GPU is to be seen here: TensorFlow for CUDA will compute on the processor.');
  if (isDone(chosen)) return asked ? say(`Everything is set up (${seconds()} s).`) : undefined;
  const removeHandlers = catchInterrupts();
  try {
    await withLock(inProject('.consilium', 'setup.lock'), () => runSteps(chosen, asked), {
      onWait: sayWaiting,
    });
  } finally {
    removeHandlers();
  }
  if (isDone(chosen)) say(`Set-up done (${seconds()} s).`);
}

/** The beginning of every command. */
export async function setUpOrExit() {
  endWithReader();
  await setUp().catch((/** @type {Error} */ error) => {
    say(`Set-up failed: ${error.message}`);
    process.exit(1);
  });
}
