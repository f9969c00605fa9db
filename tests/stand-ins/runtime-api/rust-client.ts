import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Run } from '#lib/node/command.ts';
import type { AwsClient } from './aws-client.ts';

/** Kept between runs, because compiling takes a minute. */
const cache = resolve(import.meta.dirname, '../../../.cache/rust-client');

/**
 * Builds the function in rust-client/, which uses AWS's runtime client for Rust (the crate lambda_runtime).
 *
 * @throws Error if cargo is not installed or cannot fetch the crates
 */
export async function buildRustClient(run: Run): Promise<AwsClient> {
  await cp(join(import.meta.dirname, 'rust-client'), join(cache, 'crate'), { recursive: true });
  await run([
    'cargo',
    'build',
    '--quiet',
    '--manifest-path',
    join(cache, 'crate/Cargo.toml'),
    '--target-dir',
    join(cache, 'target'),
  ]);
  return { command: [join(cache, 'target/debug/rust-client')], environment: {} };
}
