import { expect, test } from 'vitest';
import { obtainBase } from '../../../actions/build-php/src/base.ts';
import type { Command, Run } from '../../../actions/shared/command.ts';
import { silentLogger } from '../../helpers/silent-logger.ts';

/** The engine as far as this machine ends at it: knows some images, can pull some. */
function engine(known: readonly string[], pullable: readonly string[]) {
  const images = new Set(known);
  const run: Run = async (command: Command) => {
    const image = command.at(-1) ?? '';
    if (command[1] === 'pull') {
      if (!pullable.includes(image)) throw new Error('no such host');
      images.add(image);
    }
    return { exitCode: images.has(image) ? 0 : 1, stdout: `sha256:${image}`, stderr: '' };
  };
  const log = silentLogger();
  return { log, dependencies: { run, docker: 'docker', log } };
}

const al2023 = 'public.ecr.aws/lambda/provided:al2023-x86_64';
const debian = 'bref/base-debian-12:x86';

test('auto takes al2023 where its image can be pulled, and says so', async () => {
  const { log, dependencies } = engine([debian], [al2023]);
  expect(await obtainBase('auto', 'x86', dependencies)).toEqual({
    base: 'al2023',
    image: al2023,
    id: `sha256:${al2023}`,
  });
  expect(log.lines).toEqual([`Base: al2023 (${al2023}).`]);
});

test('auto takes debian-12 where al2023 cannot be had, and says so', async () => {
  const { log, dependencies } = engine([debian], []);
  expect((await obtainBase('auto', 'x86', dependencies)).image).toBe(debian);
  expect(log.lines).toEqual(['Base: debian-12, since the image of al2023 cannot be had here.']);
});

test('al2023 by name never falls back to another base', async () => {
  const { dependencies } = engine([debian], []);
  await expect(obtainBase('al2023', 'x86', dependencies)).rejects.toThrow('no such host');
});
