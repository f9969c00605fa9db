/** What the benchmark and its server say to each other, over the channel between parent and child process. */

/** How the server behaves from now on. */
export interface Settings {
  /** Milliseconds of one round trip: each answer is late by one, and each connection by the two that TLS 1.3 needs. */
  readonly latency: number;
  /** Bytes of bodies a second that are taken in, of all connections together; undefined: as fast as they come. */
  readonly bandwidth: number | undefined;
  /** Whether bodies are decoded and hashed; otherwise the hash of the last checked body of that layer and size is used. */
  readonly checkBodies: boolean;
}

/** What the server did since it was asked the last time. */
export interface Statistics {
  /** Bytes of request bodies. */
  readonly received: number;
  readonly requests: number;
  /** User and system time of the server's process. */
  readonly cpuSeconds: number;
  /** Every version that there is now. */
  readonly versions: readonly StoredVersion[];
}

export interface StoredVersion {
  readonly region: string;
  readonly layer: string;
  readonly codeSha256: string;
  readonly isPublic: boolean;
}

/** To the server, which answers each with its statistics. */
export interface Order {
  readonly settings?: Settings;
  /** Forget every version. */
  readonly forget?: boolean;
}

/** From the server: first its port, then answers to orders. */
export type Report =
  | { readonly port: number; readonly statistics?: never }
  | { readonly port?: never; readonly statistics: Statistics };
