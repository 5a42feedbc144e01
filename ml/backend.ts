/**
 * Loads the library that computes: native TensorFlow, or a slower one out of npm. The only file that loads a native backend.
 *
 * Import tensors as `import * as tf from '@tensorflow/tfjs'`: the native package registers on that same instance, so a
 * process that only reads the registries never loads the native library.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import * as path from 'node:path';
import util from 'node:util';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import type * as WasmPackage from '@tensorflow/tfjs-backend-wasm';
import { registerWebgpu } from './webgpu/load-webgpu.ts';

export type BackendName = 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';

export interface Backend {
  name: BackendName;
  /** What computes, in words: `GPU`, `GPU (<adapter and driver>)`, or e.g. `CPU (AMD EPYC 7B13)`. */
  device: string;
  threads: number;
  /** The version of the computing library. */
  version: string;
  /** Whether the project's own native kernels (ml/native) are loaded: they compute on a CPU and are not used on a GPU. */
  kernels: boolean;
}

/** What the native backend shows of itself; its package keeps these fields out of its types. */
interface NativeBackend extends tf.KernelBackend {
  isUsingGpuDevice: boolean;
  binding: { TF_Version: string };
}

const require = createRequire(import.meta.url);
const kernelsFile = fileURLToPath(new URL('./native/build/consilium_kernels.node', import.meta.url));
const processor = `CPU (${cpus()[0]?.model.trim() ?? process.arch})`;

const message = (error: unknown) => (error instanceof Error ? error.message : String(error)).split('\n')[0];
const say = (sentence: string) => void process.stderr.write(`${sentence}\n`);

/** Read by TensorFlow and OpenMP when their libraries load. A value that the user has set is kept. */
function prepareEnvironment() {
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1'; // three times faster gradients on AVX2, where it is off by itself
  // Spinning OpenMP threads starve TensorFlow's own; ones that sleep at once wake too late for a small kernel. So they
  // spin for a moment (some tenths of a millisecond): T&G's step falls by a fifth, ResNet50's stays as it was (npm run bench -- training).
  process.env.OMP_WAIT_POLICY ??= 'passive';
  process.env.GOMP_SPINCOUNT ??= '10000';
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
}

/** The native package calls functions of node:util that Node 22 warns of and Node 23 removed. */
function restoreUtil() {
  const removed = {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: (value: unknown) => Array.isArray(value),
    isString: (value: unknown) => typeof value === 'string',
    isNumber: (value: unknown) => typeof value === 'number',
    isBoolean: (value: unknown) => typeof value === 'boolean',
    isFunction: (value: unknown) => typeof value === 'function',
    isObject: (value: unknown) => typeof value === 'object' && value !== null,
    isUndefined: (value: unknown) => value === undefined,
    isNull: (value: unknown) => value === null,
  };
  const target = util as unknown as Record<string, unknown>;
  for (const [name, check] of Object.entries(removed)) target[name] = check;
}

function loadKernels(): boolean {
  if (!existsSync(kernelsFile)) return false;
  try {
    require(kernelsFile);
    return true;
  } catch (error) {
    say(
      `The project's own kernels could not be loaded (${message(error)}); TensorFlow's are used. Try: npm run setup`,
    );
    return false;
  }
}

