import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { request as forward } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createCertificate } from '#lib/dev-tools/certificate.ts';
import type { Run } from '#lib/node/command.ts';

export interface GhFront {
  /** Environment in which `gh` reaches the server. `GH_ENTERPRISE_TOKEN` must hold the token. */
  readonly environment: Readonly<Record<'GH_HOST' | 'SSL_CERT_FILE', string>>;
}

/** Certificates that programs on Debian and on GitHub's runners trust. */
const systemCertificates = '/etc/ssl/certs/ca-certificates.crt';

/**
 * Serves a GitHub stand-in as `gh` expects a GitHub Enterprise server: over TLS, with the API below `/api/v3`.
 *
 * @param url address of the stand-in's API
 * @param folder folder for the certificate, which `gh` trusts in addition to the system's certificates
 */
export async function startGhFront(
  run: Run,
  url: string,
  folder: string,
): Promise<GhFront & AsyncDisposable> {
  const { certificate, key } = await createCertificate(run, folder);
  const trusted = join(folder, 'gh-trusted.pem');
  await writeFile(trusted, readFileSync(systemCertificates, 'utf8') + readFileSync(certificate, 'utf8'));
  const server = createServer(
    { cert: readFileSync(certificate), key: readFileSync(key) },
    (request, response) => {
      const path = (request.url ?? '').replace(/^\/api\/v3/, '');
      const { method, headers } = request;
      const upstream = forward(`${url}${path}`, { method, headers }, (reply) => {
        response.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(response);
      });
      upstream.on('error', () => response.destroy());
      request.pipe(upstream);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    environment: { GH_HOST: `localhost:${port}`, SSL_CERT_FILE: trusted },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
