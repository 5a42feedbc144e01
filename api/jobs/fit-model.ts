import { diagnosedImages } from '../../ml/data/diagnosed-images.ts';
import type { FittedDiagnosisModel } from '../../ml/diagnosis/diagnosis-model.ts';
import { fittedToBytes } from '../../ml/fitted.ts';
import { fitModel } from '../../ml/training/fit.ts';
import type { Model } from '../../prisma/client/client.ts';
import { openStoreSource } from '../storage/store-source.ts';
import { weightsMediaType } from './epochs.ts';
import type { JobInput } from './job.ts';

/** Fits a model to measures of the training images' masks, read a batch at a time. A resumed run starts over. */
export async function fitModelAtOnce(
  input: JobInput<'training'>,
  { snapshotId, height: size }: Model,
  method: FittedDiagnosisModel,
) {
  const { run, request, signal, progress } = input;
  const { fusionId, config } = request;
  const source = await openStoreSource(input, { snapshotId, size, split: 'train', fusionId });
  const fitted = await fitModel({
    model: method,
    config,
    source,
    seed: run.seed,
    signal,
    onStep: (done, total) => progress.report(done / total, 'measuring masks'),
  });
  const sha256 = await input.blobs.put(fittedToBytes(method.name, fitted), weightsMediaType);
  return { images: diagnosedImages(source).length, sha256 };
}
