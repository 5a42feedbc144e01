// The thread of `solveSvm`: trains on what it was started with and posts the model. Plain JavaScript, since what makes
// TypeScript run (tsx in a program, swc in jest) need not reach into threads. Nor does what the library does to its
// process, which it ends at the first rejection that nobody handles, reach out of one.
import { parentPort, workerData } from 'node:worker_threads';
// The build for plain JavaScript: the one for WebAssembly looks for its file by fetch, which Node refuses.
import SVM from 'libsvm-js/asm.js';

const { rows, labels, ...settings } = workerData;
const svm = new SVM({
  ...settings,
  type: SVM.SVM_TYPES.C_SVC,
  kernel: SVM.KERNEL_TYPES.RBF,
  quiet: true,
});
svm.train(rows, labels);
parentPort?.postMessage({ support: svm.getSVIndices(), model: svm.serializeModel() });
