// The walls between the folders (docs/architecture.md), enforced by `npm run check`.
/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'ml-knows-numbers-only',
      comment: 'ml imports ml, tfjs and zod: never the API, the database or the web page.',
      severity: 'error',
      from: { path: '^ml/' },
      to: { path: '^(api|prisma|web|bench|tests)/' },
    },
    {
      name: 'ml-packages',
      comment:
        'The numbers stand on TensorFlow.js, LIBSVM, Cephes and zod; a file format belongs to ml/data/readers, a database driver elsewhere.',
      severity: 'error',
      from: { path: '^ml/', pathNot: '(\\.test\\.ts$|^ml/cli/|^ml/data/readers/)' },
      to: {
        dependencyTypes: ['npm'],
        pathNot: 'node_modules/(@tensorflow/|libsvm-js/|cephes/|zod/|node-api-headers/)',
      },
    },
    {
      name: 'readers-know-files',
      comment: 'Readers of published layouts parse files: they need no numbers and no pictures.',
      severity: 'error',
      from: { path: '^ml/data/readers/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm'], pathNot: 'node_modules/(csv-parse|saxes|zod)/' },
    },
    {
      name: 'only-jobs-run-ml',
      comment: 'Resolvers and services may read the registries; only the jobs run models and load a backend.',
      severity: 'error',
      from: { path: '^api/', pathNot: '^api/(jobs/|worker/|.*\\.test\\.ts$)' },
      to: { path: '^ml/(backend|training/loop|ops/|layers/)' },
    },
    {
      name: 'only-queue-knows-its-engine',
      severity: 'error',
      from: { path: '^(api|ml|tests|scripts|bench)/', pathNot: '^api/queue/' },
      to: { path: 'node_modules/graphile-' },
    },
    {
      name: 'queue-knows-no-domain',
      comment: 'Services enqueue runs; the worker hands them to jobs. The queue itself knows neither.',
      severity: 'error',
      from: { path: '^api/queue/', pathNot: '\\.test\\.ts$' },
      to: { path: '^api/[^/]+/', pathNot: '^api/queue/' },
    },
    {
      name: 'services-know-no-jobs',
      comment: 'services → runs → queue; the worker → jobs → runs.',
      severity: 'error',
      from: { path: '^api/', pathNot: '^api/(jobs/|worker/|worker\\.ts|server\\.ts|.*\\.test\\.ts$)' },
      to: { path: '^api/(jobs|worker)/' },
    },
    {
      name: 'services-never-call-resolvers',
      severity: 'error',
      from: { path: '\\.(service|job|type|input)\\.ts$' },
      to: { path: '\\.resolver\\.ts$' },
    },
    {
      name: 'jobs-stand-below-services',
      comment:
        'Data flows resolver → service → job → ml → store. Allowed: an experiment is made of the requests that a user ' +
        'could make, so its job calls their services (experiment-steps, run-experiment); an import is written where ' +
        'the tables of datasets are (import-dataset.job). Besides, run-state hands a run back to the queue.',
      severity: 'error',
      from: {
        path: '^api/jobs/',
        pathNot:
          '(\\.test\\.ts$|^api/jobs/(experiment-steps|run-experiment\\.job|import-dataset\\.job)\\.ts$)',
      },
      to: {
        path: '^api/[^/]+/',
        pathNot:
          '^api/(jobs|queue|requests|storage|read|postgres)/|^api/runs/(run-state|code-version|artifacts)\\.ts$',
      },
    },
    {
      name: 'store-stands-lowest',
      severity: 'error',
      from: { path: '^api/(storage|read|postgres|requests)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^api/[^/]+/', pathNot: '^api/(storage|read|postgres|requests)/' },
    },
    {
      name: 'commands-are-clients',
      comment:
        'Commands speak GraphQL, also to a server elsewhere with other methods; phantoms are made by a program of ml.',
      severity: 'error',
      from: {
        path: '^scripts/(demo|fuse|train|agreement|experiment|client|drawing)',
        pathNot: '\\.test\\.ts$',
      },
      to: { path: '^(api|ml|prisma)/' },
    },
    {
      name: 'web-speaks-graphql',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(api|ml|prisma)/' },
    },
    {
      name: 'tests-stay-outside',
      severity: 'error',
      from: { path: '^(api|ml)/', pathNot: '\\.test\\.ts$' },
      to: { path: '(^tests/|\\.test\\.ts$)' },
    },
    {
      name: 'no-cycles',
      comment: 'GraphQL types may refer to each other; nothing else may.',
      severity: 'error',
      from: { pathNot: '\\.type\\.ts$' },
      to: { circular: true, viaOnly: { pathNot: '\\.type\\.ts$' } },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^prisma/client' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^prisma/client/|^\\.consilium/)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
