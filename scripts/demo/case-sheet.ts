import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { drawContactSheet, type Cell } from '../drawing/contact-sheet.ts';
import { grey, heat, outline, readField, readPicture, type Field, type Rgb } from '../drawing/pixels.ts';
import type { Client } from './client.ts';
import type { MainJob } from './main-job.ts';

interface MaskOf {
  readonly structure: { readonly name: string };
  readonly url: string;
}

interface CaseAnswer {
  readonly path: string;
  readonly url: string;
  readonly diagnoses: readonly { readonly source: string; readonly value: number }[];
  readonly annotations: readonly (MaskOf & { readonly rater: { readonly name: string } })[];
  readonly vote: readonly MaskOf[];
  readonly dfgt: readonly MaskOf[];
  readonly maps: readonly {
    readonly rater: { readonly name: string };
    readonly weight: number;
    readonly url: string;
  }[];
  readonly baseline: readonly MaskOf[];
  readonly takeAndGive: readonly MaskOf[];
}

const caseQuery = /* GraphQL */ `
  query Case($datasetId: ID!, $vote: ID!, $dfgt: ID!, $baseline: ID!, $takeAndGive: ID!) {
    images(filter: { datasetId: { eq: $datasetId }, split: { eq: test }, diagnosis: { eq: 1 } }, first: 1) {
      nodes {
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
        vote: fusedMasks(fusionId: $vote) {
          url
          structure {
            name
          }
        }
        dfgt: fusedMasks(fusionId: $dfgt) {
          url
          structure {
            name
          }
        }
        maps: expertnessMaps(fusionId: $dfgt) {
          url
          weight
          rater {
            name
          }
        }
        baseline: predictedMasks(modelId: $baseline) {
          url
          structure {
            name
          }
        }
        takeAndGive: predictedMasks(modelId: $takeAndGive) {
          url
          structure {
            name
          }
        }
      }
    }
  }
`;

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
  const [vote, dfgt] = job.fusions;
  const [baseline, takeAndGive] = job.models;
  const { images } = await client.request<{ images: { nodes: CaseAnswer[] } }>(caseQuery, {
    datasetId: job.datasetId,
    vote: vote.id,
    dfgt: dfgt.id,
    baseline: baseline.id,
    takeAndGive: takeAndGive.id,
  });
  const shown = images.nodes[0];
  if (!shown) throw new Error('no test image with diagnosis 1 to draw');
  const png = await drawContactSheet({
    title: `${title} · ${shown.path} · diagnosis ${shown.diagnoses[0]?.value ?? 'unknown'}`,
    rows: [
      {
        label: 'Fused masks and predictions (mean over structures)',
        cells: await resultCells(client, shown),
      },
      { label: "Raters' outlines", cells: await raterCells(client, shown) },
      { label: 'Expertness maps of DF-GT (ExpG), one scale', cells: await mapCells(client, shown) },
    ],
    footer: 'DF-GT has seen the diagnosis of this image (transductive); the predictions have not.',
  });
  await mkdir(path.dirname(path.resolve(file)), { recursive: true });
  await writeFile(file, png);
}

async function resultCells(client: Client, shown: CaseAnswer): Promise<Cell[]> {
  const picture = await readPicture(await client.download(shown.url), side);
  const masks: [string, readonly MaskOf[]][] = [
    ['majority vote', shown.vote],
    ['DF-GT (ExpG)', shown.dfgt],
    ['Baseline-Seg', shown.baseline],
    ['Take and Give', shown.takeAndGive],
  ];
  const cells = masks.map(async ([name, of]) => ({ title: name, picture: grey(await fields(client, of)) }));
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

async function mapCells(client: Client, shown: CaseAnswer): Promise<Cell[]> {
  const maps = await Promise.all(
    shown.maps.map(async ({ url }) => readField(await client.download(url), side)),
  );
  // One scale for all raters, about the uniform weight 1/n, so that brighter means trusted more.
  let [low, high] = [1, 0];
  for (const map of maps) {
    for (const value of map.values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return shown.maps.map(({ rater, weight }, i) => ({
    title: rater.name,
    note: `mean weight ${weight.toFixed(3)}`,
    picture: heat(maps[i], low, high),
  }));
}

async function fields(client: Client, masks: readonly MaskOf[]): Promise<Field[]> {
  return Promise.all(masks.map(async ({ url }) => readField(await client.download(url), side)));
}
