import type { BackendName } from '../backend.ts';

type ByCase = Readonly<Record<string, string>>;

/** By backend and case, what TensorFlow.js gets wrong there; ml does without it. The case must fail, or its line must go. */
export const KNOWN: Readonly<Partial<Record<BackendName, ByCase>>> = {
  wasm: {
    'cast float32 to bool': 'cuts the number off to eight bits',
    'cast int32 to bool': 'cuts the number off to eight bits',
    'gather of float32': 'has no kernel for the gradient',
    'gather along the second axis of float32': 'has no kernel for the gradient',
  },
};

/** What writes beyond its memory and spoils the results of others after it: not run. */
export const SPOILS: Readonly<Partial<Record<BackendName, ByCase>>> = {
  wasm: {
    'reverse of bool': 'takes booleans for numbers of four bytes',
    'stridedSlice of int32': 'reads elsewhere',
    'stridedSlice of bool': 'reads elsewhere',
  },
};
