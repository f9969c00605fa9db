import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeAtomically } from '../../shared/atomic-write.ts';
import { ActionError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logger.ts';
import { type Manifest, manifestPath } from '../../shared/manifest.ts';
import { type Audit, auditTree } from './audit/audit.ts';
import { applyWaivers, readTreeWaivers } from './audit/waivers.ts';
import type { Inputs } from './inputs.ts';
import { checkUnzippedSize, checkZipSize, largestFiles } from './limits.ts';
import { readMetadata } from './metadata.ts';
import { failures, logAudit, logLargestFiles, plural, renderSummary } from './report.ts';
import { readTree, type Tree } from './tree.ts';
import type { Deflate } from './zip/deflate.ts';
import { packTree } from './zip/zip.ts';

export interface Dependencies {
  readonly log: Logger;
  readonly deflate: Deflate;
  readonly writeSummary: (markdown: string) => Promise<void>;
}

/** Paths of the files made, and what the zip is. */
export interface Result {
  readonly zip: string;
  readonly manifest: string;
  readonly audit: string;
  readonly codeSha256: string;
  /** Bytes of the zip. */
  readonly size: number;
}

/**
 * Audits a tree and packs it as a layer. What an earlier run made under this name is removed first: after a failure
 * there is no zip that could be taken for this tree's, only the audit that says why.
 */
export async function run(inputs: Inputs, dependencies: Dependencies): Promise<Result> {
  const { log } = dependencies;
  const { name, cpu } = inputs;
  const paths = await clearOutput(inputs);
  const tree = await readTree(inputs.path);
  const metadata = await readMetadata(inputs.path, inputs.metadata);
  const largest = largestFiles(tree.entries);
  checkUnzippedSize(tree.size, largest);
  if (tree.emptyFolders.length > 0) log.info(`Left out as empty: ${tree.emptyFolders.join(', ')}`);

  const audit = await log.group(`Audit ${name}`, () => auditLayer(tree, inputs, paths.audit, log));
  const summary = { name, cpu, audit, unzippedSize: tree.size, largest };
  const failed = failures(audit.findings);
  if (failed.length > 0) {
    await dependencies.writeSummary(renderSummary({ ...summary, zip: undefined }));
    throw new ActionError(
      `Layer ${name} would not work on Lambda: ${plural(failed.length, 'error')}, listed above and in ${paths.audit}. ` +
        'Nothing was packaged.',
    );
  }

  return log.group(`Package ${name}`, async () => {
    logLargestFiles(log, largest);
    const { zip, files } = await packTree(tree.entries, dependencies.deflate);
    checkZipSize(zip.length, largest);
    const codeSha256 = createHash('sha256').update(zip).digest('base64');
    const manifest: Manifest = {
      schema: 1,
      name,
      cpu,
      zip: basename(paths.zip),
      size: zip.length,
      unzippedSize: tree.size,
      codeSha256,
      files,
      metadata,
    };
    await writeLayer(paths, zip, manifest);
    log.info(`${paths.zip}: ${zip.length} bytes, ${plural(files.length, 'file')}, SHA-256 ${codeSha256}`);
    await dependencies.writeSummary(renderSummary({ ...summary, zip: { size: zip.length, codeSha256 } }));
    return { ...paths, codeSha256, size: zip.length };
  });
}

type Paths = Pick<Result, 'zip' | 'manifest' | 'audit'>;

async function clearOutput({ output, name }: Inputs): Promise<Paths> {
  const zip = join(output, `${name}.zip`);
  const paths = { zip, manifest: manifestPath(zip), audit: join(output, `${name}.audit.json`) };
  await Promise.all(Object.values(paths).map((path) => rm(path, { force: true })));
  return paths;
}

async function auditLayer(tree: Tree, inputs: Inputs, path: string, log: Logger): Promise<Audit> {
  const { name, cpu } = inputs;
  const found = await auditTree(tree, cpu);
  const waivers = [...inputs.waivers, ...(await readTreeWaivers(inputs.path))];
  const { findings, unused } = applyWaivers(found.findings, waivers);
  for (const { rule, file } of unused) {
    log.warning(
      `The waiver of ${rule}${file === undefined ? '' : ` for ${file}`} waives nothing; remove it.`,
    );
  }
  const audit = { ...found, findings };
  logAudit(log, name, audit);
  const verdict = failures(findings).length === 0 ? 'passed' : 'failed';
  await writeJson(path, { schema: 1, name, cpu, verdict, ...audit });
  return audit;
}

/**
 * The manifest gets its name before the zip: if the machine stops between the two, a manifest without a zip is
 * harmless, and a zip without its manifest would pass for one that nothing is known of.
 */
async function writeLayer(paths: Paths, zip: Buffer, manifest: Manifest): Promise<void> {
  await writeAtomically(paths.zip, async (temporary) => {
    await writeFile(temporary, zip);
    await writeJson(paths.manifest, manifest);
  });
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeAtomically(path, (temporary) => writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`));
}
