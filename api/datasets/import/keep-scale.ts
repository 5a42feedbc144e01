import type { Dataset } from '../../../ml/data/readers/reader.ts';
import { valueNames, type DiagnosisScale } from '../../../ml/grades/scale.ts';
import { badManifest } from '../../errors.ts';
import type { Queryable } from '../../storage/blob-store.ts';

/**
 * Stored diagnoses are places on the scale: once there are any, the scale may get names (of 0 and 1) or further values at
 * its end, where that changes no meaning, and nothing else.
 * @throws BAD_MANIFEST naming both scales.
 */
export async function keepScale(client: Queryable, dataset: Dataset): Promise<void> {
  const { rows } = await client.query<DiagnosisScale>(
    `select diagnosis_kind as kind, diagnosis_names as names from datasets d where name = $1 and exists
       (select from diagnoses g join images i on i.id = g.image_id where i.dataset_id = d.id)`,
    [dataset.name],
  );
  const given: DiagnosisScale = {
    kind: dataset.diagnosisKind ?? 'binary',
    names: dataset.diagnosisNames ?? [],
  };
  const [stored] = rows;
  if (!stored || keeps(stored, given)) return;
  const message = `the dataset '${dataset.name}' has diagnoses on the scale ${shown(stored)}, and here it is ${shown(given)}: give this one another name`;
  throw badManifest([{ file: dataset.file, row: null, field: 'diagnosisScale', message }]);
}

function keeps(stored: DiagnosisScale, given: DiagnosisScale): boolean {
  if (stored.kind !== given.kind) return false;
  if (stored.kind === 'binary') return true;
  return stored.names.every((name, place) => given.names[place] === name);
}

const shown = (scale: DiagnosisScale): string =>
  `${scale.kind} (${valueNames(scale).join(scale.kind === 'ordinal' ? ' < ' : ', ')})`;
