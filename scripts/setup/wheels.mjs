// The native libraries that set-up fetches: exactly these files, pinned by SHA-256 as the Python package index lists them.
// Only linux-x64 is tested; the others are the same release under their own wheel names.

/** @typedef {{project: string, version: string, tags: string, sha256: string}} Wheel */
/** @typedef {'cpu' | 'gpu'} Variant */

const version = '2.21.0';

/** @type {Record<string, Record<string, Wheel[]>>} */
const wheels = {
  'linux-x64': {
    cpu: [
      wheel(
        'tensorflow-cpu',
        version,
        'cp312-cp312-manylinux_2_27_x86_64',
        'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
      ),
    ],
    gpu: [
      wheel(
        'tensorflow',
        version,
        'cp312-cp312-manylinux_2_27_x86_64',
        'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0',
      ),
      wheel(
        'nvidia-cublas-cu12',
        '12.9.3.13',
        'py3-none-manylinux_2_27_x86_64',
        'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
      ),
      wheel(
        'nvidia-cuda-cupti-cu12',
        '12.8.90',
        'py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64',
        'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182',
      ),
      wheel(
        'nvidia-cuda-nvcc-cu12',
        '12.9.86',
        'py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64',
        '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
      ),
      wheel(
        'nvidia-cuda-nvrtc-cu12',
        '12.9.86',
        'py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64',
        '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
      ),
      wheel(
        'nvidia-cuda-runtime-cu12',
        '12.9.79',
        'py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64',
        '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
      ),
      wheel(
        'nvidia-cudnn-cu12',
        '9.28.0.42',
        'py3-none-manylinux_2_27_x86_64',
        '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
      ),
      wheel(
        'nvidia-cufft-cu12',
        '11.4.1.4',
        'py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64',
        'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
      ),
      wheel(
        'nvidia-curand-cu12',
        '10.3.10.19',
        'py3-none-manylinux_2_27_x86_64',
        '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
      ),
      wheel(
        'nvidia-cusolver-cu12',
        '11.7.5.82',
        'py3-none-manylinux_2_27_x86_64',
        '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
      ),
      wheel(
        'nvidia-cusparse-cu12',
        '12.5.10.65',
        'py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64',
        '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
      ),
      wheel(
        'nvidia-nccl-cu12',
        '2.32.3',
        'py3-none-manylinux_2_27_x86_64',
        'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
      ),
      wheel(
        'nvidia-nvjitlink-cu12',
        '12.9.86',
        'py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64',
        'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
      ),
    ],
  },
  'linux-arm64': {
    cpu: [
      wheel(
        'tensorflow',
        version,
        'cp312-cp312-manylinux_2_27_aarch64',
        'b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552',
      ),
    ],
  },
  'darwin-arm64': {
    cpu: [
      wheel(
        'tensorflow',
        version,
        'cp312-cp312-macosx_12_0_arm64',
        '56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712',
      ),
    ],
  },
};

/** @param {string} project @param {string} version @param {string} tags @param {string} sha256 @returns {Wheel} */
function wheel(project, version, tags, sha256) {
  return { project, version, tags, sha256 };
}

/** @param {Wheel} wheel */
export const fileOf = ({ project, version, tags }) =>
  `${project.replaceAll('-', '_')}-${version}-${tags}.whl`;

/**
 * The wheels of a variant for a platform, or undefined where there is none.
 * @param {Variant} variant
 * @param {string} [platform]
 */
export function wheelsFor(variant, platform = `${process.platform}-${process.arch}`) {
  return wheels[platform]?.[variant];
}

/** What of a wheel is needed: the two libraries and the C headers; of the CUDA wheels everything. @param {string} name */
export function isNeeded(name) {
  if (name.startsWith('nvidia/')) return true;
  if (/^tensorflow\/libtensorflow_(cc|framework)\.(so\.2|2\.dylib)$/.test(name)) return true;
  return /^tensorflow\/include\/(tensorflow\/c|tensorflow\/core\/platform|tensorflow\/core\/common_runtime\/next_pluggable_device\/c|xla\/tsl|tsl)\//.test(
    name,
  );
}
