import { rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Audit, auditTree } from '#lib/audit/audit.ts';
import { toAuditFile } from '#lib/audit/audit-file.ts';
import { logAudit } from '#lib/audit/audit-log.ts';
import type { AuditOptions } from '#lib/audit/audited-layer.ts';
import { findFailures } from '#lib/audit/findings.ts';
import { checkStackSize, readLowerLayers } from '#lib/audit/lower-layers.ts';
import { readPolicy } from '#lib/audit/policy-data.ts';
import { applyWaivers, readTreeWaivers } from '#lib/audit/waivers.ts';
import { checkUnzippedSize, checkZipSize, formatBytes, largestFiles } from '#lib/layer/limits.ts';
import { type Manifest, manifestPath } from '#lib/layer/manifest.ts';
import { readTree, type Tree } from '#lib/layer/tree.ts';
import { writeAtomically } from '#lib/node/atomic-write.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';
import { formatCount } from '#lib/report/count.ts';
import { checkEntries } from '#lib/zip/check-entries.ts';
import type { DeflatePool } from '#lib/zip/deflate.ts';
import { writeZip } from '#lib/zip/zip.ts';
import type { Inputs } from './inputs.ts';
import { readMetadata } from './metadata.ts';
import { pruneTree } from './prune/prune.ts';
import { logPruned, logSizes, renderSummary } from './report.ts';
import { checkLicenseTexts, type LayerComponent, readComponents } from './sbom/components.ts';
import { findUnclaimed, renderSbom } from './sbom/sbom.ts';

export interface Dependencies {
  readonly log: Logger;
  readonly pool: DeflatePool;
  /** Width of the terminal, undefined on GitHub. */
  readonly columns?: number | undefined;
  readonly writeSummary: (markdown: string) => Promise<void>;
}

/** Paths of the output files, and facts about the zip. */
export interface Result {
  readonly zip: string;
  readonly manifest: string;
  readonly audit: string;
  readonly sbom: string;
  /** SHA-256 of the zip in base64, AWS's CodeSha256. */
  readonly codeSha256: string;
  /** SHA-256 of the zip, hexadecimal. */
  readonly sha256: string;
  /** Bytes of the zip. */
  readonly size: number;
  /** Bytes of all unpacked files. */
  readonly unzippedSize: number;
}

/**
 * Audits a layer tree and packs it as a layer zip. Output of an earlier run under the same name is removed first, so
 * that a leftover zip cannot pass for the new one. A failed run leaves only the audit.
 *
 * @throws ActionError if the layer tree or an input is invalid, or if the audit has errors
 */
export async function run(inputs: Inputs, dependencies: Dependencies): Promise<Result> {
  const { log } = dependencies;
  const { name, cpu, limits } = inputs;
  const policy = await readPolicy(inputs.policy);
  const lowerLayers = await readLowerLayers(inputs.lowerLayerManifests, cpu);
  const paths = await clearOutput(inputs);
  const wholeTree = await readTree(inputs.path);
  const metadata = await readMetadata(inputs.path, inputs.metadata);
  const components = readComponents(metadata);
  const tree = inputs.prune ? await prune(wholeTree, log) : wholeTree;
  checkLicenseTexts(components, new Set(tree.entries.map(({ path }) => path)));
  checkUnzippedSize(tree.size, limits.unzippedBytes, largestFiles(tree.entries));
  checkStackSize(tree.size, lowerLayers);
  checkEntries(tree.entries);
  if (tree.emptyFolders.length > 0) log.info(`Left out (empty folders): ${tree.emptyFolders.join(', ')}`);

  const audit = await log.group(`Audit ${name}`, () =>
    auditLayer(tree, { cpu, policy, lowerLayers }, inputs, paths.audit, dependencies),
  );
  const summary = { name, cpu, audit, unzippedSize: tree.size, limits };
  const failed = findFailures(audit.findings);
  if (failed.length > 0) {
    await dependencies.writeSummary(
      renderSummary({ ...summary, largest: largestFiles(tree.entries), zip: undefined }),
    );
    throw new ActionError(
      `Layer ${name} would not work on Lambda and was not packaged. The audit found ` +
        `${formatCount(failed.length, 'error')}, listed above and in ${paths.audit}.`,
    );
  }

  return log.group(`Package ${name}`, async () => {
    const parts = { inputs, paths, metadata, components, audit };
    const { manifest, sha256 } = await writeLayer(tree, parts, dependencies);
    const { size, codeSha256, files } = manifest;
    logSizes(log, manifest);
    log.info(
      `Wrote ${paths.zip}: ${formatBytes(size)}, ${formatCount(files.length, 'file')}, CodeSha256 ${codeSha256}`,
    );
    await dependencies.writeSummary(
      renderSummary({ ...summary, largest: largestFiles(files), zip: { size, codeSha256 } }),
    );
    return { ...paths, codeSha256, sha256: sha256.toString('hex'), size, unzippedSize: tree.size };
  });
}

