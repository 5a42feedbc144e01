import type * as tf from '@tensorflow/tfjs';
import type { Program, WebgpuBackend } from './webgpu-backend.ts';

/** Where rows of values go: those of row r of the result are order[starts[r]], …, order[starts[r + 1] − 1]. */
export interface Places {
  readonly starts: Int32Array; // [height + 1]
  readonly order: Int32Array; // [m]
}

/** Rows in their order, those that go nowhere (outside of 0 … height − 1) left out. */
export function placesOf(rows: ArrayLike<number>, height: number): Places {
  const starts = new Int32Array(height + 1);
  const goes = (row: number): boolean => row >= 0 && row < height;
  for (let k = 0; k < rows.length; k++) if (goes(rows[k])) starts[rows[k] + 1]++;
  for (let row = 0; row < height; row++) starts[row + 1] += starts[row];
  const next = starts.slice();
  const order = new Int32Array(Math.max(1, starts[height]));
  for (let k = 0; k < rows.length; k++) if (goes(rows[k])) order[next[rows[k]]++] = k;
  return { starts, order };
}

/**
 * Rows of `values` [m, width] summed into the rows [height, width] that they go to, always in the same order. TensorFlow.js
 * sums as they come, by atomics, so that two runs differ in their last bits.
 */
export function sumRows(
  backend: WebgpuBackend,
  values: tf.TensorInfo,
  { starts, order }: Places,
): tf.TensorInfo {
  const [height, width] = [starts.length - 1, values.shape[1]];
  const inputs = [
    backend.makeTensorInfo([starts.length], 'int32', starts),
    backend.makeTensorInfo([order.length], 'int32', order),
    values,
  ];
  const result = backend.runWebGPUProgram(program(height, width), inputs, values.dtype, [
    { type: 'int32', data: [width] },
  ]);
  inputs.slice(0, 2).forEach(({ dataId }) => backend.disposeData(dataId));
  return result;
}

const WORKGROUP = 64;

function program(height: number, width: number): Program {
  return {
    variableNames: ['starts', 'order', 'values'],
    uniforms: 'width : i32,',
    outputShape: [height, width],
    size: true,
    workgroupSize: [WORKGROUP, 1, 1],
    dispatchLayout: { x: [0, 1] },
    dispatch: [Math.ceil((height * width) / WORKGROUP), 1, 1],
    shaderKey: 'consiliumSumRows',
    getUserCode: () => `
      fn main(index : i32) {
        if (index < uniforms.size) {
          let row = index / uniforms.width;
          let column = index % uniforms.width;
          var total = 0.0;
          for (var k = starts[row]; k < starts[row + 1]; k = k + 1) {
            total = total + f32(values[order[k] * uniforms.width + column]);
          }
          setOutputAtIndex(index, total);
        }
      }`,
  };
}
