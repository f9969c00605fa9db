import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import JSZip from 'jszip';
import { motoEnvironment } from '#lib/dev-tools/moto.ts';
import { type BundleOptions, type BundleRun, runBundle } from '../fixtures/run-bundle.ts';

/** A folder with layers in `output/`, in which the bundle runs like a step of a workflow. */
export interface PublishFixture extends AsyncDisposable {
  readonly folder: string;
  /** Creates a layer's zip and manifest, and returns the base64 of the zip's SHA-256. */
  makeLayer(name: string, cpu: 'x86' | 'arm' | 'any', content?: string | Buffer): Promise<string>;
  publish(
    inputs: Record<string, string>,
    environment?: Record<string, string>,
    onStart?: BundleOptions['onStart'],
  ): Promise<BundleRun>;
  /** Reads a file of the output folder. */
  read(file: string): Promise<string>;
  versions(): Promise<Record<string, Record<string, number>>>;
}

export const regions = ['eu-west-1', 'us-east-1', 'af-south-1'];

/** @param url endpoint of AWS, unless a run has its own environment */
export async function createPublishFixture(url: string): Promise<PublishFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'publish-layer-'));
  const read = (file: string) => readFile(join(folder, 'output', file), 'utf8');
  return {
    folder,
    read,
    versions: async () => JSON.parse(await read('versions.json')),
    async makeLayer(name, cpu, content = name) {
      const zip = new JSZip();
      zip.file('bin/tool', content, { date: new Date(0), createFolders: false });
      const bytes = await zip.generateAsync({ type: 'nodebuffer' });
      const codeSha256 = createHash('sha256').update(bytes).digest('base64');
      const manifest = {
        schema: 1,
        name,
        cpu,
        zip: `${name}.zip`,
        size: bytes.length,
        unzippedSize: content.length,
        codeSha256,
        files: [],
        metadata: { publishable: false },
      };
      await mkdir(join(folder, 'output'), { recursive: true });
      await writeFile(join(folder, 'output', `${name}.zip`), bytes);
      await writeFile(join(folder, 'output', `${name}.manifest.json`), JSON.stringify(manifest));
      return codeSha256;
    },
    publish: (inputs, environment = motoEnvironment(url), onStart = () => {}) =>
      runBundle({
        action: 'publish-layer',
        folder,
        inputs: {
          regions: regions.join(' '),
          visibility: 'public',
          'compatible-runtimes': 'provided.al2023',
          ...inputs,
        },
        environment,
        onStart,
      }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Hides the AWS configuration of the machine. The SDK treats empty variables as unset. */
export function withoutCredentials(url: string, home: string): Record<string, string> {
  return {
    HOME: home,
    AWS_PROFILE: '',
    AWS_ACCESS_KEY_ID: '',
    AWS_SECRET_ACCESS_KEY: '',
    AWS_SESSION_TOKEN: '',
    AWS_WEB_IDENTITY_TOKEN_FILE: '',
    AWS_CONFIG_FILE: join(home, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(home, 'no-credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: url,
    AWS_ENDPOINT_URL_LAMBDA: '',
    AWS_ENDPOINT_URL_STS: '',
    ACTIONS_ID_TOKEN_REQUEST_URL: '',
  };
}
