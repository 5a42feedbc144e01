import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { Missing } from './missing.mjs';
import { inProject } from './paths.mjs';
import { requirements } from './tensorflow.mjs';
import { testFolder } from './test-folder.ts';

const pinned = /^[a-z0-9-]+==[0-9.]+ --hash=sha256:[0-9a-f]{64}$/;

test.each(['linux-x64', 'linux-arm64', 'darwin-arm64'])('%s has one pinned wheel', (platform) => {
  expect(requirements('cpu', platform)).toEqual([expect.stringMatching(pinned)]);
  expect(requirements('cpu', platform)[0]).toMatch(/^tensorflow(-cpu)?==2\.21\.0 /);
});

test('the GPU variant brings the CUDA libraries along, each pinned, on Linux only', () => {
  const wheels = requirements('gpu', 'linux-x64');
  expect(wheels.filter((line) => !pinned.test(line))).toEqual([]);
  expect(wheels.map((line) => line.split('==')[0])).toEqual(
    expect.arrayContaining([
      'tensorflow',
      'nvidia-cudnn-cu12',
      'nvidia-cublas-cu12',
      'nvidia-cuda-runtime-cu12',
    ]),
  );
  expect(() => requirements('gpu', 'darwin-arm64')).toThrow(Missing);
});

test('a machine without a wheel is told so', () => {
  expect(() => requirements('cpu', 'aix-ppc64')).toThrow('there is no native TensorFlow (cpu) for aix-ppc64');
});

const needed = [
  'nvidia/cudnn/lib/libcudnn.so.9',
  'tensorflow/include/tensorflow/c/c_api.h',
  'tensorflow/include/xla/tsl/c/tsl_status.h',
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.2.dylib',
];
const rest = ['tensorflow/python/_pywrap.so', 'tensorflow/include/external/eigen/Eigen/Core', '../outside'];

const makeWheel = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    for name in sys.argv[2:]: wheel.writestr(name, name)
`;

const withPython = spawnSync('python3', ['--version']).status === 0 ? test : test.skip;
withPython('of a wheel only libraries, C headers and CUDA are unpacked (needs python3)', () => {
  const { folder, remove } = testFolder();
  const [wheel, target] = [path.join(folder, 'a.whl'), path.join(folder, 'out')];
  execFileSync('python3', ['-c', makeWheel, wheel, ...needed, ...rest]);
  execFileSync('python3', [inProject('scripts', 'setup', 'unpack.py'), target, wheel]);
  const found = readdirSync(target, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const names = found.map((entry) => path.relative(target, path.join(entry.parentPath, entry.name)));
  expect(names.sort()).toEqual(needed);
  expect(readdirSync(folder).sort()).toEqual(['a.whl', 'out']);
  remove();
});
