import { expect, test } from 'vitest';
import type { Layer } from '#lib/layer/layer.ts';
import { createLayer } from '../../../../tests/fixtures/published-layer.ts';
import { createVirtualClock } from '../../../../tests/fixtures/virtual-clock.ts';
import { type Bodies, createBodies } from '../../src/reconcile/bodies.ts';

const one = createLayer({ name: 'one', sizeBytes: 100 });
const two = createLayer({ name: 'two', sizeBytes: 50 });

function createFixture() {
  const clock = createVirtualClock();
  const made: string[] = [];
  const memories = new Set<ArrayBufferLike>();
  const bodies = createBodies(clock, async (layer, allocate) => {
    made.push(layer.name);
    const bytes = allocate(layer.sizeBytes);
    memories.add(bytes.buffer);
    return { bytes, sha256: layer.name };
  });
  return { clock, bodies, made, memories };
}

const use = (bodies: Bodies, layer: Layer, during: Promise<void> = Promise.resolve()) =>
  bodies.use(layer, async (body) => {
    await during;
    return [body.sha256, body.bytes.length];
  });

/** Returns a promise and the function that resolves it. */
function createSignal() {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { ended, end };
}

test('uploads of a layer share one body', async () => {
  const { bodies, made, clock } = createFixture();
  await clock.run(Promise.all([use(bodies, one), use(bodies, one)]));
  await clock.run(use(bodies, one));
  expect(made).toEqual(['one']);
});

test('the next body is created in the same memory once the previous one is unused', async () => {
  const { bodies, made, memories, clock } = createFixture();
  const first = createSignal();
  const uses = [use(bodies, one, first.ended), use(bodies, two)];
  await new Promise((resolve) => setImmediate(resolve));
  expect(made).toEqual(['one']);
  first.end();
  expect(await clock.run(Promise.all(uses))).toEqual([
    ['one', 100],
    ['two', 50],
  ]);
  expect(memories.size).toBe(1);
});

test('a body that is in use for too long does not block others', async () => {
  const { bodies, memories, clock } = createFixture();
  const stuck = createSignal();
  const first = use(bodies, one, stuck.ended);
  expect(await clock.run(use(bodies, two))).toEqual(['two', 50]);
  expect(memories.size).toBe(2);
  stuck.end();
  await first;
});

test('a failed body fails its uploads, and is created again on the next use', async () => {
  const clock = createVirtualClock();
  let tries = 0;
  const bodies = createBodies(clock, async (layer) => {
    if (++tries === 1) throw new Error('unreadable');
    return { bytes: Buffer.alloc(1), sha256: layer.name };
  });
  await expect(clock.run(use(bodies, one))).rejects.toThrow('unreadable');
  expect(await clock.run(use(bodies, one))).toEqual(['one', 1]);
});
