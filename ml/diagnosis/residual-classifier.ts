import { logitLayer } from '../layers/dense-layer.ts';
import type { LayerMode } from '../layers/network.ts';
import { resnet, stagesOf, type ResnetOptions } from '../layers/resnet.ts';
import type { Weights } from '../layers/weights.ts';
import type { Maps } from '../ops/conv.ts';
import { globalAveragePool } from '../ops/global-average-pool.ts';
import type { DiagnosisOutput } from './diagnosis-model.ts';

/** Residual network, mean over pixels, one logit: x [b, h, w, in] → logit [b], features B1..B4. */
export function residualClassifier(
  weights: Weights,
  options: ResnetOptions,
): (x: Maps, mode: LayerMode) => DiagnosisOutput {
  const backbone = resnet(weights.scope('resnet'), options);
  const head = logitLayer(weights.scope('logit'), options.widths[3]);
  return (x, mode) => {
    const features = stagesOf(backbone, backbone.stem(x, mode), mode);
    return { logit: head(globalAveragePool(features[3])), features };
  };
}
