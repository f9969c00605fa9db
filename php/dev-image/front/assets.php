<?php

declare(strict_types=1);

namespace BrefLayer\Dev;

/** Files of PHP, whatever comes after them in a path; what is hidden, and with it every way up. */
const NEVER_ASSETS = '~\.(php\d?|phps|phtml|phar|inc)(/|$)|/\.(?!well-known/)|\0~i';

/**
 * Whether a request is for a file that is handed out as it is: one below the document root (links are followed: frameworks
 * link their storage into it). All else is the application's, as on Lambda, where somebody else serves the assets.
 *
 * @param string $target path and query as they were sent
 */
function isAsset(string $root, string $target): bool
{
    $path = rawurldecode(explode('?', $target, 2)[0]);

    return preg_match(NEVER_ASSETS, $path) === 0 && is_file($root . $path);
}
