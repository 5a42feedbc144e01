import { diagnosisModels } from '../../ml/diagnosis/index.ts';
import { LACKING, lackingTrait, type DiagnosisTrait } from '../../ml/diagnosis/traits.ts';
import { defaultsOf } from '../../ml/settings/config-of.ts';
import type { Model, Run } from '../../prisma/client/client.ts';
import { invalidInput } from '../errors.ts';
import { readRequest } from '../requests/read-request.ts';

interface Asking {
  readonly name: string;
  readonly diagnosisTraits?: readonly DiagnosisTrait[];
}

/**
 * Refuses a trained diagnosis model that, as it was configured, lacks what a method wants of it. The work would run to
 * its end: DF-GT without a gradient leaves every mask as it was, Take and Give would join features of other places.
 */
export function requireTraits(
  field: string,
  { name, diagnosisTraits = [] }: Asking,
  { id, method, run }: Model & { readonly run: Run },
): void {
  const { config } = readRequest('training', run);
  const lacking = lackingTrait(diagnosisModels.get(method), config, diagnosisTraits);
  if (!lacking) return;
  const usable = diagnosisModels.list().filter((one) => !lackingTrait(one, defaultsOf(one), diagnosisTraits));
  throw invalidInput(
    `${field}: '${id}': '${method}', as it was configured, ${LACKING[lacking]}, which '${name}' needs: ` +
      `expected one of ${usable.map((one) => one.name).join(', ')} (by their defaults)`,
    field,
  );
}
