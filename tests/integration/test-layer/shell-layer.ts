import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ZipEntries } from '../../fixtures/workspace.ts';

/** Builds a layer of a few hundred bytes, for tests that upload layers: a runtime in bash, and a tool. */
export async function shellLayer(): Promise<ZipEntries> {
  return {
    bootstrap: {
      bytes: await readFile(join(import.meta.dirname, 'shell-layer/bootstrap')),
      mode: 0o100755,
    },
    'bin/tool': { bytes: '#!/bin/sh\necho tool\n', mode: 0o100755 },
  };
}