async function use(name: BackendName): Promise<void> {
  if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js could not start its backend ${name}`);
  await tf.ready();
}

const bindingFolder = () =>
  path.join(path.dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json')), 'lib', 'napi-v8');

/** Keeps the lines about oneDNN away that TensorFlow prints while it loads, unless its log was asked for. */
function loadQuietly() {
  const loader = path.join(bindingFolder(), 'quiet_load.node');
  if (process.env.TF_CPP_MIN_LOG_LEVEL !== '0' && existsSync(loader)) require(loader);
}

async function loadTensorflow(): Promise<Backend> {
  if (!existsSync(path.join(bindingFolder(), 'tfjs_binding.node')))
    throw new Error('native TensorFlow is not set up: `npm run setup` does it, or says what is missing');
  restoreUtil();
  loadQuietly();
  require('@tensorflow/tfjs-node-gpu');
  await use('tensorflow');
  const native = tf.backend() as NativeBackend;
  return {
    name: 'tensorflow',
    device: native.isUsingGpuDevice ? 'GPU' : processor,
    threads: Number(process.env.TF_NUM_INTRAOP_THREADS) || availableParallelism(),
    version: native.binding.TF_Version,
    kernels: loadKernels(),
  };
}

/** Any GPU with a driver for Vulkan, Metal or Direct3D 12. A processor that plays one only where it was asked for. */
async function loadWebgpu({ asked = true } = {}): Promise<Backend> {
  const { device, software, version } = await registerWebgpu((adapter) => {
    if (!adapter.software) return;
    if (!asked) throw new Error(`${adapter.device} is no GPU but a processor`);
    say(`WebGPU computes on ${adapter.device}: no GPU but a processor, which is slow.`);
  });
  await use('webgpu');
  return {
    name: 'webgpu',
    device: software ? `CPU (${device})` : `GPU (${device})`,
    threads: 1,
    version,
    kernels: false,
  };
}

async function loadWasm(): Promise<Backend> {
  const wasm = require('@tensorflow/tfjs-backend-wasm') as typeof WasmPackage;
  // The package looks for its files where a web page would have them.
  wasm.setWasmPaths(path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + path.sep);
  await use('wasm');
  return {
    name: 'wasm',
    device: processor,
    threads: wasm.getThreadsCount(),
    version: wasm.version_wasm,
    kernels: false,
  };
}

async function loadCpu(): Promise<Backend> {
  await use('cpu');
  // It would advise on first use to install a package that is long there; we say ourselves what is missing.
  (tf.backend() as tf.KernelBackend & { firstUse: boolean }).firstUse = false;
  return { name: 'cpu', device: processor, threads: 1, version: tf.version.tfjs, kernels: false };
}

/** Fastest first: small networks run faster on a processor by native TensorFlow than on a GPU by WebGPU (docs/backends.md). */
const loaders: Record<BackendName, (how?: { asked: boolean }) => Promise<Backend>> = {
  tensorflow: loadTensorflow,
  webgpu: loadWebgpu,
  wasm: loadWasm,
  cpu: loadCpu,
};

async function loadForced(choice: string): Promise<Backend> {
  if (!Object.hasOwn(loaders, choice))
    throw new Error(`unknown backend '${choice}': choose one of ${Object.keys(loaders).join(', ')}`);
  try {
    return await loaders[choice as BackendName]();
  } catch (error) {
    throw new Error(`the backend '${choice}' is not available: ${message(error)}`, { cause: error });
  }
}

async function loadFirst(): Promise<Backend> {
  const reasons: string[] = [];
  for (const name of Object.keys(loaders) as BackendName[]) {
    try {
      const backend = await loaders[name]({ asked: false });
      if (reasons.length > 0)
        say(`Computing with the slower backend '${name}' because ${reasons.join('; ')}.`);
      return backend;
    } catch (error) {
      reasons.push(`'${name}' is not available (${message(error)})`);
    }
  }
  throw new Error(`no backend is available: ${reasons.join('; ')}`);
}

let loading: { choice: string | undefined; backend: Promise<Backend> } | undefined;
let current: Backend | undefined;

/**
 * Loads the backend once; later calls give the same. A forced choice that is unknown or not available is an error,
 * without one the fastest that works is taken: tensorflow, webgpu (on a real GPU), wasm, cpu.
 */
export async function loadBackend(
  choice: string | undefined = process.env.CONSILIUM_BACKEND,
): Promise<Backend> {
  const wanted = choice || undefined;
  if (loading && (wanted === undefined || wanted === loading.choice || wanted === current?.name))
    return loading.backend;
  prepareEnvironment();
  const backend = wanted === undefined ? loadFirst() : loadForced(wanted);
  loading = { choice: wanted, backend };
  try {
    current = await backend;
  } catch (error) {
    loading = undefined;
    throw error;
  }
  return current;
}

/** The backend that was loaded. */
export function currentBackend(): Backend {
  if (!current) throw new Error('no backend is loaded yet: call loadBackend() first');
  return current;
}
