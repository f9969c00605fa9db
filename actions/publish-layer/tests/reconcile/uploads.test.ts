import { describe, expect, test } from 'vitest';
import { createUploads, type Uploads } from '../../src/reconcile/uploads.ts';

const reset = () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

/** Starts an upload that ends when told to. */
function start(uploads: Uploads, layer: string, region: string) {
  let hasStarted = false;
  let end: (error?: Error) => void = () => {};
  const done = uploads
    .take(layer, region, () => {
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

const soon = () => new Promise((resolve) => setImmediate(resolve));

test('uploads wait for their turn, and each that ends lets the next one start', async () => {
  const uploads = createUploads(2);
  const all = ['a', 'b', 'c'].map((region) => start(uploads, 'php', region));
  await soon();
  expect(all.map(({ hasStarted }) => hasStarted)).toEqual([true, true, false]);
  await all[0]?.end(new Error('refused'));
  await soon();
  expect(all[2]?.hasStarted).toBe(true);
});

test('those of the layer that went last go first', async () => {
  const uploads = createUploads(1);
  const first = start(uploads, 'one', 'a');
  const other = start(uploads, 'two', 'a');
  const same = start(uploads, 'one', 'b');
  await soon();
  await first.end();
  await soon();
  expect([other.hasStarted, same.hasStarted]).toEqual([false, true]);
});

describe('the number of uploads at a time', () => {
  test('is halved when uploads to two regions break, once for all that were under way', async () => {
    const limits: number[] = [];
    const uploads = createUploads(8, (limit) => limits.push(limit));
    const all = Array.from({ length: 8 }, (_, index) => start(uploads, 'php', `region-${index}`));
    await soon();
    for (const upload of all) await upload.end(reset());
    expect(limits).toEqual([4]);
    const later = ['a', 'b'].map((region) => start(uploads, 'php', region));
    await soon();
    for (const upload of later) await upload.end(reset());
    expect(uploads.limit).toBe(2);
  });

  test('stays when one region breaks again and again', async () => {
    const uploads = createUploads(8);
    for (let count = 0; count < 5; count++) {
      const upload = start(uploads, 'php', 'me-south-1');
      await soon();
      await upload.end(reset());
    }
    expect(uploads.limit).toBe(8);
  });

  test('stays when the service says something', async () => {
    const uploads = createUploads(8);
    for (const region of ['a', 'b', 'c']) {
      const upload = start(uploads, 'php', region);
      await soon();
      await upload.end(Object.assign(new Error('slow down'), { $metadata: { httpStatusCode: 503 } }));
    }
    expect(uploads.limit).toBe(8);
  });

  test('is never less than one, and grows again as uploads succeed, up to what it was', async () => {
    const uploads = createUploads(4);
    for (let round = 0; round < 5; round++) {
      for (const region of ['a', 'b']) {
        const upload = start(uploads, 'php', region);
        await soon();
        await upload.end(reset());
      }
    }
    expect(uploads.limit).toBe(1);
    const seen: number[] = [];
    for (let count = 0; count < 20; count++) {
      const upload = start(uploads, 'php', 'a');
      await soon();
      await upload.end();
      seen.push(uploads.limit);
    }
    expect([...new Set(seen)]).toEqual([2, 3, 4]);
  });
});
