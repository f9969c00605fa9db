/** Messages between the benchmark and its server, over the channel between parent and child process. */

/** Behavior of the server. */
export interface Settings {
  /** Round-trip time. It delays each response once, and each connection twice (TLS 1.3). */
  readonly latencyMs: number;
  /** Total rate of received bodies; undefined if it is unlimited. */
  readonly bytesPerSecond: number | undefined;
  /** Whether bodies are decoded and hashed. Otherwise the hash of the last checked body of that layer and size is used. */
  readonly checkBodies: boolean;
}

/** Statistics since the previous command. */
export interface Statistics {
  /** Size of all request bodies. */
  readonly receivedBytes: number;
  readonly requests: number;
  /** User and system time of the server's process. */
  readonly cpuSeconds: number;
  /** All current versions. */
  readonly versions: readonly StoredVersion[];
}

export interface StoredVersion {
  readonly region: string;
  readonly layer: string;
  readonly codeSha256: string;
  readonly isPublic: boolean;
}

/** A command to the server, which responds with its statistics. */
export interface ServerCommand {
  readonly settings?: Settings;
  /** Whether to remove all versions. */
  readonly clear?: boolean;
}

/** A message from the server: first its port, then responses to commands. */
export type Report =
  | { readonly port: number; readonly statistics?: never }
  | { readonly port?: never; readonly statistics: Statistics };
