import type { Deadline } from '#lib/aws/deadline.ts';
import type { RegionApi } from '#lib/aws/region-api.ts';
import type { Bodies } from './bodies.ts';
import type { Journal } from './journal.ts';
import type { Goal } from './plan-layer.ts';
import type { Uploads } from './uploads.ts';

/** Dependencies and settings of one region's run. */
export interface RegionContext {
  readonly region: string;
  readonly api: RegionApi;
  readonly deadline: Deadline;
  readonly goal: Goal;
  /** Time that the region is watched after an unclear response, before a layer is sent again. */
  readonly quietPeriodMs: number;
  readonly isDryRun: boolean;
  readonly uploads: Uploads;
  readonly bodies: Bodies;
  readonly journal: Journal;
  /** Names of layers that had an unclear response: a late layer version may still appear. */
  readonly unclearLayers: Set<string>;
  /** Logs why the region waits. */
  log(message: string): void;
}
