import { createRequire } from 'node:module';
import * as path from 'node:path';
import type { Adapter, Device } from './webgpu-backend.ts';

interface Gpu {
  requestAdapter(options: object): Promise<Adapter | null>;
}

interface Dawn {
  create(flags: string[]): Gpu;
  readonly globals: Readonly<Record<string, unknown>>;
}

type Immediate = (work: (...values: unknown[]) => void, ...values: unknown[]) => unknown;

/** Of the process, not of a test's sandbox: Dawn lives in it once. */
interface Root {
  setImmediate: Immediate;
  consiliumDawn?: { readonly gpu: Gpu; readonly ticks: Set<() => void> };
}

/** What a computation may use of the device: all that it has, where the least that every device has is little. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
];

export interface OpenDevice {
  readonly device: Device;
  readonly adapter: Adapter;
  /** Lets Dawn say what has happened; false where it has nothing to say any more. */
  readonly tick: () => boolean;
}

/**
 * Opens the fastest device of this machine through Dawn, the WebGPU of Chrome (npm's package `webgpu`).
 * @throws Error where the package, the driver or a device is missing.
 */
export async function openDevice(): Promise<OpenDevice> {
  const { gpu, ticks } = startDawn();
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('no GPU with a driver for Vulkan, Metal or Direct3D 12 is to be seen');
  const device = await adapter.requestDevice({
    requiredFeatures: ['timestamp-query'].filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
  });
  return { device, adapter, tick: () => runTicks(ticks) };
}

function startDawn() {
  const dawn = loadDawn();
  // A function of the addon is of the process' own realm, where also its setImmediate is.
  const root = new (dawn.create.constructor as FunctionConstructor)('return globalThis').call(
    undefined,
  ) as Root;
  Object.assign(globalThis, dawn.globals);
  root.consiliumDawn ??= { ticks: collectTicks(root), gpu: dawn.create(flags()) };
  showGpu(root.consiliumDawn.gpu);
  return root.consiliumDawn;
}

/** Where TensorFlow.js looks for it; Node has a navigator from version 21 on. */
function showGpu(gpu: Gpu): void {
  const host = globalThis as { navigator?: object };
  host.navigator ??= { userAgent: 'node' };
  Object.defineProperty(host.navigator, 'gpu', { value: gpu, configurable: true });
}

/** Settings of Dawn itself, e.g. `adapter=Intel`, `backend=null`: CONSILIUM_DAWN_FLAGS, with a semicolon between them. */
const flags = (): string[] => (process.env.CONSILIUM_DAWN_FLAGS ?? '').split(';').filter(Boolean);

const require = createRequire(import.meta.url);

/** The package's own entry names its folder in a way that only ES modules may; the addon beside it is all that is needed. */
function loadDawn(): Dawn {
  let folder: string;
  try {
    folder = path.dirname(require.resolve('webgpu/package.json'));
  } catch {
    throw new Error('the optional package webgpu is not installed');
  }
  const system = `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`;
  return require(path.join(folder, 'dist', system, 'dawn.node')) as Dawn;
}

/**
 * Dawn tells what has happened in calls of its own that it puts off by setImmediate, so never while JavaScript waits. They
 * are kept here too, so that a read that waits can make them; who comes first makes the call.
 */
function collectTicks(root: Root): Set<() => void> {
  const ticks = new Set<() => void>();
  const before = root.setImmediate;
  root.setImmediate = (work, ...values) => {
    if (values.length > 0 || !isNative(work)) return before(work, ...values);
    const tick = (): void => work();
    ticks.add(tick);
    return before(() => {
      if (ticks.delete(tick)) tick();
    });
  };
  return ticks;
}

/** A function of an addon; a bound function of JavaScript looks like one but for its name. */
const isNative = (work: unknown): boolean =>
  typeof work === 'function' &&
  !work.name.startsWith('bound ') &&
  /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(work));

function runTicks(ticks: Set<() => void>): boolean {
  if (ticks.size === 0) return false;
  for (const tick of [...ticks]) if (ticks.delete(tick)) tick();
  return true;
}
