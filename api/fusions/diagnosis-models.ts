import { divisionFault, foldName, type Fold } from '../../ml/data/fold.ts';
import type { Fusion as FusionMethod } from '../../ml/fusion/fusion.ts';
import { fusions } from '../../ml/fusion/index.ts';
import type { Model, Run } from '../../prisma/client/client.ts';
import type { Database } from '../db.ts';
import { invalidInput } from '../errors.ts';
import { requireModel } from '../runs/requirements.ts';
import { requireTraits } from '../runs/diagnosis-traits.ts';
import { leftOutFold } from '../requests/left-out-fold.ts';

type TrainedModel = Model & { readonly run: Run };

const field = 'diagnosisModelIds';
const refused = (reason: string): Error => invalidInput(`${field}: ${reason}`, field);
const quoted = (ids: readonly string[]): string => ids.map((id) => `'${id}'`).join(', ');

/**
 * The trained diagnosis models that a fusion queries: none, one, or, for cross-fitting, one per fold. They are sorted by
 * fold, so the same models in another order make the same request.
 */
export async function requireDiagnosisModels(
  db: Database,
  method: FusionMethod,
  ids: readonly string[],
): Promise<readonly Model[]> {
  requireCount(method, ids);
  const models: TrainedModel[] = [];
  for (const id of ids) {
    const model = await requireModel(db, id, 'diagnosis', field);
    requireTraits(field, method, model);
    models.push(model);
  }
  return method.crossFits ? inOrderOfFolds(models) : models;
}

function requireCount({ name, needsDiagnosisModel, crossFits }: FusionMethod, ids: readonly string[]): void {
  if (!needsDiagnosisModel) {
    if (ids.length) throw refused(`'${name}' uses no diagnosis model, received ${quoted(ids)}`);
    return;
  }
  if (!ids.length) throw refused(`'${name}' needs a trained diagnosis model`);
  const twice = ids.find((id, k) => ids.indexOf(id) !== k);
  if (twice !== undefined) throw refused(`'${twice}' is named twice`);
  if (ids.length === 1 || crossFits) return;
  const able = fusions.list().filter((fusion) => fusion.crossFits);
  throw refused(
    `'${name}' asks one diagnosis model, received ${quoted(ids)}; several can be asked by ${able.map((fusion) => fusion.name).join(', ')}`,
  );
}

/** A single model may be trained on all training images. Several must each have left out a different fold, covering all. */
function inOrderOfFolds(models: readonly TrainedModel[]): readonly Model[] {
  const found = models.map((model) => ({ model, leftOut: leftOutFold(model.run) }));
  if (found.length === 1 && !found[0]?.leftOut) return models;
  const trainedOnAll = found.find(({ leftOut }) => !leftOut);
  if (trainedOnAll) {
    throw refused(
      `'${trainedOnAll.model.id}' was trained on all training images: of several, each must have left out a fold (training.leaveOut)`,
    );
  }
  const parts = found.map(({ model, leftOut }) => ({ model, leftOut: leftOut as Fold }));
  const fault = divisionFault(parts.map(({ leftOut }) => leftOut));
  if (fault) {
    const received = parts.map(({ model, leftOut }) => `'${model.id}' left out ${foldName(leftOut)}`);
    throw refused(`${fault}: ${received.join(', ')}`);
  }
  return parts.sort((a, b) => a.leftOut.index - b.leftOut.index).map(({ model }) => model);
}
