import { type Rpm, type SourcePackage, sourcePackages } from './rpms.ts';

/** Amazon's releases look like this. The number is made up. */
const release = '1.amzn2023.0.1';

/** Version of a source package whose name is not the name of a package, by source. */
export type Versions = ReadonlyMap<string, string>;

/** Returns the spec file of each source package, by its name. */
export function writeSpecs(versions: Versions): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(sourcePackages).map(([source, content]) => [source, writeSpec(source, content, versions)]),
  );
}

/** Returns the Debian packages of one release that the packages take files from. */
export function listDebianPackages(suite: 'bookworm' | 'bullseye'): readonly string[] {
  const names = Object.values(sourcePackages).flatMap(({ rpms }) =>
    Object.values(rpms).flatMap((rpm) => Object.keys(rpm[suite] ?? {})),
  );
  return [...new Set(names)].sort();
}

/** Returns the names of the packages that are in the image. */
export function listPreinstalled(): readonly string[] {
  return Object.values(sourcePackages).flatMap(({ rpms }) =>
    Object.entries(rpms).flatMap(([name, { preinstalled }]) => (preinstalled ? [name] : [])),
  );
}

function writeSpec(source: string, { license, rpms }: SourcePackage, versions: Versions): string {
  const names = Object.keys(rpms);
  const packages = names.map((name) => {
    const rpm = rpms[name] as Rpm;
    return writePackage(name, { ...rpm, license: rpm.license ?? license }, versions, name === source);
  });
  // A source package without a binary package of its name has a header too. rpm makes no package of it.
  const { epoch, version } = versionOf(names.includes(source) ? source : (names[0] ?? ''), versions);
  const head = [
    `Name: ${source}`,
    ...epoch,
    `Version: ${version}`,
    ...common(license),
    '%description',
    summary,
  ];
  return [
    '%global debug_package %{nil}',
    '%global __os_install_post %{nil}',
    ...(names.includes(source) ? [] : head),
    ...packages.sort((one, other) => Number(other.isMain) - Number(one.isMain)).map(({ header }) => header),
    '%install',
    ...names.map((name) => `assemble ${name} %{buildroot}`),
    ...packages.map(({ files }) => files),
    '',
  ].join('\n');
}

const summary =
  'Part of the stand-in for Amazon Linux 2023, made from Debian packages or from a library of Amazon.';

function common(license: string): readonly string[] {
  return [`Release: ${release}`, `Summary: ${summary}`, `License: ${license}`, 'AutoReqProv: no'];
}

/** @param isMain whether the package has the name of its source package */
function writePackage(
  name: string,
  rpm: Rpm & { readonly license: string },
  versions: Versions,
  isMain: boolean,
) {
  const { epoch, version } = versionOf(name, versions);
  const expand = (text: string) => text.replaceAll('%{version}', version);
  const option = isMain ? '' : ` -n ${name}`;
  const header = [
    isMain ? `Name: ${name}` : `%package -n ${name}`,
    ...epoch,
    `Version: ${version}`,
    ...common(rpm.license),
    ...(rpm.noarch ? ['BuildArch: noarch'] : []),
    ...(rpm.requires ?? []).map((requirement) => `Requires: ${expand(requirement)}`),
    ...(rpm.scriptletRequires ?? []).map((requirement) => `Requires(post): ${expand(requirement)}`),
    ...(rpm.provides ?? []).map((provided) => `Provides: ${expand(provided)}`),
    `%description${option}`,
    summary,
  ].join('\n');
  const files = [
    ...(rpm.afterInstallation === undefined ? [] : [`%post${option}`, rpm.afterInstallation]),
    `%files${option} -f ${name}.files`,
    ...(rpm.ghosts ?? []).map((path) => `%ghost ${path}`),
  ].join('\n');
  return { isMain, header, files };
}

function versionOf(name: string, versions: Versions) {
  const text = versions.get(name);
  if (text === undefined) throw new Error(`Amazon's repository has no package "${name}". Correct rpms.ts.`);
  const [version = '', epoch] = text.split(':').reverse();
  return { version, epoch: epoch === undefined ? [] : [`Epoch: ${epoch}`] };
}

/** Returns the shell script that fills a package's root, which is the working directory. */
export function writeAssembly(name: string, rpm: Rpm): string {
  const lines = ['set -euo pipefail'];
  for (const suite of ['bookworm', 'bullseye'] as const) {
    for (const [debian, patterns] of Object.entries(rpm[suite] ?? {})) {
      lines.push(`take ${suite} ${debian} ${quote(patterns.join('|'))}`);
      if (!rpm.hasNoLicenseFile) lines.push(`take-license ${suite} ${debian} ${name}`);
    }
  }
  for (const library of rpm.amazon ?? [])
    lines.push(`install -D -m 0755 /amazon/native/lib/${library} usr/lib64/${library}`);
  if (rpm.amazon !== undefined && !rpm.hasNoLicenseFile) {
    lines.push(`install -D -m 0644 /amazon/README.md usr/share/licenses/${name}/README.md`);
  }
  for (const [path, target] of Object.entries(rpm.links ?? {})) {
    lines.push(`mkdir -p ".${dirname(path)}"`, `ln -sfn ${target} ".${path}"`);
  }
  for (const [path, text] of Object.entries(rpm.texts ?? {})) {
    lines.push(`mkdir -p ".${dirname(path)}"`, `printf %s ${quote(text)} > ".${path}"`);
  }
  for (const [path, file] of Object.entries(rpm.copies ?? {})) {
    const mode = path.startsWith('/usr/bin/') ? '0755' : '0644';
    lines.push(`install -D -m ${mode} /recipe/files/${file} ".${path}"`);
  }
  if (rpm.adapt !== undefined) lines.push(rpm.adapt);
  return `${lines.join('\n')}\n`;
}

function dirname(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
