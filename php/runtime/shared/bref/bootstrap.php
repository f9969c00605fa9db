<?php

declare(strict_types=1);

namespace BrefLayer;

use RuntimeException;
use Throwable;

/**
 * Chooses the runtime of this function and hands over to it: the application's own (bref/bref, or any class with a
 * static `run()`), else the one built into the layer.
 */

require __DIR__ . '/runtime/Answer.php';
require __DIR__ . '/runtime/AnswerRefused.php';
require __DIR__ . '/runtime/ApiConnection.php';
require __DIR__ . '/runtime/Context.php';
require __DIR__ . '/runtime/ErrorReport.php';
require __DIR__ . '/runtime/EventLoop.php';
require __DIR__ . '/runtime/Invocation.php';
require __DIR__ . '/runtime/InvocationId.php';
require __DIR__ . '/runtime/LostInvocation.php';
require __DIR__ . '/runtime/RuntimeApi.php';

/** Runtimes by name: bref/bref's class, and the file and class that stand in for it. */
const RUNTIMES = [
    'function' => ['Bref\FunctionRuntime\Main', __DIR__ . '/runtime/FunctionRuntime.php', FunctionRuntime::class],
    'fpm' => ['Bref\FpmRuntime\Main', __DIR__ . '/php-fpm-runtime/FpmRuntime.php', FpmRuntime::class],
    'console' => ['Bref\ConsoleRuntime\Main', __DIR__ . '/runtime/ConsoleRuntime.php', ConsoleRuntime::class],
];

(static function (): void {
    $host = (string) getenv('AWS_LAMBDA_RUNTIME_API');
    if ($host === '') {
        fwrite(STDERR, "AWS_LAMBDA_RUNTIME_API is not set: /opt/bref/bootstrap.php runs inside AWS Lambda only.\n");
        exit(1);
    }
    $isStreaming = (bool) getenv('BREF_STREAMED_MODE');
    if ($isStreaming) {
        require __DIR__ . '/runtime/ResponseStream.php';
        require __DIR__ . '/runtime/StreamedResult.php';
    }
    $work = static function (?Logbook $logbook, ?LostInvocation $lost) use ($host, $isStreaming): void {
        $loop = new EventLoop(new RuntimeApi($host), $isStreaming, $logbook);
        if ($lost !== null) {
            $loop->failLost($lost);
        }
        try {
            runRuntime(chooseRuntime(), $loop);
        } catch (Throwable $error) {
            $loop->failInit('Runtime.UnknownReason', $error);
        }
    };
    // The other runtimes stay for the life of the environment.
    if (findRuntimeName(chooseRuntime()) === 'function') {
        require __DIR__ . '/runtime/Zygote.php';
        if (Zygote::isPossible()) {
            require __DIR__ . '/runtime/FunctionRuntime.php';
            require __DIR__ . '/runtime/Logbook.php';
            require __DIR__ . '/runtime/ShortEnd.php';
            Zygote::run($work);
        }
    }
    $work(null, null);
})();

/** The name or class that the function's settings say; else the layer's own, which its bootstrap exports. */
function chooseRuntime(): string
{
    return (getenv('BREF_RUNTIME') ?: getenv('RUNTIME_CLASS') ?: getenv('BREF_LAYER_RUNTIME')) ?: '';
}

function runRuntime(string $choice, EventLoop $loop): void
{
    if ($choice === '') {
        throw new RuntimeException(
            'No runtime is chosen: set BREF_RUNTIME to function, fpm, console or the name of a class.',
        );
    }
    // What the application's own code of start-up prints goes to the log like everything else.
    loadApplication((string) getenv('LAMBDA_TASK_ROOT'));
    $name = findRuntimeName($choice);
    $class = $name === null ? $choice : RUNTIMES[$name][0];
    if (class_exists($class)) {
        runClass($class, $loop);

        return;
    }
    if ($name === null) {
        throw new RuntimeException(
            "The runtime class $choice is not found. BREF_RUNTIME (or RUNTIME_CLASS) must be function, fpm, " .
            'console or a class that the application\'s Composer autoloader knows.',
        );
    }
    [, $file, $builtIn] = RUNTIMES[$name];
    if (!is_file($file)) {
        throw new RuntimeException("This layer has no \"$name\" runtime: use the layer whose name ends with -fpm.");
    }
    require_once $file;
    (new $builtIn($loop))->run();
}

/** Loads the application's autoloader where it has one. */
function loadApplication(string $root): void
{
    $named = (string) getenv('BREF_AUTOLOAD_PATH');
    $file = $named !== '' ? $named : "$root/vendor/autoload.php";
    if (is_file($file)) {
        require_once $file;
    } elseif ($named !== '') {
        throw new RuntimeException("BREF_AUTOLOAD_PATH is $named, but there is no such file.");
    }
}

/** The short name of a runtime that is given by name or by bref/bref's class; null for any other class. */
function findRuntimeName(string $choice): ?string
{
    foreach (RUNTIMES as $name => [$class]) {
        if ($choice === $name || strcasecmp(ltrim($choice, '\\'), $class) === 0) {
            return $name;
        }
    }

    return null;
}

/** @param class-string $class the application's runtime, which speaks to the Runtime API itself */
function runClass(string $class, EventLoop $loop): void
{
    if (!is_callable([$class, 'run'])) {
        throw new RuntimeException("The runtime class $class has no public static method run().");
    }
    if (getenv('BREF_FPM_PID') !== false) {
        // The shell took the application for one that leaves php-fpm to the layer.
        require_once __DIR__ . '/php-fpm-runtime/FpmRuntime.php';
        (new FpmProcess())->stop();
    }
    $loop->dismiss();
    $class::run();
}
