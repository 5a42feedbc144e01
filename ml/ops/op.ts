import * as tf from '@tensorflow/tfjs';

/** Keeps tensors for the backward pass; does nothing when no gradient is asked for. */
export type Save = (tensors: tf.Tensor[]) => void;
/** By input, its gradient, or a function that is called only where that gradient is wanted. */
export type Gradients<Name extends string> = Record<Name, tf.Tensor | (() => tf.Tensor)>;

/** What the engine does not show in its types. */
interface Engine {
  readonly state: { kernelDepth: number; nextTapeNodeId: number; readonly activeTape: TapeNode[] };
  isTapeOn(): boolean;
  scopedRun<T>(start: () => void, end: () => void, work: () => T): T;
}

interface TapeNode {
  readonly id: number;
  readonly kernelName: string;
  readonly inputs: Record<string, tf.Tensor>;
  readonly outputs: tf.Tensor[];
  readonly saved: tf.Tensor[];
  /** Called on the engine's copy of the node, whose `inputs` are those alone whose gradient is wanted. */
  gradient(this: TapeNode, dys: tf.Tensor[]): Record<string, () => tf.Tensor>;
}

/**
 * An operation with a gradient of its own. What tf.customGrad does, but lazily: tf.customGrad computes the gradient
 * of every input, wanted or not, and so pays for the weights' gradients of a frozen network and for the image's.
 * And cheaply: what is saved is referred to once more, instead of going through a kernel and a tape node of its own,
 * which in networks of many small operations costs as much as the work.
 *
 * `gradients` is told which inputs' gradients are wanted, for kernels that compute several of them at once.
 */
export function differentiable<Name extends string>(
  inputs: Record<Name, tf.Tensor>,
  forward: (save: Save) => tf.Tensor,
  gradients: (dy: tf.Tensor, saved: tf.Tensor[], wanted: ReadonlySet<Name>) => Gradients<Name>,
): tf.Tensor {
  const engine = tf.engine() as unknown as Engine;
  const taping = engine.isTapeOn();
  let saved: tf.Tensor[] = [];
  const output = engine.scopedRun(
    () => engine.state.kernelDepth++, // operations inside leave no trace on the tape
    () => engine.state.kernelDepth--,
    () =>
      tf.tidy(() =>
        forward((tensors) => {
          if (taping) saved = tensors.map((tensor) => tf.keep(alias(tensor)));
        }),
      ),
  );
  if (taping) {
    engine.state.activeTape.push({
      id: engine.state.nextTapeNodeId++,
      kernelName: 'Consilium',
      inputs,
      outputs: [output],
      saved,
      gradient([dy]) {
        const wanted = Object.keys(this.inputs) as Name[];
        const found = gradients(dy, saved, new Set<Name>(wanted));
        return Object.fromEntries(wanted.map((name) => [name, asFunction(found[name])]));
      },
    });
  }
  return output;
}

function asFunction(gradient: tf.Tensor | (() => tf.Tensor)): () => tf.Tensor {
  return gradient instanceof tf.Tensor ? () => gradient : gradient;
}

/** The gradient of an input that is only added to. */
export const same = (dy: tf.Tensor) => () => alias(dy);

/** Another tensor on the same values, as tensor.clone() makes it, without a kernel call. */
export function alias(tensor: tf.Tensor): tf.Tensor {
  const { dataId, shape, dtype } = tensor;
  tf.backend().incRef(dataId);
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
}
