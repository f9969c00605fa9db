import { existsSync, readdirSync } from 'node:fs';
import { defineConfig } from 'rolldown';

/** Every folder of `actions/` with an action.yml is an action. Each one becomes a self-contained file. */
const actions = readdirSync('actions').filter((name) => existsSync(`actions/${name}/action.yml`));

export default defineConfig(
  actions.map((name) => ({
    input: `actions/${name}/src/index.ts`,
    platform: 'node' as const,
    // A workflow runner has only `node:` modules, so everything else is bundled. CycloneDX's library imports xmlbuilder2 if
    // it is installed. It is needed only for XML.
    external: [/^node:/, 'xmlbuilder2'],
    // jsonc-parser's default build loads its parts with a dynamic `require`, which rolldown cannot bundle.
    resolve: { alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' } },
    output: {
      file: `actions/${name}/dist/index.js`,
      format: 'esm' as const,
      codeSplitting: false,
      comments: { legal: true, annotation: false, jsdoc: false },
    },
  })),
);
