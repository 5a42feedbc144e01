import type { Cell } from '../drawing/contact-sheet.ts';
import {
  grey,
  heat,
  outline,
  readField,
  readPicture,
  type Field,
  type Picture,
  type Rgb,
} from '../drawing/pixels.ts';
import type { Client } from './client.ts';
import { graphql, type ResultOf, type VariablesOf } from './graphql.ts';

const caseDocument = graphql(`
  query Case($filter: ImageFilter!) {
    images(filter: $filter, first: 1) {
      nodes {
        id
        path
        url
        diagnoses {
          source
          value
        }
        annotations {
          url
          structure {
            name
          }
          rater {
            name
          }
        }
      }
    }
  }
`);

const fusedDocument = graphql(`
  query Fused($imageId: ID!, $id: ID!) {
    image(id: $imageId) {
      masks: fusedMasks(fusionId: $id) {
        url
        structure {
          name
        }
      }
      maps: expertnessMaps(fusionId: $id) {
        url
        weight
        rater {
          name
        }
      }
    }
  }
`);

const predictedDocument = graphql(`
  query Predicted($imageId: ID!, $id: ID!) {
    image(id: $imageId) {
      masks: predictedMasks(modelId: $id) {
        url
        structure {
          name
        }
      }
    }
  }
`);

/** An image with what its raters drew. */
export type Case = ResultOf<typeof caseDocument>['images']['nodes'][number];
type Filter = VariablesOf<typeof caseDocument>['filter'];
type Made = NonNullable<ResultOf<typeof fusedDocument>['image']>;
type MaskOf = Made['masks'][number];
export type MapOf = Made['maps'][number];

/** Names as papers write them. */
const titles: Readonly<Record<string, string>> = {
  'majority-vote': 'majority vote',
  staple: 'STAPLE',
  aggnet: 'AggNet',
  'max-mig': 'Max-MIG',
  'df-gt-expg': 'DF-GT (ExpG)',
  'df-gt-raw': 'DF-GT (raw)',
  'df-gt-transrob': 'DF-GT (TransRob)',
  'df-gt-fourier': 'DF-GT (Fourier)',
  'baseline-seg': 'Baseline-Seg',
  'take-and-give': 'Take and Give',
};

export const titleOf = (method: string): string => titles[method] ?? method;

const side = 300;
const colours: readonly Rgb[] = [
  [64, 224, 255],
  [255, 214, 10],
  [255, 64, 160],
];

/** What a fusion or a model made of a case. */
export interface Result {
  readonly name: string;
  readonly masks: readonly MaskOf[];
  readonly maps?: readonly MapOf[];
}

/** The first image, in order of import, that matches the filter. */
export async function findCase(client: Client, filter: Filter): Promise<Case> {
  const { images } = await client.request(caseDocument, { filter });
  if (!images.nodes[0]) throw new Error(`no image to draw for ${JSON.stringify(filter)}`);
  return images.nodes[0];
}

interface Named {
  readonly name: string;
  readonly id: string;
}

export async function fusedOf(client: Client, shown: Case, { name, id }: Named): Promise<Result> {
  const { image } = await client.request(fusedDocument, { imageId: shown.id, id });
  return { name, masks: image?.masks ?? [], maps: image?.maps };
}

export async function predictedOf(client: Client, shown: Case, { name, id }: Named): Promise<Result> {
  const { image } = await client.request(predictedDocument, { imageId: shown.id, id });
  return { name, masks: image?.masks ?? [] };
}

/** The image, then each result's masks in grey. */
export async function resultCells(client: Client, shown: Case, results: readonly Result[]): Promise<Cell[]> {
  const picture = await pictureOf(client, shown);
  const cells = results.map(async ({ name, masks }) => ({
    title: titleOf(name),
    picture: grey(await fields(client, masks)),
  }));
  return [{ title: 'image', picture }, ...(await Promise.all(cells))];
}

async function pictureOf(client: Client, { path, url }: Case): Promise<Picture> {
  if (url === null) throw new Error(`image '${path}' was imported without a picture`);
  return readPicture(await client.download(url), side);
}

/** The image with each rater's outlines. */
export async function raterCells(client: Client, shown: Case): Promise<Cell[]> {
  const picture = await pictureOf(client, shown);
  const raters = [...new Set(shown.annotations.map(({ rater }) => rater.name))];
  return Promise.all(
    raters.map(async (name) => {
      const own = shown.annotations.filter(({ rater }) => rater.name === name);
      return { title: name, picture: outline(picture, await fields(client, own), colours) };
    }),
  );
}

/** A result's expertness maps on one scale. */
export async function mapCells(client: Client, of: readonly MapOf[]): Promise<Cell[]> {
  const maps = await Promise.all(of.map(async ({ url }) => readField(await client.download(url), side)));
  // One scale for all raters, centred on the uniform weight 1/n, so brighter means more trusted.
  let [low, high] = [1, 0];
  for (const map of maps) {
    for (const value of map.values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return of.map(({ rater, weight }, i) => ({
    title: rater.name,
    note: `mean weight ${weight?.toFixed(3) ?? 'unknown'}`,
    picture: heat(maps[i], low, high),
  }));
}

async function fields(client: Client, masks: readonly MaskOf[]): Promise<Field[]> {
  return Promise.all(masks.map(async ({ url }) => readField(await client.download(url), side)));
}
