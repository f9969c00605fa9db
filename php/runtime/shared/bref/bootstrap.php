<?php

declare(strict_types=1);

namespace BrefLayer;

use RuntimeException;
use Throwable;

/**
 * Chooses the function's runtime and starts it: the application's (bref/bref, or any class with a static `run()`), or
 * the one built into the layer.
 */

require __DIR__ . '/runtime/ApiConnection.php';
require __DIR__ . '/runtime/Context.php';
require __DIR__ . '/runtime/ErrorReport.php';
require __DIR__ . '/runtime/EventLoop.php';
require __DIR__ . '/runtime/Invocation.php';
require __DIR__ . '/runtime/InvocationId.php';
require __DIR__ . '/runtime/InvocationResponse.php';
require __DIR__ . '/runtime/LostInvocation.php';
require __DIR__ . '/runtime/ResponseRejected.php';
require __DIR__ . '/runtime/RuntimeApi.php';

/** Runtimes by name: bref/bref's class, and the file and class of the built-in runtime. */
const RUNTIMES = [
    'function' => ['Bref\FunctionRuntime\Main', __DIR__ . '/runtime/FunctionRuntime.php', FunctionRuntime::class],
    'fpm' => ['Bref\FpmRuntime\Main', __DIR__ . '/php-fpm-runtime/FpmRuntime.php', FpmRuntime::class],
    'console' => ['Bref\ConsoleRuntime\Main', __DIR__ . '/runtime/ConsoleRuntime.php', ConsoleRuntime::class],
];

(static function (): void {
    $host = (string) getenv('AWS_LAMBDA_RUNTIME_API');
    if ($host === '') {
        fwrite(STDERR, "AWS_LAMBDA_RUNTIME_API is not set. /opt/bref/bootstrap.php runs only inside AWS Lambda.\n");
        exit(1);
    }
    $isFirstStart = getenv('BREF_IS_FIRST_START') !== false;
    // Only this file uses it.
    putenv('BREF_IS_FIRST_START');
    unset($_SERVER['BREF_IS_FIRST_START'], $_ENV['BREF_IS_FIRST_START']);
    $isStreaming = (bool) getenv('BREF_STREAMED_MODE');
    if ($isStreaming) {
        require __DIR__ . '/runtime/ResponseStream.php';
        require __DIR__ . '/runtime/StreamedResult.php';
    }
    $serveEvents = static function (?InvocationRecord $record, ?LostInvocation $lost) use ($host, $isStreaming): void {
        $loop = new EventLoop(new RuntimeApi($host), $isStreaming, $record);
        if ($lost !== null) {
            $loop->failLost($lost);
        }
        try {
            runRuntime(chooseRuntime(), $loop);
        } catch (Throwable $error) {
            $loop->failInit('Runtime.UnknownReason', $error);
        }
    };
    // The other runtimes run as long as the environment.
    if (getenv('BREF_FORK') !== '0' && findRuntimeName(chooseRuntime()) === 'function') {
        require __DIR__ . '/runtime/ForkServer.php';
        $obstacle = ForkServer::findObstacle();
        if ($obstacle === null) {
            require __DIR__ . '/runtime/FastExit.php';
            require __DIR__ . '/runtime/FunctionRuntime.php';
            require __DIR__ . '/runtime/InvocationRecord.php';
            ForkServer::run($serveEvents);
        }
        if ($isFirstStart) {
            fwrite(STDERR, "PHP is started for each event instead of forked, because $obstacle.\n");
        }
    }
    $serveEvents(null, null);
})();

/** Returns the name or class from the function's settings, or the layer's default, which its bootstrap exports. */
function chooseRuntime(): string
{
    return (getenv('BREF_RUNTIME') ?: getenv('RUNTIME_CLASS') ?: getenv('BREF_LAYER_RUNTIME')) ?: '';
}

function runRuntime(string $choice, EventLoop $loop): void
{
    if ($choice === '') {
        throw new RuntimeException(
            'No runtime is chosen. Set BREF_RUNTIME to function, fpm, console or the name of a class.',
        );
    }
    loadApplication((string) getenv('LAMBDA_TASK_ROOT'));
    $name = findRuntimeName($choice);
    $class = $name === null ? $choice : RUNTIMES[$name][0];
    if (class_exists($class)) {
        runClass($class, $loop);

        return;
    }
    if ($name === null) {
        throw new RuntimeException(
            "The runtime class $choice was not found. Set BREF_RUNTIME (or RUNTIME_CLASS) to function, fpm, " .
            'console or a class that the application\'s Composer autoloader can load.',
        );
    }
    [, $file, $builtIn] = RUNTIMES[$name];
    require_once $file;
    (new $builtIn($loop))->run();
}

/** Loads the application's autoloader if it has one. */
function loadApplication(string $root): void
{
    $named = (string) getenv('BREF_AUTOLOAD_PATH');
    $file = $named !== '' ? $named : "$root/vendor/autoload.php";
    if (is_file($file)) {
        require_once $file;
    } elseif ($named !== '') {
        throw new RuntimeException("BREF_AUTOLOAD_PATH must be the path of an existing file; got \"$named\".");
    }
}

/** Returns the short name of a runtime that is chosen by name or by bref/bref's class; null for any other class. */
function findRuntimeName(string $choice): ?string
{
    foreach (RUNTIMES as $name => [$class]) {
        if ($choice === $name || strcasecmp(ltrim($choice, '\\'), $class) === 0) {
            return $name;
        }
    }

    return null;
}

/** @param class-string $class runtime of the application, which uses the Runtime API itself */
function runClass(string $class, EventLoop $loop): void
{
    if (!is_callable([$class, 'run'])) {
        throw new RuntimeException(
            "The runtime class $class has no public static method run(). Add it, or choose another runtime.",
        );
    }
    if (getenv('BREF_FPM_PID') !== false) {
        // start-early.sh did not recognize that the application has its own FPM runtime.
        require_once __DIR__ . '/php-fpm-runtime/FpmRuntime.php';
        (new FpmProcess())->stop();
    }
    $loop->handOver();
    $class::run();
}
