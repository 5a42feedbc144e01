import * as tf from '@tensorflow/tfjs';
import { withShifted } from '../layers/shifted-weights.ts';
import { lossAndGradients } from '../layers/gradients.ts';

export interface MetaStep {
  /** θ: what the student learns. */
  readonly student: ReadonlyMap<string, tf.Variable>;
  /** The student's maps s of images whose label it is not told: [u, h, w, 1]. */
  readonly maps: () => tf.Tensor4D;
  /** What the teacher wants of them, T. */
  readonly wanted: tf.Tensor4D;
  /** Cross-entropy of the student's diagnoses of labelled images. */
  readonly judge: () => tf.Scalar;
  /** η: rate of the student's virtual step towards T. */
  readonly rate: number;
}

/** How far the student is moved to difference its maps: the length of the step over all weights. */
const REACH = 0.01;
/** Keeps the step finite where the labelled images ask for nothing. */
const SHORTEST = 1e-12;

/**
 * In which direction T should change for the sake of labelled images: the derivative for T of
 *   L(θ'),   θ' = θ − η · ∇θ mean((s(θ) − T)²),
 * times the number of T's values, so that mean(derivative ⊙ T) is what the teacher minimises. It needs no second derivative
 * (as in Liu et al., DARTS, ICLR 2019): with g = ∇L at θ' and ε = 0.01 / |g| it is
 *   −η · [∂/∂T (s(θ + εg) − T)² − ∂/∂T (s(θ − εg) − T)²] / 2ε = η / ε · [s(θ + εg) − s(θ − εg)].
 */
export function metaDerivative({ student, maps, wanted, judge, rate }: MetaStep): tf.Tensor4D {
  return tf.tidy(() => {
    const of = (loss: () => tf.Scalar) => lossAndGradients(loss, { trainable: student }).gradients;
    const pull = of(() => maps().sub(wanted).square().mean());
    const asked = withShifted(student, pull, -rate, () => of(judge));
    const reach = REACH / Math.max(lengthOf(asked), SHORTEST);
    const [ahead, behind] = [reach, -reach].map((amount) => withShifted(student, asked, amount, maps));
    return ahead.sub<tf.Tensor4D>(behind).mul(rate / reach);
  });
}

function lengthOf(gradients: tf.NamedTensorMap): number {
  const squares = Object.values(gradients).map((gradient) => gradient.square().sum());
  return Math.sqrt(tf.addN(squares).dataSync()[0]);
}
