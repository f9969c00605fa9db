/**
 * The rpm packages of the stand-in, by the name of their source package. Names and dependencies follow Amazon's and
 * Fedora's spec files. Files come from Debian, or are Amazon's own libraries.
 */
export interface Rpm {
  /** License in the header. By default, the license of the source package. */
  readonly license?: string;
  /** Whether the package is in the image. Otherwise, dnf can install it. */
  readonly preinstalled?: true;
  readonly noarch?: true;
  readonly requires?: readonly string[];
  /** Packages that must be installed before the scriptlet runs. */
  readonly scriptletRequires?: readonly string[];
  readonly provides?: readonly string[];
  /** Extended regular expressions of the paths to take, by Debian package. They match the paths of Amazon's file system. */
  readonly bookworm?: Readonly<Record<string, readonly string[]>>;
  readonly bullseye?: Readonly<Record<string, readonly string[]>>;
  /** Names of Amazon's own libraries, for /usr/lib64. */
  readonly amazon?: readonly string[];
  /** Targets of symbolic links, by path. */
  readonly links?: Readonly<Record<string, string>>;
  /** Content of text files, by path. */
  readonly texts?: Readonly<Record<string, string>>;
  /** Files that the package owns and does not contain. */
  readonly ghosts?: readonly string[];
  /** Files in the folder `files/` beside this file, by path. */
  readonly copies?: Readonly<Record<string, string>>;
  /** Shell commands that change the files. They run in the package's root. */
  readonly adapt?: string;
  /** Shell commands that rpm runs after the installation. */
  readonly afterInstallation?: string;
  /** Whether the package has no license file, as some packages of Fedora. */
  readonly hasNoLicenseFile?: true;
}

export interface SourcePackage {
  readonly license: string;
  readonly rpms: Readonly<Record<string, Rpm>>;
}

const headers = '^/usr/include/';
const pkgConfig = '^/usr/lib64/pkgconfig/';
const programs = '^/usr/s?bin/';

/** A library of Amazon's image. */
function library(...names: readonly string[]): Rpm {
  return { preinstalled: true, amazon: names };
}

/** Headers and pkg-config files of Debian, and the link to Amazon's library that the linker needs. */
function development(
  debian: string,
  libraries: Readonly<Record<string, string>>,
  requires: readonly string[],
  rest: Partial<Rpm> = {},
): Rpm {
  return {
    bookworm: { [debian]: [headers, pkgConfig] },
    links: Object.fromEntries(
      Object.entries(libraries).map(([link, target]) => [`/usr/lib64/${link}`, target]),
    ),
    requires,
    hasNoLicenseFile: true,
    ...rest,
  };
}

