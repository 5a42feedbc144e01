// What `npm run check` runs, besides the tests. One line per check. They must be able to run at the same time.
const bin = (/** @type {string} */ file) => `node_modules/${file}`;
const program = (/** @type {string} */ file) => ['--import', 'tsx', file];

/** @type {{name: string, args: string[]}[]} arguments to node, from the project's root */
export const checks = [
  { name: 'types', args: [bin('typescript/bin/tsc'), '--noEmit'] },
  { name: 'lint', args: [bin('eslint/bin/eslint.js'), '--max-warnings', '0', '--no-warn-ignored', '.'] },
  { name: 'formatting', args: [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'] },
  {
    name: 'walls between folders',
    args: [bin('dependency-cruiser/bin/dependency-cruise.mjs'), 'api', 'ml', 'bench', 'tests', 'scripts'],
  },
  { name: 'generated files', args: [...program('scripts/generate.ts'), '--check'] },
  { name: 'migrations agree with the schema', args: [...program('scripts/migrate.ts'), 'check'] },
];
