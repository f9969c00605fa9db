<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

// An extension was once loaded although its functions failed. So each extension must be used by one of these scripts:
// its functions, classes or constants must occur in the code, outside of strings and comments.
$used = [];
foreach (array_diff(glob(__DIR__ . '/*.php'), [__FILE__]) as $script) {
    foreach (PhpToken::tokenize(file_get_contents($script)) as $token) {
        if ($token->is([T_STRING, T_NAME_FULLY_QUALIFIED, T_NAME_QUALIFIED])) {
            $used[strtolower(ltrim($token->text, '\\'))] = true;
        } elseif (preg_match('/^["\']?(\w+):/', $token->text, $driver) === 1) {
            // A DSN begins with the name of PDO's driver.
            $used["driver pdo_$driver[1]"] = true;
        }
    }
}

/** @return string[] functions, classes and constants, in lower case */
function definitionsOf(string $extension): array
{
    if (extension_loaded($extension)) {
        $it = new ReflectionExtension($extension);
        $names = [...array_keys($it->getFunctions()), ...$it->getClassNames(), ...array_keys($it->getConstants())];
    } else {
        // Not loaded: asks another PHP process.
        $code = '$it = new ReflectionExtension($argv[1]);
            echo json_encode([...array_keys($it->getFunctions()), ...$it->getClassNames(), ...array_keys($it->getConstants())]);';
        $names = json_decode(php(['-d', "extension=$extension", '-r', $code, '--', $extension]));
    }

    return array_map(strtolower(...), $names);
}

$files = array_map(static fn (string $file): string => basename($file, '.so'), glob('/opt/bref/extensions/*.so'));
$extensions = array_unique([...get_loaded_extensions(), ...array_diff($files, ['opcache'])]);
$unused = [];
foreach ($extensions as $extension) {
    $definitions = definitionsOf($extension);
    $names = match (true) {
        // PDO's drivers define nothing up to PHP 8.3, and only classes that few applications use since 8.4.
        str_starts_with($extension, 'pdo_') => ["driver $extension", ...$definitions],
        $definitions !== [] => $definitions,
        // The parser behind this class.
        $extension === 'lexbor' => ['uri\whatwg\url'],
        // mysql.php reads the name of mysqli's client library.
        $extension === 'mysqlnd' => ['client_info'],
        default => [],
    };
    if (array_intersect_key(array_flip($names), $used) === []) {
        $unused[] = $extension;
    }
}
same([], $unused, 'extensions that no script uses');
ensure(count($extensions) > 40, 'the layer has its extensions');
