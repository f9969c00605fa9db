import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { expect, test } from 'vitest';

const runTool = (tool: string, ...words: readonly string[]) =>
  spawnSync(process.execPath, [`tools/${tool}/main.ts`, ...words], { encoding: 'utf8' });

test.each([
  'check-language',
  'check-releases',
  'github-api',
  'list-layers',
  'policy',
  'reproducible',
  'serve',
  'shell',
  'update-readmes',
  'upgrade',
])('tools/%s rejects an unknown option and mentions --help', (tool) => {
  const { status, stdout, stderr } = runTool(tool, '--bogus');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/^Error: Unknown option '--bogus'/);
  expect(stderr).toMatch(/\n--help lists the options\.\n$/);
});

test.each([
  [
    'upgrade',
    ['php-81'],
    `The folder must be one of ${globSync('php-[0-9][0-9]').sort().join(', ')}; got "php-81".`,
  ],
  [
    'reproducible',
    ['--php', '81', '--output', 'none'],
    'none/php-81.zip does not exist. Build it with `make layers-php-81`.',
  ],
  [
    'reproducible',
    ['--php', '81', '--cpu', 'arm', '--output', 'none'],
    'none/arm-php-81.zip does not exist. Build it with `make layers-php-81 CPU=arm`.',
  ],
  [
    'check-language',
    ['README.md', 'docs/none.md'],
    'The path "docs/none.md" matches no file that this check reads. Correct it, or leave it out to check all files.',
  ],
  [
    'policy',
    [],
    'Specify exactly one of al2023, --image NAME, --from-probe FILE or --libraries FOLDER; got nothing.',
  ],
  [
    'policy',
    ['nope'],
    'Specify exactly one of al2023, --image NAME, --from-probe FILE or --libraries FOLDER; got "nope".',
  ],
  [
    'policy',
    ['al2023', '--libraries', 'x', '--source', 'package: y'],
    'Specify exactly one of al2023, --image NAME, --from-probe FILE or --libraries FOLDER; got "al2023", "--libraries x".',
  ],
  [
    'policy',
    ['al2023', '--from-probe', 'a.json'],
    'Specify exactly one of al2023, --image NAME, --from-probe FILE or --libraries FOLDER; got "al2023", "--from-probe a.json".',
  ],
  [
    'list-layers',
    ['--regions', 'eu-west-1 cn-north-1'],
    'Option --regions must stay within one partition, because credentials belong to one; got aws, aws-cn. ' +
      'Use a separate run for each partition.',
  ],
])('tools/%s %j is rejected by a message without a stack', (tool, words, message) => {
  const { status, stderr } = runTool(tool, ...words);
  expect({ status, stderr }).toEqual({ status: 1, stderr: `Error: ${message}\n` });
});
