import type { SampleSource } from './sample.ts';

/** Some images of a source, in the order given. */
export function subsetSource(source: SampleSource, indices: readonly number[]): SampleSource {
  const at = (index: number): number => {
    const original = indices[index];
    if (original === undefined) throw new RangeError(`no sample ${index}: the subset has ${indices.length}`);
    return original;
  };
  const outside = indices.find((index) => !(index in source.ids));
  if (outside !== undefined)
    throw new RangeError(`no sample ${outside}: the source has ${source.ids.length}`);
  return {
    height: source.height,
    width: source.width,
    raters: source.raters,
    structures: source.structures,
    ids: indices.map((index) => source.ids[index]),
    subjects: source.subjects && indices.map((index) => source.subjects![index]),
    diagnoses: indices.map((index) => source.diagnoses[index]),
    trueDiagnoses: source.trueDiagnoses && indices.map((index) => source.trueDiagnoses![index]),
    read: (wanted) => source.read(wanted.map(at)),
  };
}
