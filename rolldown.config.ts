import { existsSync, readdirSync } from 'node:fs';
import { defineConfig } from 'rolldown';

/** Every folder of `actions/` with an action.yml is one action, and becomes one self-contained file. */
const actions = readdirSync('actions').filter((name) => existsSync(`actions/${name}/action.yml`));

export default defineConfig(
  actions.map((name) => ({
    input: `actions/${name}/src/index.ts`,
    platform: 'node' as const,
    // `node:` built-ins only: anything else left outside would be missing on a runner. xmlbuilder2 is missing anyway:
    // CycloneDX's library tries it in case that XML is wanted, and goes on without.
    external: [/^node:/, 'xmlbuilder2'],
    // Its other build asks for its parts in a way that no bundler sees.
    resolve: { alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' } },
    output: {
      file: `actions/${name}/dist/index.js`,
      format: 'esm' as const,
      codeSplitting: false,
      comments: { legal: true, annotation: false, jsdoc: false },
    },
  })),
);
