import { expect, test } from 'vitest';
import { type Command, CommandError, type CommandResult, type Run } from '#lib/node/command.ts';
import { baseOsImages, explainPlatform, prepareRoot } from '#lib/sandbox/root.ts';
import { recordLog } from '../../../fixtures/workspace.ts';

const ok = (stdout = ''): CommandResult => ({ exitCode: 0, stdout, stderr: '' });
const failure = (stderr: string): CommandResult => ({ exitCode: 1, stdout: '', stderr });

/** Simulates a Docker engine with these images. `canPull` tells whether a registry is reachable. */
function dockerWith(images: readonly string[], canPull: boolean, build = ok()) {
  const { log, lines } = recordLog();
  const present = new Set(images);
  const commands: Command[] = [];
  const run: Run = async (command) => {
    commands.push(command);
    const [, verb] = command;
    const image = command.at(-1) ?? '';
    if (verb === 'image') return present.has(image) ? ok(`sha256:${image}\n`) : failure('No such image');
    if (verb === 'pull') {
      if (!canPull) return failure('dial tcp: no such host');
      present.add(image);
      return ok();
    }
    if (build.exitCode !== 0) throw new CommandError(command, build);
    present.add(command[command.indexOf('--tag') + 1] ?? '');
    return build;
  };
  const builds = () => commands.filter(([, verb]) => verb === 'buildx');
  return {
    needs: {
      docker: 'docker',
      run,
      log,
      wait: async () => {},
      images: baseOsImages,
      recipes: 'lib/sandbox/roots',
    },
    lines,
    builds,
  };
}

const debian = 'bref/base-debian-12:x86';
const amazon = 'public.ecr.aws/lambda/provided:al2023-x86_64';

test("auto selects Amazon's image if it can be pulled", async () => {
  const { needs } = dockerWith([debian], true);
  await expect(prepareRoot('auto', 'x86', needs)).resolves.toMatchObject({ baseOs: 'al2023' });
});

test("auto selects Amazon's image without a network if it is on the machine", async () => {
  const { needs } = dockerWith([debian, amazon], false);
  await expect(prepareRoot('auto', 'x86', needs)).resolves.toMatchObject({ baseOs: 'al2023' });
});

test('auto selects the bare Debian root if there is no registry, and logs the reason', async () => {
  const { needs, lines } = dockerWith([debian], false);
  const root = await prepareRoot('auto', 'x86', needs);
  expect(root.image).toMatch(/^bref\/test-root-debian-12:x86-[0-9a-f]{12}$/);
  expect(lines).toContain(
    `info Testing on debian-12, because ${amazon} cannot be pulled: dial tcp: no such host`,
  );
});

test('builds a root once', async () => {
  const { needs, builds } = dockerWith([debian], false);
  const first = await prepareRoot('debian-12', 'x86', needs);
  const second = await prepareRoot('debian-12', 'x86', needs);
  expect(second).toEqual(first);
  expect(builds()).toHaveLength(1);
});

test('builds another root for another base image', async () => {
  const { needs } = dockerWith([debian, 'other'], false);
  const first = await prepareRoot('debian-12', 'x86', needs);
  const images = { ...baseOsImages, 'debian-12': () => 'other' };
  expect(await prepareRoot('debian-12', 'x86', { ...needs, images })).not.toEqual(first);
});

test.each([
  ['debian-12', 'Image "bref/base-debian-12:arm" is not on this machine. Create it with `make setup`'],
  ['al2023', 'Image "public.ecr.aws/lambda/provided:al2023-arm64" cannot be pulled. Correct the cause below'],
  ['auto', 'Image "bref/base-debian-12:arm" is not on this machine.'],
] as const)('for base OS %s without an image, names the image and the fix', async (baseOs, message) => {
  const { needs } = dockerWith([debian, amazon], false);
  await expect(prepareRoot(baseOs, 'arm', needs)).rejects.toThrow(message);
});

test('names the fix if the machine cannot run the CPU', async () => {
  const build = failure('exec /recipe/make-root: exec format error');
  const { needs } = dockerWith(['bref/base-debian-12:arm'], false, build);
  await expect(prepareRoot('debian-12', 'arm', needs)).rejects.toThrow(
    'This machine cannot run programs for linux/arm64. Use a runner with that CPU, or register QEMU',
  );
});

test('does not change other errors', () => {
  const error = new CommandError(['docker'], failure('no space left on device'));
  expect(explainPlatform(error, 'arm')).toBe(error);
});
