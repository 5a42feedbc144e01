import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { askAgreement, type Agreement } from './agreement/ask.ts';
import { parseOptions, usage, type AgreementOptions } from './agreement/options.ts';
import { formatAgreement } from './agreement/print.ts';
import { askWorstImages } from './agreement/worst-images.ts';
import type { Client } from './client/client.ts';
import { command, withServer } from './client/command.ts';
import { csvTable } from './client/csv-table.ts';
import { slug } from './client/slug.ts';
import { printMethods } from './client/methods.ts';
import { openSubject } from './client/subject.ts';

await command(async () => {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') return console.log(usage);
  await withServer(options.url, (client) =>
    options.list ? printMethods(client, ['METRIC', 'GRADE_METRIC']) : agreement(client, options),
  );
});

/** How far raters agree, over GraphQL, on a phantom or on a folder of real data: tables, and every number as CSV. */
async function agreement(client: Client, options: AgreementOptions): Promise<void> {
  const { split, seed, worst, out, of: subject } = options;
  const { snapshotId } = await openSubject(client, options);
  const result = await askAgreement(client, { snapshotId, split, seed, subject });
  const images = worst > 0 && subject === 'masks' ? await askWorstImages(client, result, worst) : [];
  console.log(`\n${formatAgreement(result, images)}\n`);
  const kind = subject === 'masks' ? '' : `-${subject}`;
  const file = path.join(
    out,
    `${slug(result.snapshot.cohort.dataset.name)}${kind}${split ? `-${split}` : ''}.csv`,
  );
  await mkdir(out, { recursive: true });
  await writeFile(file, subject === 'masks' ? csv(result) : csvOfGrades(result));
  console.log(file);
}

function csv({ metrics, snapshot }: Agreement): string {
  return csvTable(
    [
      'structure',
      'name',
      'rater',
      'other',
      'value',
      'low',
      'high',
      'images',
      'without',
      'allEmpty',
      'someEmpty',
      'note',
      'cohort',
    ],
    metrics.map((row) => [
      ...[row.structure.name, row.name, row.rater?.name ?? null, row.otherRater?.name ?? null],
      ...[row.value, row.low, row.high, row.count, row.undefinedCount],
      ...[row.bothEmptyCount, row.oneEmptyCount, row.note, snapshot.hash],
    ]),
  );
}

function csvOfGrades({ gradeMetrics, snapshot }: Agreement): string {
  return csvTable(
    ['name', 'grader', 'other', 'value', 'low', 'high', 'interval', 'images', 'without', 'note', 'cohort'],
    gradeMetrics.map((row) => [
      ...[row.name, row.grader, row.otherGrader, row.value, row.low, row.high, row.interval],
      ...[row.count, row.undefinedCount, row.note, snapshot.hash],
    ]),
  );
}
