import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  autoBaseOs,
  type BaseOs,
  type BaseOsChoice,
  baseOsNames,
  baseOsProperties,
} from '#lib/base-os/names.ts';
import { describeAnswer, type PullOptions, pullImage } from '#lib/base-os/registry.ts';
import { type Cpu, cpuNames } from '#lib/layer/cpu.ts';
import { CommandError } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import policy from '../../policies/lambda-al2023.json' with { type: 'json' };

export interface RootDependencies extends Omit<PullOptions, 'hasFallback'> {
  /** Images that the roots are made from. */
  readonly images: Readonly<Record<BaseOs, (cpu: Cpu) => string>>;
  /** Folder with a recipe for each test root: `lib/sandbox/roots` of this repository. */
  readonly recipes: string;
}

/** Image that provides the root file system of the tests. */
export interface TestRoot {
  readonly baseOs: BaseOs;
  readonly image: string;
}

export const baseOsImages = Object.fromEntries(
  baseOsNames.map((name) => [name, baseOsProperties[name].image]),
) as RootDependencies['images'];

/** @param image replaces the image of al2023 */
export function replaceImage(image: string | undefined): RootDependencies['images'] {
  return image === undefined ? baseOsImages : { ...baseOsImages, al2023: () => image };
}

/**
 * Returns the test root for a CPU, and builds it if it does not exist. Its image is named after a hash of the recipe,
 * so it is built once. `auto` is Amazon's image if it is on this machine or can be pulled, otherwise the bare Debian
 * root.
 *
 * @throws ActionError if the base image is not available or the root cannot be built
 */
export async function prepareRoot(
  choice: BaseOsChoice,
  cpu: Cpu,
  dependencies: RootDependencies,
): Promise<TestRoot> {
  const baseOs = choice === 'auto' ? await chooseBaseOs(cpu, dependencies) : choice;
  const source = dependencies.images[baseOs](cpu);
  const id =
    (await findImageId(source, dependencies)) ?? (await obtainImage(baseOs, source, cpu, dependencies));
  const data = recipeData(baseOs, cpu);
  const hash = await hashRecipe(baseOs, id, data, dependencies.recipes);
  const image = `bref/test-root-${baseOs}:${cpu}-${hash}`;
  if ((await findImageId(image, dependencies)) === undefined) {
    dependencies.log.info(`Building the test root ${image} ...`);
    await build({ baseOs, source, image, data, cpu }, dependencies);
  }
  return { baseOs, image };
}

async function chooseBaseOs(cpu: Cpu, dependencies: RootDependencies): Promise<BaseOs> {
  const { preferred, fallback } = autoBaseOs;
  const image = dependencies.images[preferred](cpu);
  if ((await findImageId(image, dependencies)) !== undefined) return preferred;
  const failure = await tryToPull(image, cpu, { ...dependencies, hasFallback: true });
  if (failure === undefined) return preferred;
  dependencies.log.info(
    `Testing on ${fallback}, because ${image} cannot be pulled: ${describeAnswer(failure.result)}`,
  );
  return fallback;
}

/** Pulls an image of a registry, and returns its id. Fails for the image of a Debian, which is in no registry. */
async function obtainImage(
  baseOs: BaseOs,
  source: string,
  cpu: Cpu,
  dependencies: RootDependencies,
): Promise<string> {
  if (baseOsProperties[baseOs].source.kind === 'mmdebstrap') {
    throw new ActionError(
      `Image "${source}" is not on this machine. Create it with \`make setup\`, or set the input "base" to al2023.`,
    );
  }
  const failure = await tryToPull(source, cpu, dependencies);
  const id = await findImageId(source, dependencies);
  if (id !== undefined) return id;
  throw new ActionError(
    `Image "${source}" cannot be pulled. Correct the cause below, or set the input "base" to debian-12.`,
    { cause: failure },
  );
}

/** Returns the failure, or undefined if the image was pulled. */
async function tryToPull(image: string, cpu: Cpu, options: PullOptions): Promise<CommandError | undefined> {
  try {
    await pullImage(image, cpu, options);
    return undefined;
  } catch (error) {
    if (error instanceof CommandError) return error;
    throw error;
  }
}

/** Returns the id of a local image, or undefined if it does not exist. */
async function findImageId(image: string, { docker, run }: RootDependencies): Promise<string | undefined> {
  const command = [docker, 'image', 'inspect', '--format', '{{.Id}}', image] as const;
  const { exitCode, stdout } = await run(command, { allowFailure: true });
  return exitCode === 0 ? stdout.trim() : undefined;
}

/** Returns the name and content of the recipe's data file. */
function recipeData(baseOs: BaseOs, cpu: Cpu): readonly [file: string, content: string] {
  const { rootData } = baseOsProperties[baseOs];
  const { sonames } = policy.architectures[cpuNames[cpu].aws];
  const lists = { absent: policy.notOnLambda, offered: sonames };
  return [rootData, lists[rootData].join('\n')];
}

async function hashRecipe(
  baseOs: BaseOs,
  id: string,
  data: readonly [string, string],
  recipes: string,
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([id, data]));
  const folder = join(recipes, baseOs);
  for (const name of (await readdir(folder)).sort()) hash.update(await readFile(join(folder, name)));
  return hash
    .update(await readFile(join(recipes, 'serve')))
    .digest('hex')
    .slice(0, 12);
}

interface Recipe {
  readonly baseOs: BaseOs;
  readonly source: string;
  readonly image: string;
  readonly data: readonly [file: string, content: string];
  readonly cpu: Cpu;
}

async function build(recipe: Recipe, { docker, run, recipes }: RootDependencies): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), 'test-layer-root-'));
  try {
    await cp(join(recipes, recipe.baseOs), context, { recursive: true });
    await cp(join(recipes, 'serve'), join(context, 'serve'));
    await writeFile(join(context, recipe.data[0]), `${recipe.data[1]}\n`);
    await run([
      docker,
      'buildx',
      'build',
      // Only this builder can use the engine's images, and the Debian image is in no registry.
      '--builder',
      'default',
      '--load',
      '--network',
      'none',
      '--platform',
      cpuNames[recipe.cpu].platform,
      '--build-arg',
      `BASE=${recipe.source}`,
      '--tag',
      recipe.image,
      context,
    ]);
  } catch (error) {
    throw explainPlatform(error, recipe.cpu);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/** If the error shows that this machine cannot run programs for the CPU, returns an error with the fix instead. */
export function explainPlatform(error: unknown, cpu: Cpu): unknown {
  if (!(error instanceof CommandError) || !/exec format error/i.test(error.result.stderr)) return error;
  const { platform } = cpuNames[cpu];
  return new ActionError(
    `This machine cannot run programs for ${platform}. Use a runner with that CPU, or register QEMU: ` +
      'on GitHub with docker/setup-qemu-action, on Debian by installing qemu-user-static and binfmt-support.',
    { cause: error },
  );
}
