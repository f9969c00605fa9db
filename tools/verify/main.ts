import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Manifest, readManifest } from '#lib/layer/manifest.ts';
import { createRun } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { type Level, levels } from '#lib/zip/levels.ts';
import { compareEntries, formatDifferences } from './compare.ts';
import { downloadLayer, parseLayerVersionArn } from './published-layer.ts';
import { rebuildLayers } from './rebuild.ts';
import { readZipEntries } from './zip-entries.ts';

const usage = `Usage: npm run verify -- <zip or ARN> [--layer <name>] [--output <folder>] [--rebuild]

Says whether a layer's zip, or a published layer version, is what this checkout makes, and else what differs. The exit
code is 0 only where every byte is the same.

  --layer    name of the layer; unless given, that of the ARN or the zip
  --output   folder of the layers that were made here; "output" unless given
  --rebuild  make the layer anew first, using nothing of an earlier build
  --level    fast or best, for --rebuild; unless given, that of the manifest beside the zip, else best
  --profile  quick or release (the default), for --rebuild
  --trained-profile
             the unpacked <layer>.profile.tar.gz of the release, for --rebuild: another training gives other bytes
  --base     al2023, debian-12 or auto (the default), for --rebuild
`;

await runTool(main, 2);

/** The exit code: 0 the same, 1 not the same. */
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
  const zip = arn === undefined ? await readZip(subject) : await downloadLayer(arn);
  const name = values.layer ?? arn?.name ?? basename(subject, '.zip');
  if (!values.rebuild) return report(subject, zip, await requireManifest(values.output, name));
  // What is published has no manifest with it, and is packed at `best`.
  const level = readLevel(values.level) ?? (arn ? undefined : await readManifest(subject))?.level ?? 'best';
  const folder = await mkdtemp(join(tmpdir(), 'verify-'));
  try {
    const trainedProfile = values['trained-profile'];
    await rebuildLayers(
      [{ name, level }],
      { ...values, trainedProfile, folder },
      createRun(createLogger(false)),
    );
    return await report(subject, zip, await requireManifest(folder, name));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function readLevel(value: string | undefined): Level | undefined {
  const level = levels.find((one) => one === value);
  if (level === undefined && value !== undefined) {
    throw new ActionError(`--level must be one of ${levels.join(', ')}; got "${value}".`);
  }
  return level;
}

async function readZip(path: string): Promise<Buffer> {
  return readFile(path).catch((cause) => {
    throw new ActionError(`${path} cannot be read; give a zip, or the ARN of a layer version.`, { cause });
  });
}

async function requireManifest(folder: string, name: string): Promise<Manifest> {
  const manifest = await readManifest(join(folder, `${name}.zip`));
  if (manifest !== undefined) return manifest;
  throw new ActionError(
    `${folder} has no ${name}.manifest.json to compare with: make the layer first (make layers), ` +
      'name it with --layer, or use --rebuild.',
  );
}

async function report(subject: string, zip: Buffer, manifest: Manifest): Promise<number> {
  const found = createHash('sha256').update(zip).digest('base64');
  if (found === manifest.codeSha256) {
    console.log(`Same: ${subject} is ${manifest.name} as it is made here, CodeSha256 ${found}.`);
    return 0;
  }
  const hashes = `CodeSha256 ${found}, here ${manifest.codeSha256}`;
  const differences = compareEntries(manifest.files, await readZipEntries(zip, subject));
  if (differences.length === 0) {
    console.log(
      `Other bytes, same content: ${subject} has the files of ${manifest.name} as it is made here, every one equal ` +
        `in content and mode, but was packed otherwise: here at level ${manifest.level ?? 'unknown'} (${hashes}).`,
    );
  } else {
    console.log(
      `Not the same: ${subject} differs from ${manifest.name} as it is made here in ` +
        `${differences.length} of ${manifest.files.length} files (${hashes}):\n${formatDifferences(differences)}`,
    );
  }
  return 1;
}
