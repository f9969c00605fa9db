<?php

declare(strict_types=1);

namespace LibCopy;

/**
 * Finds a library in the order of this machine's loader (ld.so(8)): DT_RPATH of the file and of the files that load it,
 * LD_LIBRARY_PATH, DT_RUNPATH of the file itself, configured folders, default folders.
 *
 * The folders of compiled libraries (/opt/lib64 and /opt/lib) come before LD_LIBRARY_PATH: the build compiled them
 * because the system's libraries are too old, and Amazon's image lists /lib64 before /opt/lib in LD_LIBRARY_PATH.
 */
final class LibrarySearch
{
    private const DEFAULT_FOLDERS = ['/lib64', '/usr/lib64', '/lib', '/usr/lib'];

    /** @var string[] folders of the libraries that the build compiled */
    private readonly array $compiled;

    /** @var string[] */
    private readonly array $libraryPath;

    /** @var string[] */
    private readonly array $system;

    /** @var array<string, ?ElfFile> files that were read, by path */
    private array $files = [];

    /**
     * @param string $prefix folder into which the build installs compiled libraries
     * @param string $libraryPath value of LD_LIBRARY_PATH
     */
    public function __construct(string $prefix, string $libraryPath, string $configuration = '/etc/ld.so.conf')
    {
        $folders = array_filter(explode(':', $libraryPath), static fn (string $folder) => $folder !== '');
        $this->compiled = ["$prefix/lib64", "$prefix/lib"];
        $this->libraryPath = array_values($folders);
        $this->system = [...self::configuredFolders($configuration), ...self::DEFAULT_FOLDERS];
    }

    /** Returns whether the build compiled a library, according to the folder that it was found in. */
    public function isCompiled(ElfFile $library): bool
    {
        return in_array(realpath(dirname($library->path)), array_map(realpath(...), $this->compiled), true);
    }

    /**
     * @param ElfFile[] $loaders the file that needs the library, then the one that needs that file, and so on
     * @return ElfFile|null the library, or null if no folder has it for this CPU
     */
    public function find(string $name, array $loaders): ?ElfFile
    {
        if (str_contains($name, '/')) {
            return is_file($name) ? $this->read($name) : null;
        }
        foreach ($this->folders($loaders) as $folder) {
            $path = "$folder/$name";
            if (!is_file($path)) {
                continue;
            }
            $library = $this->read($path);
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

        return [
            ...array_merge(...$rpaths),
            ...$this->compiled,
            ...$this->libraryPath,
            ...$loaders[0]->runpath,
            ...$this->system,
        ];
    }

    private function read(string $path): ?ElfFile
    {
        if (!array_key_exists($path, $this->files)) {
            $this->files[$path] = ElfFile::read($path);
        }

        return $this->files[$path];
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
