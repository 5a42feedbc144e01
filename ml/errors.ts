/**
 * What ml throws on purpose. Everything else that it throws (RangeError for a shape that a caller got wrong, Error for
 * what cannot happen) is a bug.
 */

/** The images, masks, settings or stored weights that were given cannot be worked with; the message names what and where. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** The computation left the finite numbers: the settings are too bold for these images. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
}

/** A preset or a setting that a method does not take; `field` is the request's field that must change. */
export class SettingsError extends InputError {
  readonly field: string;

  constructor(message: string, field: string) {
    super(message);
    this.field = field;
  }
}
