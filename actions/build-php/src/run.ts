import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Run } from '../../shared/command.ts';
import { findDocker } from '../../shared/docker.ts';
import type { Logger } from '../../shared/logger.ts';
import { type BuildPlan, digestLabel, imageTags, toBakeDefinition } from './bake.ts';
import { type BaseImage, obtainBase } from './base.ts';
import { nameSources } from './components.ts';
import { openDebianArchive } from './debian-source.ts';
import { download } from './download.ts';
import { type FetchedSource, fetchSources, layOutSources } from './fetch.ts';
import type { Inputs } from './inputs.ts';
import { digestInputs } from './inputs-digest.ts';
import { type Signature, verifySignature } from './signature.ts';
import type { SourceCache } from './source-cache.ts';
import { type Artifact, readSources } from './sources.ts';
import { layerNames, type Metadata, placeTree, readFacts, readTreeDigest } from './trees.ts';

export interface Dependencies {
  readonly run: Run;
  readonly log: Logger;
  readonly sourceCache: SourceCache;
  /** The suite's own folder, which holds `php-NN`, `bases`, `keys`, `layers`, `training` and `utils`. */
  readonly suite: string;
  /** Where verified archives are kept between builds. */
  readonly sourceFolder: string;
}

export interface Result {
  readonly layers: readonly string[];
  readonly images: readonly string[];
  /** False where everything was there already. */
  readonly isBuilt: boolean;
  readonly base: string;
  readonly php: string;
}

