import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayerSandbox, RunningFunction } from '../../tests/fixtures/layer-sandbox.ts';
import { writeApplication } from './application.ts';
import type { Timings } from './statistics.ts';
import { makeEvent, type Subject } from './subjects.ts';

/** A subject and the prepared folder of its function. */
export interface Prepared {
  readonly subject: Subject;
  readonly task: string;
}

/** Creates the folder of a subject's function in `parent`. */
export async function prepare(subject: Subject, parent: string, hasApplication: boolean): Promise<Prepared> {
  const task = join(parent, `${subject.kind} ${subject.name}`.replace(/\W+/g, '-'));
  await cp(join(import.meta.dirname, 'tasks', subject.kind), task, { recursive: true });
  for (const folder of subject.folders) await cp(folder, task, { recursive: true });
  if (hasApplication) await writeApplication(task);
  if (subject.ini.length > 0) {
    await mkdir(join(task, 'php/conf.d'), { recursive: true });
    await writeFile(join(task, 'php/conf.d/bench.ini'), `${subject.ini.join('\n')}\n`);
  }
  return { subject, task };
}

/**
 * Starts an environment and measures its first response and the ones after it.
 *
 * @param events number of events after the first
 */
export async function measure(
  { subject, task }: Prepared,
  sandbox: LayerSandbox,
  events: number,
): Promise<Timings> {
  const environment = { _HANDLER: 'handler.php', ...subject.environment };
  const running = await sandbox.startFunction(task, environment);
  try {
    const first = await time(subject, running, 0);
    const warm: number[] = [];
    for (let number = 1; number <= events; number++) warm.push(await time(subject, running, number));
    return { first: [first], warm };
  } finally {
    await running.end();
  }
}

async function time(subject: Subject, running: RunningFunction, number: number): Promise<number> {
  const name = `event-${number}`;
  const event = makeEvent(subject.kind, name);
  const started = performance.now();
  const response = await running.invoke(event);
  const milliseconds = performance.now() - started;
  if (!response.includes(name)) {
    throw new Error(
      `The response of ${subject.kind}, ${subject.name} must contain "${name}"; got ${response}\n${running.log()}`,
    );
  }
  return milliseconds;
}
