/** A known reason why a registry does not give an image, and the handling of it. */
export interface PullFailure {
  readonly pattern: RegExp;
  /** Maximum number of attempts, including the first. */
  readonly attempts: number;
  /** The same, for a caller that can do without the image. */
  readonly attemptsWithFallback: number;
  readonly fix: string;
}

const login =
  '`aws ecr-public get-login-password --region us-east-1 | docker login --username AWS --password-stdin public.ecr.aws`';

/**
 * Returns the known reason of a failed `docker pull`. Returns undefined if another attempt cannot help: the image does
 * not exist, access is denied, or the engine itself fails.
 *
 * @param output the command's output on stderr
 */
export function findPullFailure(output: string): PullFailure | undefined {
  // The client cannot reach its own engine. Its message can also contain "connection refused".
  if (/Docker daemon|error during connect/i.test(output)) return undefined;
  return pullFailures.find(({ pattern }) => pattern.test(output));
}

/** The first match counts. Messages are from the Docker engine, unless they name another source. */
const pullFailures: readonly PullFailure[] = [
  {
    // ECR Public, for example in aws/aws-lambda-web-adapter#595. The quota is monthly.
    pattern: /data limit exceeded/i,
    attempts: 1,
    attemptsWithFallback: 1,
    fix: `The registry limits the data of anonymous pulls for each IP address and month, so another attempt does not help. Log in with ${login}, or run this on a machine with another address.`,
  },
  {
    // ECR Public allows an IP address one anonymous pull a second, and ten after a login
    // (aws/aws-lambda-web-adapter#429).
    pattern: /toomanyrequests|too many requests|rate exceeded/i,
    attempts: 8,
    attemptsWithFallback: 8,
    fix: `The registry limits the rate of anonymous pulls. Log in with ${login}, or run this again later.`,
  },
  {
    // ECR Public refuses an expired login, although it needs none.
    pattern: /authorization token has expired|403 Forbidden/i,
    attempts: 1,
    attemptsWithFallback: 1,
    fix: 'The login is expired or not allowed. Log in again. Images of public.ecr.aws need no login: remove it with `docker logout public.ecr.aws`.',
  },
  {
    pattern:
      /no such host|name resolution|server misbehaving|connection refused|network is unreachable|no route to host|dial tcp.*i\/o timeout/i,
    attempts: 4,
    attemptsWithFallback: 1,
    fix: "Check the network and the engine's DNS server, or load the image by hand (`docker load`), then run this again.",
  },
  {
    pattern:
      /\b50[0234]\b|internal ?server ?error|bad gateway|service ?unavailable|gateway timeout|timeout|deadline exceeded|request canceled|connection reset|broken pipe|\bEOF\b|remote error: tls/i,
    attempts: 8,
    attemptsWithFallback: 2,
    fix: 'The registry or the network has a problem. Run this again later.',
  },
];
