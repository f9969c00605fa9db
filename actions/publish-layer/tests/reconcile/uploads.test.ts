import { describe, expect, test } from 'vitest';
import { createUploads, type Uploads } from '../../src/reconcile/uploads.ts';

const reset = () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

/** Starts an upload that the test ends. */
function start(uploads: Uploads, layer: string, region: string) {
  let hasStarted = false;
  let end: (error?: Error) => void = () => {};
  const done = uploads
    .run(layer, region, () => {
      hasStarted = true;
      return new Promise<void>((resolve, reject) => {
        end = (error) => (error === undefined ? resolve() : reject(error));
      });
    })
    .catch(() => undefined);
  return {
    get hasStarted() {
      return hasStarted;
    },
    async end(error?: Error) {
      end(error);
      await done;
    },
  };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test('an upload starts when another one ends', async () => {
  const uploads = createUploads(2);
  const all = ['a', 'b', 'c'].map((region) => start(uploads, 'php', region));
  await nextTurn();
  expect(all.map(({ hasStarted }) => hasStarted)).toEqual([true, true, false]);
  await all[0]?.end(new Error('refused'));
  await nextTurn();
  expect(all[2]?.hasStarted).toBe(true);
});

test('uploads of the last layer go first', async () => {
  const uploads = createUploads(1);
  const first = start(uploads, 'one', 'a');
  const other = start(uploads, 'two', 'a');
  const same = start(uploads, 'one', 'b');
  await nextTurn();
  await first.end();
  await nextTurn();
  expect([other.hasStarted, same.hasStarted]).toEqual([false, true]);
});

describe('the limit of parallel uploads', () => {
  test('is halved once if uploads to two regions break', async () => {
    const limits: number[] = [];
    const uploads = createUploads(8, (limit) => limits.push(limit));
    const all = Array.from({ length: 8 }, (_, index) => start(uploads, 'php', `region-${index}`));
    await nextTurn();
    for (const upload of all) await upload.end(reset());
    expect(limits).toEqual([4]);
    const later = ['a', 'b'].map((region) => start(uploads, 'php', region));
    await nextTurn();
    for (const upload of later) await upload.end(reset());
    expect(uploads.limit).toBe(2);
  });

  test('stays if uploads to one region break repeatedly', async () => {
    const uploads = createUploads(8);
    for (let count = 0; count < 5; count++) {
      const upload = start(uploads, 'php', 'me-south-1');
      await nextTurn();
      await upload.end(reset());
    }
    expect(uploads.limit).toBe(8);
  });

  test('stays if the service responds with an error', async () => {
    const uploads = createUploads(8);
    for (const region of ['a', 'b', 'c']) {
      const upload = start(uploads, 'php', region);
      await nextTurn();
      await upload.end(Object.assign(new Error('slow down'), { $metadata: { httpStatusCode: 503 } }));
    }
    expect(uploads.limit).toBe(8);
  });

  test('is at least one, and grows with each success up to its start value', async () => {
    const uploads = createUploads(4);
    for (let round = 0; round < 5; round++) {
      for (const region of ['a', 'b']) {
        const upload = start(uploads, 'php', region);
        await nextTurn();
        await upload.end(reset());
      }
    }
    expect(uploads.limit).toBe(1);
    const limits: number[] = [];
    for (let count = 0; count < 20; count++) {
      const upload = start(uploads, 'php', 'a');
      await nextTurn();
      await upload.end();
      limits.push(uploads.limit);
    }
    expect([...new Set(limits)]).toEqual([2, 3, 4]);
  });
});
