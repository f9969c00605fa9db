import { ActionError } from '#lib/node/errors.ts';

/**
 * Endpoints of a stand-in for AWS; undefined if the SDK chooses. The SDK would read the same variables. They are passed
 * to it explicitly, so that the endpoint that was checked (`isLoopback`) is the one that is used.
 */
export interface Endpoints {
  readonly lambda: string | undefined;
  readonly s3: string | undefined;
}

export function readEndpoints(environment: NodeJS.ProcessEnv): Endpoints {
  return { lambda: readEndpoint('LAMBDA', environment), s3: readEndpoint('S3', environment) };
}

function readEndpoint(service: string, environment: NodeJS.ProcessEnv): string | undefined {
  const name = `AWS_ENDPOINT_URL_${service}`;
  const endpoint = environment[name] || environment.AWS_ENDPOINT_URL || undefined;
  if (endpoint !== undefined && !URL.canParse(endpoint)) {
    throw new ActionError(
      `${name} or AWS_ENDPOINT_URL must be a URL such as http://127.0.0.1:5000; got "${endpoint}".`,
    );
  }
  return endpoint;
}

/** Whether requests to the endpoint stay on this machine. */
export function isLoopback(endpoint: string | undefined): boolean {
  if (endpoint === undefined) return false;
  const { hostname } = new URL(endpoint);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
