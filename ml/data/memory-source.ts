import type { Sample, SampleSource } from './sample.ts';
import { InputError } from '../errors.ts';

export interface MemorySourceInput {
  readonly height: number;
  readonly width: number;
  readonly raters: readonly string[];
  readonly structures: readonly string[];
  readonly samples: readonly Sample[];
}

/** Samples held in memory, for tests and for small sets that are read many times. */
export function memorySource(input: MemorySourceInput): SampleSource {
  const { samples } = input;
  samples.forEach((sample) => checkSample(sample, input));
  return {
    height: input.height,
    width: input.width,
    raters: input.raters,
    structures: input.structures,
    ids: samples.map((sample) => sample.id),
    diagnoses: samples.map((sample) => sample.diagnosis),
    read: async (indices) => indices.map((index) => at(samples, index)),
  };
}

function at(samples: readonly Sample[], index: number): Sample {
  const sample = samples[index];
  if (!sample) throw new InputError(`no sample ${index}: the source has ${samples.length}`);
  return sample;
}

type Shape = Pick<SampleSource, 'height' | 'width' | 'raters' | 'structures'>;

/** @throws InputError where an array of the sample does not have the size that the source declares. */
export function checkSample(sample: Partial<Sample> & Pick<Sample, 'id'>, shape: Shape): void {
  const [pixels, n, c] = [shape.height * shape.width, shape.raters.length, shape.structures.length];
  const expected = {
    image: pixels * 3,
    raterMasks: pixels * n * c,
    annotated: n * c,
    fused: pixels * c,
  } as const;
  for (const [name, length] of Object.entries(expected)) {
    const values = sample[name as keyof typeof expected];
    if (values && values.length !== length) {
      throw new InputError(
        `sample '${sample.id}': ${name} has ${values.length} values, expected ${length} ` +
          `(${shape.height}×${shape.width} pixels, ${n} raters, ${c} structures)`,
      );
    }
  }
}

/** @throws InputError where the image holds what is no number: a network would spread it over all that it gives. */
export function checkImage({ id, image }: Pick<Sample, 'id' | 'image'>): void {
  const at = image.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new InputError(`sample '${id}': image holds ${image[at]}, at value ${at}`);
}
