<?php

declare(strict_types=1);

namespace BrefLayer\Dev;

/** Matches PHP files (even if more path follows), hidden files and folders, and `..`. */
const NEVER_ASSETS = '~\.(php\d?|phps|phtml|phar|inc)(/|$)|/\.(?!well-known/)|\0~i';

/**
 * Tells whether a request is for an asset: a file below the document root. Links are followed, because frameworks link
 * their storage into it. The application handles all other requests.
 *
 * @param string $target path and query of the request, still encoded
 */
function isAsset(string $root, string $target): bool
{
    $path = rawurldecode(explode('?', $target, 2)[0]);

    return preg_match(NEVER_ASSETS, $path) === 0 && is_file($root . $path);
}
