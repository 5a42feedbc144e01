/**
 * Whom each image shows, by index; undefined where every image shows another. Images of one subject are alike, so
 * intervals resample subjects, with all their images, not images.
 */
export type Subjects = readonly string[] | undefined;

/** Indices of the images of each subject; subjects in the order in which they first appear. */
export function imagesBySubject(count: number, subjects: Subjects): number[][] {
  if (!subjects) return Array.from({ length: count }, (_, image) => [image]);
  if (subjects.length !== count) {
    throw new RangeError(`one subject an image is wanted: received ${subjects.length} for ${count} images`);
  }
  const groups = new Map<string, number[]>();
  subjects.forEach((subject, image) => {
    const group = groups.get(subject);
    if (group) group.push(image);
    else groups.set(subject, [image]);
  });
  return [...groups.values()];
}

/** Subjects of those images only. */
export const subjectsAt = (subjects: Subjects, indices: readonly number[]): Subjects =>
  subjects && indices.map((index) => subjects[index]);
