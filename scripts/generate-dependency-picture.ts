import { createRequire } from 'node:module';
import { Graphviz } from '@hpcc-js/wasm-graphviz';
import { cruise, type ICruiseResult } from 'dependency-cruiser';

/** The picture in docs/architecture.md. */
export const dependencyPicturePath = 'docs/dependencies.svg';

/**
 * The boxes, in the order in which they may import: resolver → service → queue, worker → job → ml, and
 * the store, which gives ml its samples. A file is in the first box whose pattern it matches; what everybody uses is in none.
 */
const boxes: readonly { name: string; folders: string; files: RegExp }[] = [
  { name: 'resolvers', folders: 'api/*/*.resolver.ts, api/http', files: /^api\/(http\/|.*\.resolver\.ts$)/ },
  { name: 'services', folders: 'api/*/*.service.ts and its types', files: /^api\/(?!worker|queue|jobs|requests|storage|read|postgres|runs\/(run-state|run-key|code-version|artifacts|requester|working-size)\.)[^/]+\// },
  { name: 'worker', folders: 'api/worker', files: /^api\/worker\// },
  { name: 'queue', folders: 'api/queue', files: /^api\/queue\// },
  { name: 'jobs', folders: 'api/jobs', files: /^api\/jobs\// },
  { name: 'requests and state of runs', folders: 'api/requests, api/runs', files: /^api\/(requests|runs)\// },
  { name: 'store', folders: 'api/storage, api/read, api/postgres', files: /^api\/(storage|postgres|read)\// },
  { name: 'experiments', folders: 'ml/experiments', files: /^ml\/experiments\// },
  { name: 'methods', folders: 'ml/fusion, ml/diagnosis, ml/segmentation', files: /^ml\/(fusion|diagnosis|segmentation|multirater)\// },
  { name: 'training', folders: 'ml/training', files: /^ml\/training\// },
  { name: 'metrics', folders: 'ml/metrics, ml/statistics', files: /^ml\/(metrics|statistics)\// },
  { name: 'data', folders: 'ml/data', files: /^ml\/data\// },
  { name: 'building blocks', folders: 'ml/layers, ml/losses, ml/ops, ml/geometry, ml/svm', files: /^ml\/(layers|losses|ops|geometry|svm)\// },
]; // prettier-ignore

const boxOf = (file: string): number => boxes.findIndex(({ files }) => files.test(file));

/**
 * Which layer imports which, as SVG: drawn from the imports themselves, so it cannot be wrong. Graphviz runs as
 * WebAssembly: nothing to install.
 */
export async function drawDependencyPicture(): Promise<string> {
  const rules = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as { options: object };
  const { output } = await cruise(['api', 'ml'], {
    ...rules.options,
    includeOnly: '^(api|ml)/',
    exclude: { path: '\\.test(-helper)?\\.ts$' },
    ruleSet: { forbidden: [] },
  });
  const graphviz = await Graphviz.load();
  // Comments in Graphviz's output carry its version; the picture must not change with it.
  const svg = graphviz.dot(toDot(importsBetweenBoxes(output as ICruiseResult)), 'svg');
  return svg.replace(/<!--[\s\S]*?-->\n?/g, '');
}

/** How many imports lead from each box to each other. */
function importsBetweenBoxes({ modules }: ICruiseResult): number[][] {
  const imports = boxes.map(() => boxes.map(() => 0));
  for (const { source, dependencies } of modules) {
    for (const { resolved } of dependencies) {
      const [from, to] = [boxOf(source), boxOf(resolved)];
      if (from >= 0 && to >= 0 && to !== from) imports[from][to]++;
    }
  }
  return imports;
}

/** An arrow that only repeats a longer way is left out. One that leads back up is red and counts its imports. */
function toDot(imports: readonly (readonly number[])[]): string {
  const down = imports.map((counts, from) =>
    counts.flatMap((count, to) => (count > 0 && to > from ? [to] : [])),
  );
  const reaches = (from: number, to: number): boolean =>
    down[from].some((next) => next === to || reaches(next, to));
  const arrows = imports.flatMap((counts, from) =>
    counts.map((count, to) => {
      if (count === 0) return '';
      if (to < from)
        return `b${from} -> b${to} [color="#c0392b", fontcolor="#c0392b", style=dashed, constraint=false, label="${count}"]`;
      return down[from].some((next) => reaches(next, to)) ? '' : `b${from} -> b${to}`;
    }),
  );
  const labels = boxes.map(({ name, folders }, i) => `b${i} [label="${name}\\n${folders}"]`);
  return `digraph {
    graph [nodesep=0.4, ranksep=0.45]
    node [shape=box, style="rounded,filled", fillcolor="#eef3f8", fontname="Helvetica,Arial,sans-serif", fontsize=12, margin="0.35,0.12"]
    edge [color="#555555", arrowsize=0.7, fontname="Helvetica,Arial,sans-serif", fontsize=10]
    ${[...labels, ...arrows].join('\n')}
  }`;
}
