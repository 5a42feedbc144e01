import { fileOf, isNeeded, wheelsFor } from './wheels.mjs';

const platforms = ['linux-x64', 'linux-arm64', 'darwin-arm64'];

test.each(platforms)('%s has TensorFlow 2.21.0 with a pinned SHA-256', (platform) => {
  const [wheel, ...rest] = wheelsFor('cpu', platform) ?? [];
  expect(rest).toEqual([]);
  expect(wheel?.version).toBe('2.21.0');
  expect(wheel?.sha256).toMatch(/^[0-9a-f]{64}$/);
});

test('the file names are those of the package index', () => {
  expect(wheelsFor('cpu', 'linux-x64')?.map(fileOf)).toEqual([
    'tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl',
  ]);
});

test('the GPU variant brings the CUDA libraries along, each pinned, on Linux only', () => {
  const wheels = wheelsFor('gpu', 'linux-x64') ?? [];
  expect(wheels.map(({ project }) => project)).toEqual(
    expect.arrayContaining([
      'tensorflow',
      'nvidia-cudnn-cu12',
      'nvidia-cublas-cu12',
      'nvidia-cuda-runtime-cu12',
    ]),
  );
  expect(new Set(wheels.map(({ sha256 }) => sha256)).size).toBe(wheels.length);
  expect(wheelsFor('gpu', 'darwin-arm64')).toBeUndefined();
});

test('a machine without a wheel is told apart', () => {
  expect(wheelsFor('cpu', 'aix-ppc64')).toBeUndefined();
});

test('of a wheel only libraries, C headers and CUDA are unpacked', () => {
  const names = [
    'tensorflow/libtensorflow_cc.so.2',
    'tensorflow/libtensorflow_framework.2.dylib',
    'tensorflow/include/tensorflow/c/c_api.h',
    'tensorflow/include/xla/tsl/c/tsl_status.h',
    'nvidia/cudnn/lib/libcudnn.so.9',
    'tensorflow/python/_pywrap.so',
    'tensorflow/include/external/eigen/Eigen/Core',
  ];
  expect(names.filter(isNeeded)).toEqual(names.slice(0, 5));
});
