import { createRequire } from 'node:module';
import { Graphviz } from '@hpcc-js/wasm-graphviz';
import { cruise } from 'dependency-cruiser';

/** Where the picture of docs/architecture.md lies. */
export const dependencyPicturePath = 'docs/dependencies.svg';

const folders = '^(api/[^/]+|ml/[^/]+|prisma|web)/';

/**
 * The folders and who imports whom, as SVG: drawn from the imports themselves, so that it cannot be wrong.
 * Graphviz runs as WebAssembly: nothing to install.
 */
export async function drawDependencyPicture(): Promise<string> {
  const rules = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as { options: object };
  const { output } = await cruise(['api', 'ml'], {
    ...rules.options,
    outputType: 'dot',
    includeOnly: '^(api|ml)/',
    exclude: { path: '\\.test\\.ts$' },
    collapse: folders,
    ruleSet: { forbidden: [] },
  });
  if (typeof output !== 'string') throw new Error('dependency-cruiser gave no graph');
  const graphviz = await Graphviz.load();
  // Comments in Graphviz's output carry its version; the picture must not change with it.
  return graphviz.dot(output, 'svg').replace(/<!--[\s\S]*?-->\n?/g, '');
}
