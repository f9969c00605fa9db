import { expect, test } from 'vitest';
import { silentLogger } from '../../../../tests/helpers/silent-logger.ts';
import { followBuild } from '../../src/bake/build-progress.ts';

const compile = {
  digest: 'sha256:1',
  name: '[trees build-environment 2/6] RUN --network=none make',
  started: 't',
};

/** A build whose clock the test sets. */
function follow() {
  const log = silentLogger();
  const clock = { seconds: 0 };
  const progress = followBuild(log, () => clock.seconds * 1000);
  const say = (text: string, vertex = compile.digest) =>
    feed({ logs: [{ vertex, data: Buffer.from(text).toString('base64') }] });
  const feed = (status: object) => progress.feed(JSON.stringify(status));
  return { log, clock, progress, feed, say };
}

test('a phase is shown when it begins to speak, what it compiles in between, and how long it took', () => {
  const { log, clock, progress, feed, say } = follow();
  feed({ vertexes: [compile] });
  clock.seconds = 65;
  expect(say('gcc -O2 -Wall -c /tmp/php/Zend/zend_execute.c -o Zend/zend_execute.o\n')).toHaveLength(1);
  progress.beat();
  progress.beat();
  clock.seconds = 130;
  feed({ vertexes: [{ ...compile, completed: 't' }] });
  feed({ vertexes: [{ ...compile, completed: 't' }] });
  expect(log.lines).toEqual([
    ' 1:05 build-environment: RUN make',
    ' 1:05 build-environment: compiling Zend/zend_execute.c',
    ' 2:10 build-environment: RUN make: done in 2:10',
  ]);
});

test('what BuildKit has already is not shown', () => {
  const { log, feed } = follow();
  feed({ vertexes: [compile] });
  feed({ vertexes: [{ ...compile, cached: true, completed: 't' }] });
  expect(log.lines).toEqual([]);
});

test('an object over several lines is read as well as one on a single line', () => {
  const { log, progress, say } = follow();
  for (const line of JSON.stringify({ vertexes: [compile] }, null, 2).split('\n')) progress.feed(line);
  say('checking for cc...');
  expect(log.lines).toEqual([' 0:00 build-environment: RUN make']);
});

test('a failure is explained by its first error and its end, not by everything', () => {
  const { progress, feed, say } = follow();
  feed({ vertexes: [compile] });
  for (let line = 0; line < 5000; line++) say(`cc -c file-${line}.c`);
  say("ext/intl/x.c:3:5: error: unknown type name 'foo'\n");
  for (let line = 0; line < 50; line++) say(`cc -c later-${line}.c`);
  say('make: *** [Makefile:200: all] Error 2\n');
  feed({
    vertexes: [
      { ...compile, completed: 't', error: 'process "/bin/sh -c make" did not complete: exit code: 2' },
    ],
  });
  const explanation = progress.explain();
  expect(explanation).toContain('build-environment: RUN make failed: exit code: 2');
  expect(explanation).toContain("error: unknown type name 'foo'");
  expect(explanation).toContain('make: *** [Makefile:200: all] Error 2');
  expect(explanation.split('\n').length).toBeLessThan(20);
});

test('a program that training leaves out is a warning; one that it runs is not', () => {
  const { log, feed, say } = follow();
  feed({ vertexes: [compile] });
  say('training: data.php is left out, since this PHP has no pdo_sqlite\ntraining: language.php\n');
  expect(log.lines).toEqual([
    ' 0:00 build-environment: RUN make',
    'warning: training: data.php is left out, since this PHP has no pdo_sqlite',
  ]);
});

test('what is no JSON is said by the client, and belongs to the log as well', () => {
  const { progress } = follow();
  expect(progress.feed('  WARN: no output specified ')).toEqual(['WARN: no output specified']);
  expect(progress.feed('')).toEqual([]);
});

test('a step that was only cancelled is not taken for the one that failed', () => {
  const { progress, feed } = follow();
  const other = { ...compile, digest: 'sha256:2', name: '[trees sqlite 2/2] RUN false' };
  feed({ vertexes: [{ ...compile, error: 'context canceled' }] });
  feed({ vertexes: [{ ...other, error: 'exit code: 1' }] });
  expect(progress.explain()).toBe('sqlite: RUN false failed: exit code: 1');
});

test('what the client itself says is shown where no step failed', () => {
  const { progress } = follow();
  progress.feed('ERROR: Cannot connect to the Docker daemon');
  expect(progress.explain()).toBe('ERROR: Cannot connect to the Docker daemon');
});