/** Builds one PHP version: verified sources, images in the engine, and one tree per layer in `inputs.output`. */
export async function run(inputs: Inputs, dependencies: Dependencies): Promise<Result> {
  const { log, suite } = dependencies;
  const context = join(suite, `php-${inputs.phpVersion}`);
  const artifacts = await readSources(join(context, 'sources.json'));
  const sources = await log.group('Sources', () => fetchAll(artifacts, context, dependencies));
  const docker = await findDocker(dependencies.run);
  const base = await obtainBase(inputs.base, inputs.cpu, { ...dependencies, docker });
  const folders = contextFolders(suite, base);
  const digest = await digestInputs({ ...folders, context }, describeBuild(inputs, sources, base));
  const images = Object.values(imageTags(inputs.phpVersion, inputs.cpu));
  const layers = layerNames(inputs.phpVersion, inputs.cpu);
  const result = {
    layers: Object.values(layers),
    images,
    base: base.base,
    php: sources.find(({ name }) => name === 'php')?.version ?? '',
  };
  if (inputs.cache && (await isBuilt(inputs, digest, docker, dependencies.run))) {
    log.info(`Nothing has changed: ${result.layers.join(', ')} are built.`);
    return { ...result, isBuilt: false };
  }
  const work = resolve(inputs.output, `.build-${inputs.phpVersion}-${inputs.cpu}`);
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  try {
    const sourceContext = join(work, 'sources');
    await layOutSources(sources, sourceContext);
    const plan: BuildPlan = {
      ...inputs,
      context,
      baseImage: base.image,
      contexts: { ...folders, sources: sourceContext },
      trees: join(work, 'trees'),
      digest,
    };
    await log.group(`Compile PHP ${result.php} (${inputs.profile}, ${inputs.cpu}, ${base.base})`, () =>
      bake(plan, docker, dependencies.run),
    );
    await placeTrees(plan, sources, base, inputs.output);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return { ...result, isBuilt: true };
}

async function fetchAll(
  artifacts: readonly Artifact[],
  context: string,
  { run, log, suite, sourceFolder, sourceCache }: Dependencies,
): Promise<readonly FetchedSource[]> {
  await using debian = openDebianArchive(run);
  const key = artifacts.map(({ sha256 }) => sha256.slice(0, 8)).join('-');
  await sourceCache.restore(sourceFolder, key);
  const sources = await fetchSources(artifacts, sourceFolder, {
    debian,
    log,
    download: (url, path) => download(url, path, log),
  });
  await sourceCache.save(sourceFolder, key);
  for (const { name, version, sha256, file } of sources) {
    const signature = findSignature(artifacts, sha256);
    if (signature === undefined) continue;
    const paths = { file, signature: join(context, signature.file), keyFolder: join(suite, 'keys') };
    log.info(`${name} ${version}: signed by ${await verifySignature({ ...paths, keys: signature.keys })}`);
  }
  return sources;
}

/** The signature of the very release that was fetched, be it the pinned one or a substitute. */
function findSignature(artifacts: readonly Artifact[], sha256: string): Signature | undefined {
  const releases = artifacts.flatMap((artifact) => [artifact, ...artifact.substitutes]);
  return releases.find((release) => release.sha256 === sha256)?.signature;
}

/** The Dockerfile's named contexts that are folders of this suite. */
export function contextFolders(suite: string, { base }: BaseImage): Readonly<Record<string, string>> {
  return {
    'base-files': join(suite, 'bases', base),
    'layers-files': join(suite, 'layers'),
    training: join(suite, 'training'),
    'lib-copy': join(suite, 'utils', 'lib-copy'),
    'describe-build': join(suite, 'utils', 'describe-build'),
    policies: join(suite, 'policies'),
  };
}

function describeBuild(inputs: Inputs, sources: readonly FetchedSource[], base: BaseImage) {
  return {
    cpu: inputs.cpu,
    profile: inputs.profile,
    configureFlags: inputs.configureFlags,
    baseImage: base.id,
    sources: sources.map(({ name, sha256 }) => [name, sha256]),
  };
}

async function isBuilt(inputs: Inputs, digest: string, docker: string, run: Run): Promise<boolean> {
  const { function: functionLayer, fpm } = layerNames(inputs.phpVersion, inputs.cpu);
  for (const layer of [functionLayer, fpm]) {
    if ((await readTreeDigest(inputs.output, layer)) !== digest) return false;
  }
  const images = Object.values(imageTags(inputs.phpVersion, inputs.cpu));
  const format = `{{index .Config.Labels "${digestLabel}"}}`;
  const { exitCode, stdout } = await run([docker, 'image', 'inspect', '--format', format, ...images], {
    allowFailure: true,
  });
  return (
    exitCode === 0 &&
    stdout
      .trim()
      .split('\n')
      .every((label) => label === digest)
  );
}

async function bake(plan: BuildPlan, docker: string, run: Run): Promise<void> {
  await run([docker, 'buildx', 'bake', '--progress', 'plain', '--file', '-'], {
    input: JSON.stringify(toBakeDefinition(plan)),
    show: true,
  });
}

async function placeTrees(
  plan: BuildPlan,
  sources: readonly FetchedSource[],
  base: BaseImage,
  output: string,
): Promise<void> {
  const { cpu, profile, configureFlags, trees } = plan;
  const layers = layerNames(plan.phpVersion, cpu);
  const { components, ...facts } = await readFacts(trees);
  const metadata: Omit<Metadata, 'layer'> = {
    schema: 1,
    cpu,
    publishable: profile === 'release',
    php: sources.find(({ name }) => name === 'php')?.version ?? '',
    base: base.base,
    baseImage: base.id,
    profile,
    configureFlags,
    sources: sources.map(({ name, version, sha256 }) => ({ name, version, sha256 })),
    inputs: plan.digest,
    components: nameSources(components, sources),
    facts,
  };
  const waivers = join(plan.contexts['base-files'] ?? '', 'layer', 'waivers.txt');
  for (const tree of ['function', 'fpm'] as const) {
    await placeTree(join(trees, tree), output, { ...metadata, layer: layers[tree] }, waivers);
  }
  await placeTree(join(trees, 'console'), output, {
    schema: 1,
    layer: layers.console,
    cpu: 'any',
    publishable: true,
  });
}