type Paths = Pick<Result, 'zip' | 'manifest' | 'audit' | 'sbom'>;

async function clearOutput({ output, name }: Inputs): Promise<Paths> {
  const zip = join(output, `${name}.zip`);
  const paths = {
    zip,
    manifest: manifestPath(zip),
    audit: join(output, `${name}.audit.json`),
    sbom: join(output, `${name}.sbom.json`),
  };
  await Promise.all(Object.values(paths).map((path) => rm(path, { force: true })));
  return paths;
}

async function prune(tree: Tree, log: Logger): Promise<Tree> {
  const pruned = await pruneTree(tree);
  logPruned(log, pruned);
  return pruned.tree;
}

async function auditLayer(
  tree: Tree,
  against: AuditOptions,
  inputs: Inputs,
  path: string,
  { log, columns }: Dependencies,
): Promise<Audit> {
  const { name, cpu } = inputs;
  const found = await auditTree(tree, against);
  const waivers = [...inputs.waivers, ...(await readTreeWaivers(inputs.path))];
  const { findings, unused } = applyWaivers(found.findings, waivers);
  for (const { rule, file } of unused) {
    log.warning(
      `The waiver of ${rule}${file === undefined ? '' : ` for ${file}`} applies to no finding. Remove it.`,
    );
  }
  const audit = { ...found, findings };
  logAudit(log, name, audit, columns);
  await writeJson(path, toAuditFile(name, cpu, audit));
  return audit;
}

interface LayerParts {
  readonly inputs: Inputs;
  readonly paths: Paths;
  readonly metadata: Manifest['metadata'];
  readonly components: readonly LayerComponent[];
  readonly audit: Audit;
}

/**
 * Writes zip, SBOM and manifest. The zip gets its final name last: if the machine stops earlier, a manifest without a
 * zip is harmless, but a zip without its manifest would look like the zip of another tool.
 */
async function writeLayer(
  tree: Tree,
  { inputs: { name, cpu, level, limits }, paths, metadata, components, audit }: LayerParts,
  { pool, log }: Dependencies,
): Promise<{ readonly manifest: Manifest; readonly sha256: Buffer }> {
  return writeAtomically(paths.zip, async (temporary) => {
    const { size, sha256, files } = await writeZip(temporary, tree.entries, pool);
    checkZipSize(size, limits.zipBytes, largestFiles(files));
    const manifest: Manifest = {
      schema: 1,
      name,
      cpu,
      zip: basename(paths.zip),
      size,
      unzippedSize: tree.size,
      level,
      codeSha256: sha256.toString('base64'),
      files,
      elf: audit.elf,
      metadata,
    };
    await writeSbom(paths.sbom, { manifest, components, audit }, log);
    await writeJson(paths.manifest, manifest);
    return { manifest, sha256 };
  });
}

interface SbomParts {
  readonly manifest: Manifest;
  readonly components: readonly LayerComponent[];
  readonly audit: Audit;
}

async function writeSbom(path: string, { audit, ...parts }: SbomParts, log: Logger): Promise<void> {
  const content = { ...parts, libraries: audit.libraries };
  const unclaimed = findUnclaimed(content);
  if (unclaimed.length > 0) {
    log.info(
      `These files belong to no component of the metadata, so the SBOM has only their hashes: ${unclaimed.join(', ')}`,
    );
  }
  await writeAtomically(path, (temporary) => writeFile(temporary, renderSbom(content)));
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeAtomically(path, (temporary) => writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`));
}
