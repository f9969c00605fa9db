import type { Deadline } from '#lib/aws/deadline.ts';
import type { RegionApi } from '#lib/aws/region-api.ts';
import type { Bodies } from './bodies.ts';
import type { Journal } from './journal.ts';
import type { Goal } from './plan-layer.ts';
import type { Uploads } from './uploads.ts';

/** What reconciling works with in one region. */
export interface RegionContext {
  readonly region: string;
  readonly api: RegionApi;
  readonly deadline: Deadline;
  readonly goal: Goal;
  /** Milliseconds that the region is watched after an unclear answer, before a layer is sent again. */
  readonly quietPeriod: number;
  readonly isDryRun: boolean;
  readonly uploads: Uploads;
  readonly bodies: Bodies;
  readonly journal: Journal;
  /** Layers of which a request got no clear answer: a version may still appear. */
  readonly unclear: Set<string>;
  /** Tells whoever watches what the region is waiting for. */
  say(message: string): void;
}
