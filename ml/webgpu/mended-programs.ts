import type * as tf from '@tensorflow/tfjs';
import type { Program } from './webgpu-backend.ts';

// Shaders of @tensorflow/tfjs-backend-webgpu 4.22 that are wrong, and how they are put right: text of the shader against
// text. Each is held to float64 references in conformance.test.ts. The place that is not found any more is an error: after an
// upgrade of the package it is looked at anew.

type Mend = (code: string, program: Program, types: { readonly output: tf.DataType }) => string;

const isWhole = (dtype: tf.DataType): boolean => dtype === 'int32' || dtype === 'bool';

const MENDS: Readonly<Record<string, Mend>> = {
  /** Whole numbers were handed over as such to a function of floats, which does not compile. */
  TransposeProgram: (code, _, { output }) =>
    isWhole(output) ? replaced(code, 'setOutputAtIndex(', 'setOutputAtIndexI32(') : code,

  /**
   * WGSL allows asin and acos to be off by 7e-5; atan2 is better in practice. And drivers may take it that there is no NaN,
   * so that relu makes 0 of it.
   */
  UnaryOpProgram: (code) =>
    code
      .replace('return select(a, 0.0, a < 0.0);', 'return select(max(a, 0.0), a, isnan(a));')
      .replace(
        'return select(a, vec4<f32>(0.0), a < vec4<f32>(0.0));',
        'return select(max(a, vec4<f32>(0.0)), a, isnanVec4(a));',
      )
      .replace('return asin(a);', 'return atan2(a, sqrt((1.0 - a) * (1.0 + a)));')
      .replace('return acos(a);', 'return atan2(sqrt((1.0 - a) * (1.0 + a)), a);'),

  /** The largest of a window forgot NaN, and a window of nothing else gave −1e20: a broken network would train on. */
  Pool2DProgram: (code) =>
    code.replace(
      'resultValue = max(value, resultValue);',
      'if (isnan(value) || isnan(resultValue)) { resultValue = uniforms.NAN; } else { resultValue = max(value, resultValue); }',
    ),

  /** pow(2, i) need not be whole, and what is a little less becomes the whole number below. */
  CumProgram: (code) => replaced(code, 'i32(pow(2.0, uniforms.index))', '(1 << u32(uniforms.index))'),

  /** Of equal values the first counts, as on every other backend. */
  ArgMinMaxProgram: (code, { type, op }: Program & { type?: string; op?: string }) =>
    type === 'shared'
      ? replaced(
          code,
          `if (candidate ${op} bestValue) {`,
          `let place = xBestIndices[localId.x + interval];
            if (candidate ${op} bestValue || (candidate == bestValue && place < xBestIndices[localId.x])) {`,
        )
      : code,

  /** Powers, quotients and remainders of whole numbers went through floats, which come out a little less and are cut off. */
  BinaryOpProgram: (
    code,
    { op, outputComponent }: Program & { op?: number; outputComponent?: number },
    { output },
  ) => {
    const body = output === 'int32' && op !== undefined ? WHOLE[op] : undefined;
    return body ? withWholeOperation(code, body, outputComponent === 4) : code;
  },
};

// BinaryOpType of the package.
const [FLOOR_DIV, MOD, POW] = [7, 16, 19];

/** x and y are the operands, i32; what is assigned to r is the result. */
const WHOLE: Readonly<Record<number, string>> = {
  [FLOOR_DIV]: 'if (y != 0) { r = x / y; if (x % y != 0 && (x < 0) != (y < 0)) { r = r - 1; } }',
  [MOD]: 'if (y != 0) { r = x % y; if (r != 0 && (r < 0) != (y < 0)) { r = r + y; } }',
  [POW]:
    'if (y >= 0) { r = 1; for (var k = 0; k < y; k = k + 1) { r = r * x; } } else if (x * x == 1) { r = select(x, 1, y % 2 == 0); }',
};

function withWholeOperation(code: string, body: string, fourAtOnce: boolean): string {
  const type = fourAtOnce ? 'vec4<f32>' : 'f32';
  const at = (k: string) => `wholeOperation(i32(a${k}), i32(b${k}))`;
  const result = fourAtOnce
    ? `vec4<f32>(${['.x', '.y', '.z', '.w'].map((k) => `f32(${at(k)})`).join(', ')})`
    : `f32(${at('')})`;
  return (
    `fn wholeOperation(x : i32, y : i32) -> i32 { var r = 0; ${body} return r; }
     fn binaryOfWhole(a : ${type}, b : ${type}) -> ${type} { return ${result}; }
    ` + replaced(code, 'binaryOperation(a, b)', 'binaryOfWhole(a, b)')
  );
}

/** The program with its shader put right, where that is needed. */
export function mended(program: Program, inputs: readonly tf.TensorInfo[], output: tf.DataType): Program {
  refuse(program, inputs, output);
  const mend = MENDS[program.constructor.name];
  if (!mend || Object.hasOwn(program, 'getUserCode')) return program;
  const code = program.getUserCode.bind(program);
  program.getUserCode = () => mend(code(), program, { output });
  program.shaderKey += KEYS[program.constructor.name]?.(program) ?? '';
  return program;
}

/** What a shader depends on and TensorFlow.js forgets in the key that it keeps the shader under. */
const KEYS: Readonly<Record<string, (program: Program) => string>> = {
  /** The length of the axis stands in the shader. */
  CumProgram: ({ outputShape }) => `_${outputShape.at(-1)}`,
};

/** @throws Error of what TensorFlow refuses too, and this backend would answer with a number that means nothing. */
function refuse(
  program: Program & { op?: number },
  [input]: readonly tf.TensorInfo[],
  output: tf.DataType,
): void {
  if (program.atomic && output === 'float32' && !UNORDERED.has(program.constructor.name))
    throw new Error(`WebGPU: ${program.constructor.name} sums in any order, so that two runs would differ`);
  if (program.constructor.name === 'UnaryOpProgram' && program.op === NEG && input.dtype === 'bool')
    throw new Error('WebGPU: booleans have no negative: cast them first');
}

/** Chosen by a setting for its speed; stores without a sum. */
const UNORDERED = new Set(['MatMulSplitKProgram', 'ScatterProgram']);
const NEG = 22; // UnaryOpType of the package

function replaced(code: string, wrong: string, right: string): string {
  if (!code.includes(wrong))
    throw new Error(`WebGPU: a shader of TensorFlow.js has changed: '${wrong}' is not in it`);
  return code.replace(wrong, right);
}
