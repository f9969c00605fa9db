import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { baseOsChoices } from '#lib/base-os/names.ts';
import { type Manifest, readManifest } from '#lib/layer/manifest.ts';
import { createRun } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { type Level, levels } from '#lib/zip/levels.ts';
import { listZip } from '#lib/zip/list-zip.ts';
import { compareEntries, formatDifferences } from './compare.ts';
import { downloadLayer, parseLayerVersionArn } from './published-layer.ts';
import { rebuildLayers } from './rebuild.ts';

const usage = `Usage: npm run verify -- <zip or ARN> [options]

Compares a layer zip, or a published layer version, with the layer of this checkout. The exit code is 0 if every byte is
the same, 1 if something differs, and 2 if the comparison fails.

  --layer <name>      name of the layer (default: from the ARN or the zip)
  --output <folder>   folder of the layers that were built here (default: output)
  --rebuild           build the layer first, without the build cache

Options for --rebuild:
  --level <level>     fast or best (default: from the manifest beside the zip, otherwise best)
  --profile <mode>    build mode, quick or release (default: release)
  --trained-profile <folder>
                      folder with the PGO profile of the release (its unpacked <layer>.profile.tar.gz), which is needed
                      to get the same bytes
  --base <name>       base OS: ${baseOsChoices.join(', ')} (default: auto)
`;

await runTool(main, 2);

/** Returns the exit code: 0 if the layers are the same, otherwise 1. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', default: false },
      layer: { type: 'string' },
      output: { type: 'string', default: 'output' },
      level: { type: 'string' },
      rebuild: { type: 'boolean', default: false },
      profile: { type: 'string', default: 'release' },
      'trained-profile': { type: 'string' },
      base: { type: 'string', default: 'auto' },
    },
  });
  const [subject, ...others] = positionals;
  if (values.help || subject === undefined || others.length > 0) {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  const arn = parseLayerVersionArn(subject);
  const zip = arn === undefined ? await readZipFile(subject) : await downloadLayer(arn);
  const name = values.layer ?? arn?.name ?? basename(subject, '.zip');
  if (!values.rebuild) return report(subject, zip, await requireManifest(values.output, name));
  // A published layer version has no manifest, and releases are packed at `best`.
  const level = readLevel(values.level) ?? (arn ? undefined : await readManifest(subject))?.level ?? 'best';
  const folder = await mkdtemp(join(tmpdir(), 'verify-'));
  try {
    const { base: baseOs, profile: buildMode, 'trained-profile': pgoProfile } = values;
    const options = { folder, baseOs, buildMode, pgoProfile };
    await rebuildLayers([{ name, level }], options, createRun(createLogger(false)));
    return await report(subject, zip, await requireManifest(folder, name));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function readLevel(value: string | undefined): Level | undefined {
  const level = levels.find((candidate) => candidate === value);
  if (level === undefined && value !== undefined) {
    throw new ActionError(`--level must be one of ${levels.join(', ')}; got "${value}".`);
  }
  return level;
}

async function readZipFile(path: string): Promise<Buffer> {
  return readFile(path).catch((cause) => {
    throw new ActionError(`${path} cannot be read. Name a zip, or the ARN of a layer version.`, { cause });
  });
}

async function requireManifest(folder: string, name: string): Promise<Manifest> {
  const manifest = await readManifest(join(folder, `${name}.zip`));
  if (manifest !== undefined) return manifest;
  throw new ActionError(
    `${folder} has no ${name}.manifest.json to compare with. Build the layer (make layers), ` +
      'correct its name with --layer, or use --rebuild.',
  );
}

async function report(subject: string, zip: Buffer, manifest: Manifest): Promise<number> {
  const { name, codeSha256, files } = manifest;
  const actual = createHash('sha256').update(zip).digest('base64');
  if (actual === codeSha256) {
    console.log(`Same: ${subject} has the same bytes as ${name} built here, CodeSha256 ${actual}.`);
    return 0;
  }
  const hashes = `CodeSha256 ${actual}, here ${codeSha256}`;
  const differences = compareEntries(files, await listZip(zip, subject));
  if (differences.length === 0) {
    console.log(
      `Other bytes, same content: ${subject} has the same files as ${name} built here, with the same content and modes, ` +
        `but was packed differently. The level here is ${manifest.level ?? 'unknown'} (${hashes}).`,
    );
  } else {
    console.log(
      `Not the same: ${subject} differs from ${name} built here at ${differences.length} paths; ` +
        `${name} has ${files.length} files (${hashes}):\n${formatDifferences(differences)}`,
    );
  }
  return 1;
}
