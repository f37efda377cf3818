// Who may import whom. Each rule is one line of the table in the README; anything else fails the build.
const folders = ['engine', 'evaluation', 'contract', 'store', 'host', 'main', 'preload', 'server', 'cli', 'renderer'];

const only = (from, ...allowed) => ({
  name: `${from} imports only ${[from, ...allowed].join(', ')}`,
  severity: 'error',
  from: { path: `^src/${from}/` },
  to: { path: `^src/(${folders.filter((folder) => folder !== from && !allowed.includes(folder)).join('|')})/` },
});

// The engine's folders, those that are called before those that call. Decoding a tree of codecs may end in a method.
const above = [
  ['kernels', 'tensor', 'io', 'trellis'],
  ['formats', 'feedback'],
  ['codecs', 'quantizers', 'onnx'],
  ['archive', 'models', 'planner', 'descent'],
  ['exports', 'workers'],
  ['pipeline', 'zoo'],
];

module.exports = {
  forbidden: [
    only('engine'),
    only('evaluation', 'engine'),
    only('contract', 'engine', 'evaluation'),
    only('store', 'engine', 'evaluation'),
    only('host', 'contract', 'engine', 'evaluation', 'store'),
    only('main', 'contract', 'evaluation', 'host'),
    only('preload', 'contract'),
    only('server', 'contract', 'evaluation', 'host'),
    only('cli', 'contract', 'host', 'server', 'engine', 'evaluation'),
    only('renderer', 'contract'),
    ...above.map((folders, level) => ({
      name: `engine/${folders.join(', engine/')} know nothing of the steps that call them`,
      severity: 'error',
      from: { path: `^src/engine/(${folders.join('|')})/` },
      to: {
        path: `^src/engine/(${above
          .slice(level + 1)
          .flat()
          .join('|')})/`,
      },
    })),
    {
      name: 'contract and store import the types of the engine and of evaluation only',
      severity: 'error',
      from: { path: '^src/(contract|store)/' },
      to: { path: '^src/(engine|evaluation)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'electron stays in main and preload',
      severity: 'error',
      from: { pathNot: '^src/(main|preload)/' },
      to: { path: '^(electron|node_modules/electron)(/|$)' },
    },
    {
      name: 'react stays in the renderer',
      severity: 'error',
      from: { pathNot: '^src/renderer/' },
      to: { path: '^node_modules/(react|react-dom|@mantine)/' },
    },
    {
      name: 'models run in evaluation',
      severity: 'error',
      from: { pathNot: '^src/evaluation/' },
      to: { path: '^node_modules/(onnxruntime-node|sharp|wavefile|@huggingface)/' },
    },
    {
      name: 'sqlite stays in the store',
      severity: 'error',
      from: { pathNot: '^src/store/' },
      to: { path: '^node_modules/(better-sqlite3|kysely)/' },
    },
    {
      name: 'no cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no orphans of the tree', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.as\\.ts$' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.js', '.json', '.css'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
