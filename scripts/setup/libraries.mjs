// The libraries that are compiled here: TensorFlow.js's own binding, a loader that quiets it, and the project's kernels.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { inProject, root } from './paths.mjs';
import { tensorflowParts } from './tensorflow.mjs';

/** @typedef {import('./tensorflow.mjs').Variant} Variant */
/** @typedef {import('./compile.mjs').Library} Library */

/** @param {string} folder */
const including = (folder) => `-I${path.relative(root, folder) || '.'}`;

const mac = process.platform === 'darwin';

/** Flags of both: a Node-API addon on TensorFlow's headers. The path of the wheel holds its checksums. @param {Variant} variant */
function commonFlags(variant) {
  const { home, include, libraries } = tensorflowParts(variant);
  const nodeHeaders = inProject('node_modules', 'node-api-headers');
  const { version } = JSON.parse(readFileSync(path.join(nodeHeaders, 'package.json'), 'utf8'));
  return {
    compilerFlags: [
      '-std=c++17',
      '-fPIC',
      '-DNAPI_VERSION=8',
      `-DNODE_API_HEADERS="${version}"`,
      `-I${include}`,
      including(path.join(nodeHeaders, 'include')),
    ],
    linkerFlags: [...libraries, `-Wl,-rpath,${home}`, ...(mac ? ['-undefined', 'dynamic_lookup'] : [])],
  };
}

/** @param {string} folder @param {RegExp} ending */
function filesOf(folder, ending) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => ending.test(name));
  return names.sort().map((name) => path.join(folder, name));
}

/** @param {Variant} variant @returns {Library} */
export function quietLoad(variant) {
  const { compilerFlags } = commonFlags(variant);
  const [, framework] = tensorflowParts(variant).libraries;
  return {
    name: 'quiet-load',
    title: 'Compiling its loader',
    output: inProject('node_modules', '@tensorflow', 'tfjs-node-gpu', 'lib', 'napi-v8', 'quiet_load.node'),
    sources: [inProject('scripts', 'setup', 'native', 'quiet-load.cc')],
    headers: [],
    compilerFlags: ['-O1', ...compilerFlags, `-DCONSILIUM_LIBRARY="${framework}"`],
    linkerFlags: mac ? ['-undefined', 'dynamic_lookup'] : ['-ldl'],
  };
}

/** @param {Variant} variant @returns {Library} */
export function binding(variant) {
  const home = inProject('node_modules', '@tensorflow', 'tfjs-node-gpu');
  const { compilerFlags, linkerFlags } = commonFlags(variant);
  return {
    name: 'binding',
    title: 'Compiling the TensorFlow binding',
    output: path.join(home, 'lib', 'napi-v8', 'tfjs_binding.node'),
    sources: filesOf(path.join(home, 'binding'), /\.cc$/),
    headers: filesOf(path.join(home, 'binding'), /\.h$/),
    compilerFlags: ['-O2', '-w', including(home), ...compilerFlags],
    linkerFlags,
  };
}

/** @param {Variant} variant @returns {Library | undefined} undefined where there are no kernels */
export function kernels(variant) {
  const home = inProject('ml', 'native');
  const sources = filesOf(home, /\.cc$/);
  if (sources.length === 0) return undefined;
  const { compilerFlags, linkerFlags } = commonFlags(variant);
  const machine = process.arch === 'x64' ? '-march=native' : '-mcpu=native';
  // Apple's compiler has no OpenMP; the kernels then run on one thread.
  const threads = mac ? [] : ['-fopenmp'];
  return {
    name: 'kernels',
    title: "Compiling the project's own kernels",
    output: inProject('ml', 'native', 'build', 'consilium_kernels.node'),
    sources,
    headers: filesOf(home, /\.h$/),
    compilerFlags: ['-O3', machine, ...threads, '-fno-math-errno', including(home), ...compilerFlags],
    linkerFlags: [...linkerFlags, ...threads],
  };
}
