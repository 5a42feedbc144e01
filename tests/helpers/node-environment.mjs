// jest's Node environment with the host's typed arrays: the native library makes its arrays with those, and
// `instanceof Float32Array` in a test must hold for them.
import { TestEnvironment } from 'jest-environment-node';

const shared = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  ArrayBuffer,
  SharedArrayBuffer,
  DataView,
];

export default class extends TestEnvironment {
  /** @param {ConstructorParameters<typeof TestEnvironment>} args */
  constructor(...args) {
    super(...args);
    for (const type of shared) Object.assign(this.global, { [type.name]: type });
  }
}
