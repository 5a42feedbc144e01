import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from '../client/client.ts';
import { csvTable } from '../client/csv-table.ts';
import { slug } from '../client/slug.ts';
import { readFusedImages, type FusedOne, type FusionSummary } from './read-fusion.ts';

interface Place {
  readonly id: string;
  readonly datasetId: string;
  readonly out: string;
}

/**
 * Writes what a fusion made into <out>/<dataset>/<method>: a 16-bit PNG for each image and structure, at the image's
 * size (the mask is value / scale, a text in the file: docs/data.md),
 * raters.csv with a row for each image, rater and structure, images.csv, and fusion.json, which says how it was made.
 * Answers with the folder.
 */
export async function writeFusion(client: Client, fusion: FusionSummary, place: Place): Promise<string> {
  const folder = path.join(place.out, slug(fusion.snapshot.cohort.dataset.name), fusion.method);
  const images: FusedOne[] = [];
  for await (const image of readFusedImages(client, place)) {
    await writeMasks(client, image, folder);
    images.push(image);
  }
  await writeFile(path.join(folder, 'raters.csv'), ratersCsv(images));
  await writeFile(path.join(folder, 'images.csv'), imagesCsv(images));
  await writeFile(path.join(folder, 'fusion.json'), `${JSON.stringify(fusion, null, 2)}\n`);
  return folder;
}

async function writeMasks(client: Client, { path: image, fusedMasks }: FusedOne, folder: string) {
  for (const { structure, imageSizeUrl } of fusedMasks) {
    // The image's own ending stays in the name: a.png and a.jpg are two images.
    const file = path.join(folder, 'masks', `${image}.${slug(structure.name)}.png`);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, await client.download(imageSizeUrl));
  }
}

export function ratersCsv(images: readonly FusedOne[]): string {
  const rows = images.flatMap(({ path: image, split, raterWeights }) =>
    raterWeights.flatMap(({ rater, weight, performance }) => {
      const all = performance.length > 0 ? performance : [undefined];
      return all.map((one) => [
        image,
        split,
        rater.name,
        one?.structure.name ?? null,
        weight,
        one?.sensitivity ?? null,
        one?.specificity ?? null,
      ]);
    }),
  );
  return csvTable(['image', 'split', 'rater', 'structure', 'weight', 'sensitivity', 'specificity'], rows);
}

export function imagesCsv(images: readonly FusedOne[]): string {
  return csvTable(
    ['image', 'split', 'iterations', 'converged'],
    images.map(({ path: image, split, fusedImage }) => [
      image,
      split,
      fusedImage?.iterations ?? null,
      fusedImage?.converged ?? null,
    ]),
  );
}
