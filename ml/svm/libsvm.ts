/** A problem of two classes. */
export interface SvmProblem {
  readonly rows: readonly (readonly number[])[];
  readonly labels: readonly (0 | 1)[];
  /** Bound C of the dual coefficients, times the class weight. */
  readonly cost: number;
  /** exp(−gamma · |x − y|²) is the kernel. */
  readonly gamma: number;
  readonly weight: Readonly<Record<0 | 1, number>>;
}

/** Decision of x: intercept + Σ coefficient · exp(−gamma · |x − row|²), over the support vectors; positive for class 1. */
export interface SvmSolution {
  /** Indices of the support vectors among the rows. */
  readonly support: readonly number[];
  readonly coefficients: readonly number[];
  readonly intercept: number;
}

/** LIBSVM's default, 1e-3, leaves decision values that change in the third decimal with the order of the rows. */
const TOLERANCE = 1e-6;

/**
 * C-SVC with a radial kernel by LIBSVM (Chang and Lin, LIBSVM: a library for support vector machines, ACM TIST 2011).
 * Draws no random numbers. It works in one go: a second for 5000 rows, growing with their square.
 */
export async function solveSvm(problem: SvmProblem): Promise<SvmSolution> {
  const SVM = await loadLibsvm();
  const { rows, labels, ...settings } = problem;
  const { SVM_TYPES, KERNEL_TYPES } = SVM;
  const kind = { type: SVM_TYPES.C_SVC, kernel: KERNEL_TYPES.RBF };
  const svm = new SVM({ ...settings, ...kind, tolerance: TOLERANCE, quiet: true });
  svm.train(rows, labels);
  const solution = { support: svm.getSVIndices(), ...readModel(svm.serializeModel()) };
  svm.free();
  return solution;
}

/** The build for plain JavaScript: the one for WebAssembly looks for its file by fetch, which Node refuses. */
async function loadLibsvm() {
  const before = process.listeners('unhandledRejection');
  const { default: SVM } = await import('libsvm-js/asm.js');
  // Its loader ends the process, without a word, at the first rejection that nobody handles: also one that is not its own.
  for (const listener of process.listeners('unhandledRejection')) {
    if (!before.includes(listener)) process.off('unhandledRejection', listener);
  }
  return SVM;
}

/** Header lines 'name value …', a line 'SV', then a line a support vector that begins with its coefficient. */
function readModel(text: string): Pick<SvmSolution, 'coefficients' | 'intercept'> {
  const [header, vectors] = text.split('\nSV\n');
  const fields = new Map(header.split('\n').map((line) => [line.split(' ')[0], line.split(' ').slice(1)]));
  // Decisions are positive for the class that is named first: the one that the rows begin with.
  const sign = fields.get('label')?.[0] === '1' ? 1 : -1;
  const coefficients = vectors.trim().split('\n').map((line) => sign * parseFloat(line)); // prettier-ignore
  return { coefficients, intercept: -sign * Number(fields.get('rho')?.[0]) };
}
