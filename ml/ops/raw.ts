import * as tf from '@tensorflow/tfjs';

export type Attribute = { name: string; type: number; value: boolean | number | string | readonly number[] };

interface RawBackend {
  executeSingleOutput(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly tf.Tensor[],
  ): tf.Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly tf.Tensor[],
    outputs: number,
  ): tf.Tensor[];
}

// Numbers of tensorflow/c/tf_attrtype.h and tf_datatype.h.
const [STRING, INT, FLOAT, BOOL, TYPE] = [0, 1, 2, 3, 4];
const TYPES = { float32: 1, int32: 3, bool: 10 } as const;

export const attribute = {
  string: (name: string, value: string): Attribute => ({ name, type: STRING, value }),
  int: (name: string, value: number): Attribute => ({ name, type: INT, value }),
  ints: (name: string, value: readonly number[]): Attribute => ({ name, type: INT, value }),
  float: (name: string, value: number): Attribute => ({ name, type: FLOAT, value }),
  floats: (name: string, value: readonly number[]): Attribute => ({ name, type: FLOAT, value }),
  bool: (name: string, value: boolean): Attribute => ({ name, type: BOOL, value }),
  type: (name: string, value: keyof typeof TYPES = 'float32'): Attribute => ({
    name,
    type: TYPE,
    value: TYPES[value],
  }),
};

/** The attribute that nearly every TensorFlow kernel wants. */
export const FLOAT_T = attribute.type('T');

/** Runs any TensorFlow kernel by its name (backend 'tensorflow' only); about 15 µs a call. */
export function raw(name: string, attributes: readonly Attribute[], inputs: readonly tf.Tensor[]): tf.Tensor {
  return (tf.backend() as unknown as RawBackend).executeSingleOutput(name, attributes, inputs);
}

export function rawMany(
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly tf.Tensor[],
  outputs: number,
): tf.Tensor[] {
  return (tf.backend() as unknown as RawBackend).executeMultipleOutputs(name, attributes, inputs, outputs);
}
