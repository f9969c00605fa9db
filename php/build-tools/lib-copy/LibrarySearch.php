<?php

declare(strict_types=1);

namespace LibCopy;

/**
 * Finds a library as the loader would on this machine (ld.so(8)): DT_RPATH of the file and of the files that loaded
 * it, LD_LIBRARY_PATH, DT_RUNPATH of the file alone, the configured folders, the default ones.
 *
 * What was compiled into /opt goes before the system's own, as if it stood in LD_LIBRARY_PATH: it was compiled
 * because the system's is too old, and on Lambda /opt/lib is searched.
 */
final class LibrarySearch
{
    private const DEFAULT_FOLDERS = ['/lib64', '/usr/lib64', '/lib', '/usr/lib'];

    /** @var string[] */
    private readonly array $preferred;

    /** @var string[] */
    private readonly array $system;

    public function __construct(string $libraryPath = '', string $configuration = '/etc/ld.so.conf')
    {
        $folders = array_filter(explode(':', $libraryPath), static fn (string $folder) => $folder !== '');
        $this->preferred = [...array_values($folders), '/opt/lib64', '/opt/lib'];
        $this->system = [...self::configuredFolders($configuration), ...self::DEFAULT_FOLDERS];
    }

    /**
     * @param ElfFile[] $loaders the file that needs the library, then the one that needs that file, and so on
     * @return ElfFile|null null where no folder has it for this CPU
     */
    public function find(string $name, array $loaders): ?ElfFile
    {
        if (str_contains($name, '/')) {
            return is_file($name) ? ElfFile::read($name) : null;
        }
        foreach ($this->folders($loaders) as $folder) {
            $path = "$folder/$name";
            if (!is_file($path)) {
                continue;
            }
            $library = ElfFile::read($path);
            // Like the loader, pass by a library of another CPU: multi-architecture systems have both.
            if ($library !== null && $library->machine === $loaders[0]->machine) {
                return $library;
            }
        }

        return null;
    }

    /**
     * @param ElfFile[] $loaders
     * @return string[]
     */
    public function folders(array $loaders): array
    {
        // A DT_RUNPATH switches off every DT_RPATH for what this file needs, and those of its loaders too.
        $inherited = $loaders[0]->runpath === [] ? $loaders : [];
        $rpaths = array_map(static fn (ElfFile $file) => $file->runpath === [] ? $file->rpath : [], $inherited);

        return [...array_merge(...$rpaths), ...$this->preferred, ...$loaders[0]->runpath, ...$this->system];
    }

    /** @return string[] */
    private static function configuredFolders(string $file): array
    {
        $folders = [];
        foreach (is_file($file) ? (array) file($file) : [] as $line) {
            $line = trim(preg_replace('/#.*/', '', (string) $line));
            if (preg_match('/^include\s+(.+)$/', $line, $match) === 1) {
                // A relative pattern is relative to the file that includes it.
                $pattern = $match[1][0] === '/' ? $match[1] : dirname($file) . '/' . $match[1];
                foreach (glob($pattern) ?: [] as $included) {
                    $folders = [...$folders, ...self::configuredFolders($included)];
                }
            } elseif ($line !== '') {
                $folders[] = $line;
            }
        }

        return $folders;
    }
}
