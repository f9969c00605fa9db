<?php

declare(strict_types=1);

// PHP_CodeSniffer: checks one of its own files against PSR-12.

require 'PHP/CodeSniffer/autoload.php';
require 'PHP/CodeSniffer/src/Util/Tokens.php';

define('PHP_CODESNIFFER_VERBOSITY', 0);
define('PHP_CODESNIFFER_CBF', false);
$config = new PHP_CodeSniffer\Config(['--standard=PSR12', '--no-cache', '-q', '--report=json'], false);
$rules = new PHP_CodeSniffer\Ruleset($config);
$folder = dirname((new ReflectionClass(PHP_CodeSniffer\Config::class))->getFileName());
$found = 0;
for ($round = 0; $round < 3; $round++) {
    foreach (['Fixer', 'Runner', 'Reporter', 'Files/DummyFile', 'Tokenizers/Comment', 'Util/Cache'] as $name) {
        $file = new PHP_CodeSniffer\Files\LocalFile("$folder/$name.php", $rules, $config);
        $file->process();
        $found += $file->getErrorCount() * 1000 + $file->getWarningCount();
        $file->cleanUp();
    }
}
echo $found, "\n";
