<?php

declare(strict_types=1);

namespace LibCopy;

/**
 * Finds a library in the order of this machine's loader (ld.so(8)): DT_RPATH of the file and of the files that load it,
 * LD_LIBRARY_PATH, DT_RUNPATH of the file itself, configured folders, default folders.
 *
 * Libraries in /opt come before the system's, as if /opt/lib were in LD_LIBRARY_PATH: the build compiled them because
 * the system's libraries are too old, and Lambda searches /opt/lib.
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
     * @return ElfFile|null the library, or null if no folder has it for this CPU
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
            // The loader, too, skips libraries for another CPU. Multi-architecture systems have both.
            if ($library !== null && $library->machine === $loaders[0]->machine) {
                return $library;
            }
        }

        return null;
    }

    /**
     * Lists the folders to search, in order.
     *
     * @param ElfFile[] $loaders the file that needs the library, then the one that needs that file, and so on
     * @return string[]
     */
    public function folders(array $loaders): array
    {
        // If a file has DT_RUNPATH, the loader ignores its DT_RPATH and its loaders' DT_RPATH.
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
                // Relative patterns are relative to the including file.
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
