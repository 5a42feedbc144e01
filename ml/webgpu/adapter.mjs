// Prints the adapter that WebGPU would take; with status 1 why there is none. Run by itself: node ml/webgpu/adapter.mjs
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);

async function find() {
  const folder = path.dirname(require.resolve('webgpu/package.json'));
  const system = `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`;
  const gpu = require(path.join(folder, 'dist', system, 'dawn.node')).create([]);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('no GPU with a driver for Vulkan, Metal or Direct3D 12 is to be seen');
  return adapter.info;
}

await find().then(
  ({ device, description, isFallbackAdapter }) =>
    console.log(`${device}, ${description}${isFallbackAdapter ? ' (in software)' : ''}`),
  (/** @type {Error} */ error) => {
    console.log(error.message.split('\n')[0]);
    process.exitCode = 1;
  },
);
