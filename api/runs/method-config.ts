import { SettingsError } from '../../ml/errors.ts';
import { configOf, type Configurable } from '../../ml/settings/config-of.ts';
import { invalidInput } from '../errors.ts';

export interface ConfigRequest {
  readonly preset?: string;
  /** Laid over the preset; null and left out are the same: nothing. */
  readonly overrides: unknown;
  /** Name of the input's field, for the message. */
  readonly field: string;
}

/** The full settings of a request (docs/settings.md); what is wrong with them becomes INVALID_INPUT. */
export function parseConfig<Config>(method: Configurable<Config>, request: ConfigRequest): Config {
  const { preset, overrides, field } = request;
  try {
    return configOf(method, { preset, config: overrides ?? {}, field });
  } catch (error) {
    if (error instanceof SettingsError) throw invalidInput(error.message, error.field);
    throw error;
  }
}
