import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

// Read by the native libraries when they load. Inside a test process.env is jest's copy, which they never see.
process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
process.env.OMP_WAIT_POLICY ??= 'passive';
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';

const packages = path.join(import.meta.dirname, 'node_modules');

/** @param {string} folder */
function isModule(folder) {
  try {
    return JSON.parse(readFileSync(path.join(packages, folder, 'package.json'), 'utf8')).type === 'module';
  } catch {
    return false;
  }
}

/** The packages written as ES modules: like our own files they are turned into CommonJS, which jest runs. */
const modules = readdirSync(packages)
  .flatMap((name) =>
    name.startsWith('@') ? readdirSync(path.join(packages, name)).map((n) => `${name}/${n}`) : name,
  )
  .filter(isModule);

/** @type {import('jest').Config} */
export default {
  roots: ['api', 'ml', 'scripts', 'tests', 'bench'].filter((folder) =>
    existsSync(path.join(import.meta.dirname, folder)),
  ),
  testMatch: ['**/*.test.ts'],
  testEnvironment: '<rootDir>/tests/helpers/node-environment.mjs',
  resolver: '<rootDir>/tests/helpers/resolver.cjs',
  // Its entry for Node awaits at the top level, which CommonJS cannot; both draw nothing without the package canvas.
  moduleNameMapper: { '^vega-canvas$': '<rootDir>/node_modules/vega-canvas/build/vega-canvas.browser.js' },
  moduleFileExtensions: ['ts', 'mjs', 'js', 'cjs', 'json', 'node'],
  transform: { '\\.(ts|mjs|js)$': '@swc/jest' },
  transformIgnorePatterns: [`/node_modules/(?!(?:.*/node_modules/)?(?:${modules.join('|')})/)(?!.*\\.mjs$)`],
  globalSetup: '<rootDir>/tests/helpers/global-setup.ts',
  globalTeardown: '<rootDir>/tests/helpers/global-teardown.ts',
  reporters: ['default', '<rootDir>/tests/helpers/closing-line.mjs'],
  // In the sandbox of a test a global is looked up through several calls: nine tenths of the time of a loop that uses Math.
  sandboxInjectedGlobals: [
    'Math',
    'Number',
    'Array',
    'Object',
    'Float32Array',
    'Float64Array',
    'Int32Array',
    'Uint8Array',
  ],
  // For what hangs. Machines are shared: how long a test takes says nothing.
  testTimeout: 900_000,
  // A process with native TensorFlow holds 400 MB and more: few of them, begun anew when they have grown.
  maxWorkers: 2,
  workerIdleMemoryLimit: '1500MB',
};
