import { join } from 'node:path';
import type { Run } from '#lib/node/command.ts';

export interface Certificate {
  /** Paths of PEM files. The certificate is self-signed, so it is also the client's trusted authority. */
  readonly certificate: string;
  readonly key: string;
}

/** Creates a certificate for 127.0.0.1 and localhost. It uses P-256, whose signatures are cheap to verify. */
export async function createCertificate(run: Run, folder: string): Promise<Certificate> {
  const certificate = join(folder, 'certificate.pem');
  const key = join(folder, 'key.pem');
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const name = [
    '-subj',
    '/CN=127.0.0.1',
    '-addext',
    'subjectAltName=IP:127.0.0.1,DNS:localhost',
    '-days',
    '2',
  ];
  await run(['openssl', 'req', '-x509', ...curve, '-keyout', key, '-out', certificate, ...name]);
  return { certificate, key };
}
