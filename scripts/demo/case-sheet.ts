import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { drawContactSheet, type Cell, type Row } from '../drawing/contact-sheet.ts';
import { grey, heat, outline, readField, readPicture, type Field, type Rgb } from '../drawing/pixels.ts';
import type { Client } from '../client/client.ts';
import type { MainJob, Made } from './main-job.ts';

interface MaskOf {
  readonly structure: { readonly name: string };
  readonly url: string;
}

interface CaseAnswer {
  readonly id: string;
  readonly path: string;
  readonly url: string;
  readonly diagnoses: readonly { readonly source: string; readonly value: number }[];
  readonly annotations: readonly (MaskOf & { readonly rater: { readonly name: string } })[];
}

interface MapOf {
  readonly rater: { readonly name: string };
  readonly weight: number;
  readonly url: string;
}

const caseQuery = /* GraphQL */ `
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
`;

const fusedQuery = /* GraphQL */ `
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
`;

const predictedQuery = /* GraphQL */ `
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
`;

/** Names as papers write them. */
const titles: Readonly<Record<string, string>> = {
  'majority-vote': 'majority vote',
  'df-gt-expg': 'DF-GT (ExpG)',
  'baseline-seg': 'Baseline-Seg',
  'take-and-give': 'Take and Give',
};

const side = 300;
const colours: readonly Rgb[] = [
  [64, 224, 255],
  [255, 214, 10],
  [255, 64, 160],
];

/** Writes the pictures of one test case, raters to prediction, as one PNG, all asked from the API. */
export async function writeCaseSheet(
  client: Client,
  job: MainJob,
  title: string,
  file: string,
): Promise<void> {
  const filter = { datasetId: { eq: job.datasetId }, split: { eq: 'test' } };
  const { images } = await client.request<{ images: { nodes: CaseAnswer[] } }>(caseQuery, {
    filter: job.diagnosed ? { ...filter, diagnosis: { eq: 1 } } : filter,
  });
  const shown = images.nodes[0];
  if (!shown) throw new Error(`no test image${job.diagnosed ? ' with diagnosis 1' : ''} to draw`);
  const fused = await Promise.all(job.fusions.map((made) => resultOf(client, fusedQuery, shown, made)));
  const predicted = await Promise.all(
    job.models.map((made) => resultOf(client, predictedQuery, shown, made)),
  );
  const maps = fused.flatMap((one) => one.maps ?? []);
  const diagnosis = shown.diagnoses.map(({ value }) => ` · diagnosis ${value}`)[0] ?? '';
  const rows: Row[] = [
    {
      label: 'Fused masks and predictions (mean over structures)',
      cells: await resultCells(client, shown, [...fused, ...predicted]),
    },
    { label: "Raters' outlines", cells: await raterCells(client, shown) },
  ];
  if (maps.length > 0) {
    rows.push({ label: 'Expertness maps of DF-GT (ExpG), one scale', cells: await mapCells(client, maps) });
  }
  const footer = job.diagnosed
    ? 'DF-GT has seen the diagnosis of this image (transductive); the predictions have not.'
    : 'No diagnosis: majority vote and the segmentation model trained on it.';
  const png = await drawContactSheet({ title: `${title} · ${shown.path}${diagnosis}`, rows, footer });
  await mkdir(path.dirname(path.resolve(file)), { recursive: true });
  await writeFile(file, png);
}

interface Result {
  readonly name: string;
  readonly masks: readonly MaskOf[];
  readonly maps?: readonly MapOf[];
}

async function resultOf(
  client: Client,
  query: string,
  shown: CaseAnswer,
  { name, id }: Made,
): Promise<Result> {
  const { image } = await client.request<{ image: Omit<Result, 'name'> }>(query, { imageId: shown.id, id });
  return { name, ...image };
}

async function resultCells(client: Client, shown: CaseAnswer, results: readonly Result[]): Promise<Cell[]> {
  const picture = await readPicture(await client.download(shown.url), side);
  const cells = results.map(async ({ name, masks }) => ({
    title: titles[name] ?? name,
    picture: grey(await fields(client, masks)),
  }));
  return [{ title: 'image', picture }, ...(await Promise.all(cells))];
}

async function raterCells(client: Client, shown: CaseAnswer): Promise<Cell[]> {
  const picture = await readPicture(await client.download(shown.url), side);
  const raters = [...new Set(shown.annotations.map(({ rater }) => rater.name))];
  return Promise.all(
    raters.map(async (name) => {
      const own = shown.annotations.filter(({ rater }) => rater.name === name);
      return { title: name, picture: outline(picture, await fields(client, own), colours) };
    }),
  );
}

async function mapCells(client: Client, of: readonly MapOf[]): Promise<Cell[]> {
  const maps = await Promise.all(of.map(async ({ url }) => readField(await client.download(url), side)));
  // One scale for all raters, about the uniform weight 1/n, so that brighter means trusted more.
  let [low, high] = [1, 0];
  for (const map of maps) {
    for (const value of map.values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return of.map(({ rater, weight }, i) => ({
    title: rater.name,
    note: `mean weight ${weight.toFixed(3)}`,
    picture: heat(maps[i], low, high),
  }));
}

async function fields(client: Client, masks: readonly MaskOf[]): Promise<Field[]> {
  return Promise.all(masks.map(async ({ url }) => readField(await client.download(url), side)));
}
