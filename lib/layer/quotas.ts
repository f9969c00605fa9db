/**
 * Lambda's quotas (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). On that page, 1 MB is 2^20
 * bytes.
 */

/** Largest zip that PublishLayerVersion accepts in its request: 50 MB. A larger zip must be uploaded to S3 first. */
export const directUploadLimitBytes = 52_428_800;

/** Total size of a function and all its layers, unzipped: 250 MB. */
export const unzippedLimitBytes = 262_144_000;

/** Number of layers that one function can have. */
export const layersPerFunction = 5;