export const sourcePackages: Readonly<Record<string, SourcePackage>> = {
  // ------------------------------------------------------------------------------------------------ the image
  filesystem: {
    license: 'Public Domain',
    rpms: {
      filesystem: {
        preinstalled: true,
        hasNoLicenseFile: true,
        links: {
          '/bin': 'usr/bin',
          '/sbin': 'usr/sbin',
          '/lib': 'usr/lib',
          '/lib64': 'usr/lib64',
          // Debian's programs, compilers and loader look here.
          '/usr/lib/x86_64-linux-gnu': '../lib64',
          '/var/run': '../run',
        },
      },
    },
  },
  setup: {
    license: 'Public Domain',
    rpms: {
      setup: {
        preinstalled: true,
        hasNoLicenseFile: true,
        texts: {
          '/etc/passwd':
            'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:Kernel Overflow User:/:/sbin/nologin\n',
          '/etc/group': 'root:x:0:\nnobody:x:65534:\n',
          '/etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
        },
      },
    },
  },
  'system-release': {
    license: 'MIT',
    rpms: {
      'system-release': {
        preinstalled: true,
        hasNoLicenseFile: true,
        texts: {
          '/etc/os-release': [
            'NAME="Amazon Linux"',
            'VERSION="2023"',
            'ID="amzn"',
            'ID_LIKE="fedora"',
            'VERSION_ID="2023"',
            'PLATFORM_ID="platform:al2023"',
            'PRETTY_NAME="Amazon Linux 2023 (stand-in made from Debian)"',
            '',
          ].join('\n'),
          '/etc/system-release': 'Amazon Linux release 2023 (Amazon Linux)\n',
        },
      },
    },
  },
  glibc: {
    license: 'LGPLv2+ and LGPLv2+ with exceptions and GPLv2+',
    rpms: {
      glibc: {
        preinstalled: true,
        bookworm: {
          libc6: ['^/usr/lib64/[^/]*\\.so', '^/usr/lib64/gconv/gconv-modules$'],
          'libc-bin': ['^/usr/sbin/ldconfig$', '^/etc/bindresvport'],
        },
        texts: { '/etc/ld.so.conf': '/usr/lib64\n' },
        adapt: `
          # The modules in gconv-modules.d belong to glibc-gconv-extra.
          awk '$1 == "module" { print $4 }' usr/lib64/gconv/gconv-modules | sort -u | while read -r module; do
            if [ -e "/usr/lib/x86_64-linux-gnu/gconv/$module.so" ]; then
              cp "/usr/lib/x86_64-linux-gnu/gconv/$module.so" usr/lib64/gconv/
            fi
          done`,
      },
      'glibc-common': {
        preinstalled: true,
        bookworm: {
          'libc-bin': ['^/usr/bin/[^.]*$', '^/usr/lib/locale/'],
          'libc-dev-bin': ['^/usr/bin/gencat'],
        },
      },
      'glibc-gconv-extra': {
        requires: ['glibc = %{version}'],
        // Debian's newer modules need GLIBC_ABI_DT_RELR, which glibc 2.34 does not have.
        bullseye: { libc6: ['^/usr/lib64/gconv/.*\\.so$'] },
        bookworm: { libc6: ['^/usr/lib64/gconv/gconv-modules\\.d/'] },
        adapt: `
          awk '$1 == "module" { print $4 }' /usr/lib/x86_64-linux-gnu/gconv/gconv-modules | sort -u | while read -r module; do
            rm -f "usr/lib64/gconv/$module.so"
          done`,
        hasNoLicenseFile: true,
      },
      'glibc-devel': {
        requires: ['glibc = %{version}', 'glibc-headers-x86', 'kernel-headers', 'libxcrypt-devel'],
        bookworm: { 'libc6-dev': ['^/usr/lib64/'] },
        hasNoLicenseFile: true,
      },
      'glibc-headers-x86': { noarch: true, bookworm: { 'libc6-dev': [headers] }, hasNoLicenseFile: true },
    },
  },
  'kernel6.12': {
    license: 'GPLv2 and Redistributable, no modification permitted',
    rpms: { 'kernel-headers': { bookworm: { 'linux-libc-dev': [headers] }, hasNoLicenseFile: true } },
  },
  libxcrypt: {
    license: 'LGPLv2+ and BSD and Public Domain',
    rpms: {
      libxcrypt: { amazon: ['libcrypt.so.2'] },
      'libxcrypt-devel': development('libcrypt-dev', { 'libcrypt.so': 'libcrypt.so.2' }, ['libxcrypt']),
    },
  },
  gcc: {
    license: 'GPLv3+ and GPLv3+ with exceptions and GPLv2+ with exceptions and LGPLv2+ and BSD',
    rpms: {
      libgcc: { preinstalled: true, bookworm: { 'libgcc-s1': ['^/usr/lib64/'] } },
      'libstdc++': {
        preinstalled: true,
        bookworm: { 'libstdc++6': ['^/usr/lib64/'] },
        hasNoLicenseFile: true,
      },
      cpp: {
        bookworm: { cpp: [programs], 'cpp-12': [programs, '^/usr/lib/gcc/'] },
        hasNoLicenseFile: true,
      },
      gcc: {
        requires: ['cpp', 'binutils', 'glibc-devel', 'libgcc', 'make'],
        bookworm: {
          gcc: [programs],
          'gcc-12': [programs, '^/usr/lib/gcc/'],
          'libgcc-12-dev': ['^/usr/lib/gcc/'],
        },
        links: { '/usr/bin/cc': 'gcc' },
        copies: { '/usr/libexec/stand-in/older-glibc.h': 'older-glibc.h' },
        adapt: `
          # The compiler includes the header everywhere. A file of specs must contain all of them.
          gcc-12 -dumpspecs |
            sed '/^\\*cc1_options:/{n;s#$# %{!fpreprocessed:-include /usr/libexec/stand-in/older-glibc.h}#}' \\
              > usr/lib/gcc/x86_64-linux-gnu/12/specs`,
      },
      'libstdc++-devel': {
        requires: ['libstdc++'],
        bookworm: { 'libstdc++-12-dev': [headers, '^/usr/lib/gcc/'] },
        hasNoLicenseFile: true,
      },
      'gcc-c++': {
        requires: ['gcc = %{version}', 'libstdc++-devel'],
        bookworm: { 'g++': [programs], 'g++-12': [programs, '^/usr/lib/gcc/'] },
        links: { '/usr/bin/c++': 'g++' },
        hasNoLicenseFile: true,
      },
    },
  },
  bash: {
    license: 'GPLv3+',
    rpms: {
      bash: {
        preinstalled: true,
        requires: ['glibc'],
        bookworm: { bash: ['^/usr/bin/bash$'] },
        links: { '/usr/bin/sh': 'bash' },
      },
    },
  },
  coreutils: {
    license: 'GPLv3+',
    rpms: {
      'coreutils-single': {
        preinstalled: true,
        requires: ['glibc'],
        provides: ['coreutils = %{version}'],
        bookworm: { coreutils: [programs, '^/usr/libexec/'] },
        adapt: 'rm usr/bin/md5sum.textutils',
      },
    },
  },
  gawk: {
    license: 'GPLv3+ and GPLv2+ and LGPLv2+ and BSD',
    rpms: {
      gawk: {
        preinstalled: true,
        bookworm: { gawk: ['^/usr/bin/gawk$'] },
        links: { '/usr/bin/awk': 'gawk' },
      },
    },
  },
  grep: {
    license: 'GPLv3+',
    rpms: { grep: { preinstalled: true, bookworm: { grep: ['^/usr/bin/[ef]?grep$'] } } },
  },
  sed: { license: 'GPLv3+', rpms: { sed: { preinstalled: true, bookworm: { sed: [programs] } } } },
  rpm: {
    license: 'GPLv2+',
    rpms: {
      rpm: {
        preinstalled: true,
        bookworm: {
          rpm: ['^/usr/bin/rpm(keys|query|verify)?$', '^/usr/lib/rpm/'],
          'rpm-common': ['^/usr/bin/', '^/usr/lib/rpm/'],
        },
        texts: { '/etc/rpm/macros': '%_dbpath /var/lib/rpm\n' },
      },
    },
  },
  microdnf: {
    license: 'GPLv3+',
    rpms: {
      microdnf: {
        preinstalled: true,
        copies: { '/usr/bin/microdnf': 'microdnf' },
        requires: ['rpm', 'bash', 'gawk'],
        hasNoLicenseFile: true,
      },
      'microdnf-dnf': {
        preinstalled: true,
        links: { '/usr/bin/dnf': 'microdnf' },
        requires: ['microdnf'],
        hasNoLicenseFile: true,
      },
    },
  },
  'ca-certificates': {
    license: 'Public Domain',
    rpms: {
      'ca-certificates': {
        preinstalled: true,
        noarch: true,
        hasNoLicenseFile: true,
        scriptletRequires: ['bash', 'coreutils'],
        bookworm: { 'ca-certificates': ['^/usr/share/ca-certificates/mozilla/'] },
        ghosts: ['/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem'],
        links: {
          '/etc/pki/tls/cert.pem': '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
          '/etc/pki/tls/certs/ca-bundle.crt': '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
          '/etc/ssl/cert.pem': '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
        },
        afterInstallation: `mkdir -p /etc/pki/ca-trust/extracted/pem
cat /usr/share/ca-certificates/mozilla/*.crt > /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem`,
      },
    },
  },
  curl: {
    license: 'MIT',
    rpms: {
      'libcurl-minimal': {
        ...library('libcurl.so.4'),
        requires: ['libidn2', 'libpsl', 'libnghttp2', 'openssl-libs', 'krb5-libs', 'zlib'],
        provides: ['libcurl = %{version}'],
      },
      'curl-minimal': { preinstalled: true, provides: ['curl = %{version}'], bookworm: { curl: [programs] } },
      'libcurl-devel': development(
        'libcurl4-openssl-dev',
        { 'libcurl.so': 'libcurl.so.4' },
        ['libcurl = %{version}'],
        {
          bookworm: { 'libcurl4-openssl-dev': [headers, `${pkgConfig}libcurl`, '^/usr/bin/curl-config'] },
        },
      ),
    },
  },
  openssl: {
    license: 'ASL 2.0',
    rpms: {
      'openssl-libs': {
        ...library('libcrypto.so.3', 'libssl.so.3'),
        // Upstream's configuration with the names that Fedora presets in certificate requests.
        adapt: `
          install -D -m 0644 /etc/ssl/openssl.cnf etc/pki/tls/openssl.cnf
          sed -i -E 's/^(countryName_default).*/\\1 = XX/; s/^(stateOrProvinceName_default)/#\\1/
            s/^(0\\.organizationName_default).*/\\1 = Default Company Ltd/
            s/^localityName[[:space:]]*= Locality.*/&\\nlocalityName_default = Default City/' etc/pki/tls/openssl.cnf`,
      },
      'openssl-devel': development(
        'libssl-dev',
        { 'libcrypto.so': 'libcrypto.so.3', 'libssl.so': 'libssl.so.3' },
        ['openssl-libs = 1:%{version}'],
      ),
    },
  },
  zlib: {
    license: 'zlib and Boost',
    rpms: {
      zlib: { preinstalled: true, bullseye: { zlib1g: ['^/usr/lib64/'] } },
      'zlib-devel': {
        requires: ['zlib = %{version}'],
        bullseye: { 'zlib1g-dev': [headers, pkgConfig] },
        links: { '/usr/lib64/libz.so': 'libz.so.1' },
        hasNoLicenseFile: true,
      },
    },
  },
  readline: {
    license: 'GPLv3+',
    rpms: {
      readline: {
        preinstalled: true,
        bullseye: { libreadline8: ['^/usr/lib64/'] },
        requires: ['ncurses-libs'],
      },
      'readline-devel': {
        requires: ['readline = %{version}'],
        bullseye: { 'libreadline-dev': [headers, pkgConfig] },
        links: {
          '/usr/lib64/libreadline.so': 'libreadline.so.8',
          '/usr/lib64/libhistory.so': 'libhistory.so.8',
        },
        hasNoLicenseFile: true,
      },
    },
  },
  ncurses: {
    license: 'MIT',
    rpms: {
      // Debian's readline needs symbol versions that Amazon's ncurses does not have.
      'ncurses-libs': {
        preinstalled: true,
        bullseye: { libtinfo6: ['^/usr/lib64/'], libncurses6: ['^/usr/lib64/lib'] },
      },
    },
  },
  krb5: {
    license: 'MIT',
    rpms: {
      'krb5-libs': {
        preinstalled: true,
        requires: ['keyutils-libs', 'libcom_err'],
        bookworm: {
          'libgssapi-krb5-2': ['^/usr/lib64/'],
          'libkrb5-3': ['^/usr/lib64/lib'],
          libk5crypto3: ['^/usr/lib64/'],
          libkrb5support0: ['^/usr/lib64/'],
        },
      },
    },
  },
  keyutils: {
    license: 'GPLv2+ and LGPLv2+',
    rpms: { 'keyutils-libs': { preinstalled: true, bookworm: { libkeyutils1: ['^/usr/lib64/'] } } },
  },
  e2fsprogs: {
    license: 'MIT',
    rpms: { libcom_err: { preinstalled: true, bookworm: { 'libcom-err2': ['^/usr/lib64/'] } } },
  },
  libidn2: {
    license: '(GPLv2+ or LGPLv3+) and GPLv3+',
    rpms: { libidn2: { ...library('libidn2.so.0'), requires: ['libunistring'] } },
  },
  libunistring: { license: 'GPLv2+ or LGPLv3+', rpms: { libunistring: library('libunistring.so.2') } },
  libpsl: {
    license: 'MIT',
    rpms: { libpsl: { ...library('libpsl.so.5'), requires: ['libidn2', 'libunistring'] } },
  },
  nghttp2: { license: 'MIT', rpms: { libnghttp2: library('libnghttp2.so.14') } },
  sqlite: {
    license: 'Public Domain',
    rpms: { 'sqlite-libs': { ...library('libsqlite3.so.0'), hasNoLicenseFile: true } },
  },
  xz: {
    license: 'Public Domain',
    rpms: {
      'xz-libs': library('liblzma.so.5'),
      xz: { bookworm: { 'xz-utils': [programs] }, requires: ['xz-libs'], hasNoLicenseFile: true },
    },
  },
  zstd: { license: 'BSD and GPLv2', rpms: { libzstd: library('libzstd.so.1') } },
  bzip2: { license: 'BSD', rpms: { 'bzip2-libs': library('libbz2.so.1') } },
  gmp: { license: 'LGPLv3+ or GPLv2+', rpms: { gmp: library('libgmp.so.10') } },
  libffi: {
    license: 'MIT',
    rpms: {
      libffi: library('libffi.so.8'),
      'libffi-devel': development('libffi-dev', { 'libffi.so': 'libffi.so.8' }, ['libffi = %{version}']),
    },
  },
  libxml2: {
    license: 'MIT',
    rpms: {
      libxml2: { ...library('libxml2.so.2'), requires: ['zlib', 'xz-libs'] },
      'libxml2-devel': development(
        'libxml2-dev',
        { 'libxml2.so': 'libxml2.so.2' },
        ['libxml2 = %{version}', 'zlib-devel'],
        {
          bookworm: { 'libxml2-dev': [headers, pkgConfig, '^/usr/bin/xml2-config'] },
          // Amazon's libxml2 was built without ICU.
          adapt: `sed -i '/ICU/,/endif/s/^#if 1$/#if 0/' usr/include/libxml2/libxml/xmlversion.h`,
        },
      ),
    },
  },
  // ------------------------------------------------------------------------------------------------ libraries for layers
  icu: {
    license: 'MIT and UCD and Public Domain',
    rpms: {
      libicu: {
        amazon: ['libicudata.so.67', 'libicui18n.so.67', 'libicuio.so.67', 'libicuuc.so.67'],
        requires: ['libstdc++'],
      },
      'libicu-devel': {
        requires: ['libicu = %{version}', 'pkgconf-pkg-config'],
        bullseye: { 'libicu-dev': [headers, `${pkgConfig}icu-(i18n|io|uc)\\.pc`, '^/usr/bin/icu-config'] },
        links: {
          '/usr/lib64/libicudata.so': 'libicudata.so.67',
          '/usr/lib64/libicui18n.so': 'libicui18n.so.67',
          '/usr/lib64/libicuio.so': 'libicuio.so.67',
          '/usr/lib64/libicuuc.so': 'libicuuc.so.67',
        },
        hasNoLicenseFile: true,
      },
    },
  },
  oniguruma: {
    license: 'BSD',
    rpms: {
      oniguruma: { amazon: ['libonig.so.5'] },
      'oniguruma-devel': development('libonig-dev', { 'libonig.so': 'libonig.so.5' }, [
        'oniguruma = %{version}',
      ]),
    },
  },
  libzip: {
    license: 'BSD',
    rpms: {
      libzip: { amazon: ['libzip.so.5'], requires: ['bzip2-libs', 'xz-libs', 'openssl-libs', 'zlib'] },
      'libzip-devel': development('libzip-dev', { 'libzip.so': 'libzip.so.5' }, ['libzip = %{version}']),
    },
  },
  libpq: {
    license: 'PostgreSQL',
    rpms: {
      libpq: { amazon: ['libpq.so.5'], requires: ['openssl-libs', 'krb5-libs', 'openldap'] },
      'libpq-devel': development('libpq-dev', { 'libpq.so': 'libpq.so.5' }, ['libpq = %{version}'], {
        bookworm: { 'libpq-dev': [headers, `${pkgConfig}libpq\\.pc`] },
        copies: { '/usr/bin/pg_config': 'pg_config' },
      }),
    },
  },
  openldap: {
    license: 'OpenLDAP',
    rpms: {
      openldap: {
        amazon: ['libldap_r-2.4.so.2', 'liblber-2.4.so.2'],
        requires: ['cyrus-sasl-lib', 'openssl-libs'],
      },
    },
  },
  'cyrus-sasl': {
    license: 'BSD with advertising',
    rpms: {
      'cyrus-sasl-lib': { amazon: ['libsasl2.so.3'], requires: ['krb5-libs', 'libxcrypt', 'libcom_err'] },
    },
  },
  libsodium: {
    license: 'ISC',
    rpms: {
      libsodium: { amazon: ['libsodium.so.26'] },
      'libsodium-devel': development('libsodium-dev', { 'libsodium.so': 'libsodium.so.26' }, [
        'libsodium = %{version}',
      ]),
    },
  },
  libxslt: {
    license: 'MIT',
    rpms: {
      libxslt: { amazon: ['libxslt.so.1', 'libexslt.so.0'], requires: ['libxml2'] },
      'libxslt-devel': development(
        'libxslt1-dev',
        { 'libxslt.so': 'libxslt.so.1', 'libexslt.so': 'libexslt.so.0' },
        ['libxslt = %{version}', 'libxml2-devel'],
      ),
    },
  },
  // ------------------------------------------------------------------------------------------------ tools
  binutils: {
    license: 'GPLv3+',
    rpms: {
      binutils: {
        bookworm: {
          binutils: [programs],
          'binutils-x86-64-linux-gnu': [programs, '^/usr/lib64/(ldscripts|bfd-plugins)/'],
        },
      },
    },
  },
  make: { license: 'GPLv3+', rpms: { make: { bookworm: { make: ['^/usr/bin/make$'] } } } },
  m4: { license: 'GPLv3+', rpms: { m4: { bookworm: { m4: [programs] } } } },
  perl: {
    license: 'GPL+ or Artistic',
    rpms: {
      'perl-interpreter': { requires: ['perl-libs'], bookworm: { 'perl-base': ['^/usr/bin/perl$'] } },
      'perl-libs': {
        bookworm: {
          'perl-base': ['^/usr/lib64/perl-base/'],
          'perl-modules-5.36': ['^/usr/share/perl/'],
          'libperl5.36': ['^/usr/lib64/perl/', '^/usr/share/perl/'],
        },
        // autoconf and automake need none of these.
        adapt:
          'rm -rf usr/share/perl/*/{CPAN,Encode,ExtUtils,Locale,Module,Perl,Pod,TAP,Test,Test2,Unicode,pod,unicore/lib}',
        hasNoLicenseFile: true,
      },
    },
  },
  autoconf: {
    license: 'GPLv2+ and GFDL',
    rpms: {
      autoconf: {
        noarch: true,
        requires: ['m4', 'perl-interpreter'],
        bookworm: { autoconf: [programs, '^/usr/share/autoconf/'] },
      },
    },
  },
  automake: {
    license: 'GPLv2+ and GFDL and Public Domain and MIT',
    rpms: {
      automake: {
        noarch: true,
        requires: ['autoconf', 'perl-interpreter'],
        bookworm: { automake: [programs, '^/usr/share/(automake|aclocal)'] },
        links: { '/usr/bin/automake': 'automake-1.16', '/usr/bin/aclocal': 'aclocal-1.16' },
      },
    },
  },
  libtool: {
    license: 'GPLv2+ and LGPLv2+ and GFDL',
    rpms: {
      libtool: {
        requires: ['autoconf', 'automake', 'sed', 'tar', 'findutils', 'gcc'],
        bookworm: { libtool: [programs, '^/usr/share/(aclocal|libtool)/'] },
      },
    },
  },
  pkgconf: {
    license: 'ISC',
    rpms: {
      pkgconf: { bookworm: { 'pkgconf-bin': ['^/usr/bin/pkgconf$'] } },
      'pkgconf-pkg-config': {
        requires: ['pkgconf = %{version}'],
        links: { '/usr/bin/pkg-config': 'pkgconf' },
        hasNoLicenseFile: true,
      },
    },
  },
  patchelf: { license: 'GPLv3+', rpms: { patchelf: { bookworm: { patchelf: [programs] } } } },
  file: {
    license: 'BSD',
    rpms: {
      file: { bookworm: { file: [programs], 'libmagic-mgc': ['^/usr/lib/file/', '^/usr/share/misc/'] } },
    },
  },
  findutils: { license: 'GPLv3+', rpms: { findutils: { bookworm: { findutils: [programs] } } } },
  diffutils: { license: 'GPLv3+', rpms: { diffutils: { bookworm: { diffutils: [programs] } } } },
  gzip: { license: 'GPLv3+ and GFDL', rpms: { gzip: { bookworm: { gzip: [programs] } } } },
  tar: { license: 'GPLv3+', rpms: { tar: { bookworm: { tar: ['^/usr/bin/tar$'] } } } },
  tcl: {
    license: 'TCL',
    rpms: {
      tcl: {
        bookworm: { 'tcl8.6': [programs], 'libtcl8.6': ['^/usr/share/tcltk/'] },
        links: { '/usr/bin/tclsh': 'tclsh8.6' },
      },
    },
  },
  gettext: {
    license: 'GPLv3+ and LGPLv2+ and GFDL',
    rpms: {
      'gettext-devel': { bookworm: { gettext: [programs, '^/usr/share/aclocal/'] }, hasNoLicenseFile: true },
    },
  },
};
