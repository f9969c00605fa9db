import { createHash } from 'node:crypto';
import type { CreatedFunction, RunningFunction } from './function-host.ts';

/** Layers and functions of the region. */
export interface State {
  readonly layers: Map<string, Layer[]>;
  readonly functions: Map<string, StoredFunction>;
}

interface Layer {
  readonly arn: string;
  readonly version: number;
  readonly zip: Buffer;
  readonly architectures: readonly string[];
}

export interface StoredFunction {
  readonly configuration: CreatedFunction;
  readonly running: RunningFunction;
  /** Number of GetFunction answers that still report Pending. */
  pending: number;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Creates an error in AWS's format. */
export function fault(status: number, type: string, message: string): Answer {
  return { status, headers: { 'x-amzn-errortype': type }, body: { Type: 'User', Message: message } };
}

export function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64');
}
