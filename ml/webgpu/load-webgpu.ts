import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import { openDevice, type OpenDevice } from './dawn.ts';
import { guard, type Guard } from './guard.ts';
import { MENDED_KERNELS, type KernelFunction } from './mended-kernels.ts';
import { readSync } from './read.ts';
import type { Adapter, WebgpuBackend } from './webgpu-backend.ts';

export interface LoadedWebgpu {
  /** The adapter and its driver in words. */
  readonly device: string;
  /** Whether a processor plays the GPU. */
  readonly software: boolean;
  readonly version: string;
}

const require = createRequire(import.meta.url);

/** MatMulProgramType of the package: the product by tiles, each sum in one thread and so in one order. */
const PACKED = 3;
const AUTOMATIC = -1;

/**
 * Registers the backend 'webgpu' with TensorFlow.js. `accept` may turn the adapter down, before a device is opened for
 * TensorFlow.js.
 * @throws Error where a package, a driver or a GPU is missing.
 */
export async function registerWebgpu(accept: (adapter: LoadedWebgpu) => void): Promise<LoadedWebgpu> {
  const library = locate();
  const open = await openDevice();
  const loaded = describe(open.adapter, library.version);
  accept(loaded);
  const backend = await createBackend(open);
  tf.removeBackend('webgpu'); // the package's own, whose device nobody watches
  tf.registerBackend('webgpu', () => backend);
  return loaded;
}

/** The choice that gives up equal bits for speed: CONSILIUM_WEBGPU_MATMUL=split. */
function isPacked(): boolean {
  const choice = process.env.CONSILIUM_WEBGPU_MATMUL || 'packed';
  if (choice !== 'packed' && choice !== 'split')
    throw new Error(`CONSILIUM_WEBGPU_MATMUL is '${choice}': choose packed or split`);
  return choice === 'packed';
}

function locate(): { readonly version: string } {
  try {
    return require('@tensorflow/tfjs-backend-webgpu/package.json') as { version: string };
  } catch {
    throw new Error('the optional package @tensorflow/tfjs-backend-webgpu is not installed');
  }
}

function describe({ info }: Adapter, version: string): LoadedWebgpu {
  const dawn = require('webgpu/package.json') as { version: string };
  const { device, description } = info;
  return {
    device: description.includes(device)
      ? description || info.vendor
      : [device, description].filter(Boolean).join(', '),
    software: info.isFallbackAdapter === true,
    // What the bits depend on stands in a run's environment.
    version: `${version}, Dawn ${dawn.version}, ${isPacked() ? 'packed' : 'split'} matrix product`,
  };
}

type BackendClass = new (device: unknown, info: unknown) => WebgpuBackend;

async function createBackend({ device, adapter, tick }: OpenDevice): Promise<WebgpuBackend> {
  const name = '@tensorflow/tfjs-backend-webgpu'; // not spelled out: its types want those of a browser
  const { WebGPUBackend } = (await import(name)) as { WebGPUBackend: BackendClass };
  tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', isPacked() ? PACKED : AUTOMATIC);
  const backend = new WebGPUBackend(device, adapter.info);
  backend.readSync = (dataId) => readSync(backend, dataId, tick);
  backend.read = async (dataId) => readSync(backend, dataId, tick);
  const { within } = guard(backend);
  backend.within = within;
  renewKernels(within);
  return backend;
}

/** Each kernel with its faults mended and its name known to the guard. */
function renewKernels(within: Guard['within']): void {
  for (const config of tf.getKernelsForBackend('webgpu')) {
    const { kernelName } = config;
    const original = config.kernelFunc as unknown as KernelFunction;
    const kernel = MENDED_KERNELS[kernelName]?.(original) ?? original;
    const named: KernelFunction = (input) => within(kernelName, () => kernel(input));
    tf.unregisterKernel(kernelName, 'webgpu');
    tf.registerKernel({ ...config, kernelFunc: named as unknown as tf.KernelFunc });
  }
}
