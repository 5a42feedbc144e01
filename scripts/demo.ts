import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeCaseSheet } from './demo/case-sheet.ts';
import type { Client } from './client/client.ts';
import { command, withServer } from './client/command.ts';
import { printMethods } from './client/methods.ts';
import { runExperiment } from './client/run-experiment.ts';
import { parseOptions, usage, type DemoOptions } from './demo/options.ts';
import { writePhantoms } from './client/phantoms.ts';
import { openImages } from './client/subject.ts';
import { formatReport } from './demo/print.ts';
import { numbersOf, reportOf, type DemoReport } from './demo/report.ts';

await command(async () => {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') console.log(usage);
  else
    await withServer(options.url, (client) =>
      options.list ? printMethods(client, ['EXPERIMENT', 'PHANTOM']) : demo(client, options),
    );
});

/** The whole workflow over GraphQL, on phantoms or on a folder of real data; prints tables, writes JSON and pictures. */
async function demo(client: Client, options: DemoOptions): Promise<void> {
  const reports: DemoReport[] = [];
  const { data, dataset } = options;
  if (dataset) reports.push(await demoOf(client, dataset, options));
  else if (data) reports.push(await demoOf(client, dataName(data), options));
  else
    for (const modality of options.modalities) reports.push(await demoOfPhantom(client, modality, options));
  if (!options.json) return;
  const numbers = reports.map(numbersOf);
  const content = numbers.length === 1 ? numbers[0] : numbers;
  await mkdir(path.dirname(options.json), { recursive: true });
  await writeFile(options.json, `${JSON.stringify(content, null, 2)}\n`);
}

async function demoOfPhantom(client: Client, modality: string, options: DemoOptions): Promise<DemoReport> {
  const data = await writePhantoms(modality, options);
  return demoOf(client, modality, { ...options, data, reading: { add: true } });
}

async function demoOf(client: Client, name: string, options: DemoOptions): Promise<DemoReport> {
  const { preset, seed, data } = options;
  console.log(`\n${name}: the whole workflow over GraphQL${data ? ` (${data})` : ''}`);
  const begin = Date.now();
  const { datasetId, snapshotId } = await openImages(client, options);
  const config = { seeds: [seed] };
  const result = await runExperiment(client, { snapshotId, experiment: 'demo', preset, config });
  const seconds = (Date.now() - begin) / 1000;
  const report = reportOf(result, { modality: name, preset, seed, seconds });
  console.log(`\n${formatReport(report)}`);
  const file = options.sheet.replace('{name}', name);
  await writeCaseSheet(client, result, { title: name, datasetId, diagnosed: report.diagnosed, file });
  console.log(`\nOne case, raters to prediction: ${file}`);
  return report;
}

function dataName(data: string): string {
  const base = path.basename(data);
  return path.extname(base) ? path.basename(path.dirname(path.resolve(data))) : base;
}
