import prettier from 'prettier';
import { z } from 'zod';
import { metrics } from '../ml/metrics/index.ts';
import type { Metric } from '../ml/metrics/metric.ts';

export const metricsPagePath = 'docs/metrics.md';

const compared: Readonly<Record<Metric['compares'], string>> = {
  masks: 'mask with mask',
  'mask-with-raters': 'mask with all raters',
  scores: 'scores with diagnoses',
  raters: 'raters with each other',
};

const opening = `<!-- Written by \`npm run generate\` from ml/metrics. -->

# Metrics

A metric is one file in \`ml/metrics/\` and one line in its \`index.ts\`; \`methods(kind: METRIC)\` says what stands here. An
evaluation measures soft Dice and IoU, and with a judge the AUCs; \`metrics\` asks for others, the same one several times
if its settings differ:

\`\`\`graphql
mutation ($modelId: ID!) {
  evaluate(
    input: {
      modelId: $modelId
      metrics: [
        { name: "dice" }
        { name: "hausdorff_95", settings: { spacing: [0.2, 0.2] }, against: [raters] }
        { name: "normalised_surface_dice", settings: { spacing: [0.2, 0.2], tolerance: 0.5 } }
      ]
    }
  ) {
    id
  }
}
\`\`\`

Each number carries the metric's name, settings and unit. It is the mean over images, with a bootstrap's 95 % interval,
or of all images together. \`imageMetrics\` gives the images one by one, the worst first. An image for which a metric is
undefined has no number there; \`undefinedCount\` says how many these are. Distances are in millimetres where
every image has a spacing, else in pixels of the image ([geometry.md](geometry.md)).
`;

/** The page of all metrics, from the registry. */
export async function metricsPage(): Promise<string> {
  const rows = metrics.list().map(rowOf);
  const head = ['name', 'compares', 'unit', 'range', 'better', 'over images', 'empty masks'];
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const text = [opening, table, ...metrics.list().map(sectionOf)].join('\n\n');
  return prettier.format(text, { ...(await prettier.resolveConfig(metricsPagePath)), parser: 'markdown' });
}

function rowOf(metric: Metric): string[] {
  const { name, better, overImages, emptyMasks } = metric;
  const [low, high] = metric.range;
  return [
    `[\`${name}\`](#${name})`,
    compared[metric.compares],
    metric.unit(metric.config.parse({}), false) ?? '–',
    `${low} to ${high ?? '∞'}`,
    better ?? '–',
    overImages ?? '–',
    emptyMasks ?? '–',
  ];
}

interface SettingSchema {
  readonly default: unknown;
  readonly description: string;
  /** Why the default is what it is. */
  readonly source?: string;
  readonly unit?: string;
}

function sectionOf({ name, summary, formula, citation, reconstruction, config }: Metric): string {
  const { properties = {} } = z.toJSONSchema(config, { io: 'input', unrepresentable: 'any' });
  const settings = Object.entries(properties as Record<string, SettingSchema>);
  return [
    `### ${name}`,
    `${summary} ${reconstruction ?? ''}`,
    `- Formula: ${formula}`,
    `- Source: ${citation}`,
    ...settings.map(([key, { default: value, description, source = '', unit }]) => {
      const given = [`default \`${JSON.stringify(value)}\``, unit].filter(Boolean).join(', ');
      return `- \`${key}\` (${given}): ${description} ${source}`;
    }),
  ].join('\n');
}
