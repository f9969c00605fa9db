<?php

declare(strict_types=1);

namespace BrefLayer;

use Generator;
use RuntimeException;
use Throwable;

require __DIR__ . '/FastCgiConnection.php';
require __DIR__ . '/FpmFailure.php';
require __DIR__ . '/FpmProcess.php';
require __DIR__ . '/FpmTimeout.php';
require __DIR__ . '/HttpRequest.php';
require __DIR__ . '/HttpResponse.php';
require __DIR__ . '/RequestPath.php';

/** Serves HTTP events (API Gateway, Function URLs, load balancers): PHP-FPM runs the handler file for each event. */
final class FpmRuntime
{
    private readonly FpmProcess $fpm;

    public function __construct(private readonly EventLoop $loop)
    {
        $this->fpm = new FpmProcess();
    }

    public function run(): never
    {
        $root = (string) getenv('LAMBDA_TASK_ROOT');
        $script = $root . '/' . getenv('_HANDLER');
        if (!is_file($script)) {
            $this->loop->failInit('Runtime.NoSuchHandler', new RuntimeException(
                "The handler file $script does not exist. Set the function's handler to the path of a PHP file.",
            ));
        }
        if ($this->loop->isStreaming) {
            require __DIR__ . '/StreamedCgi.php';
        }
        try {
            $this->fpm->start();
        } catch (Throwable $error) {
            $this->loop->failInit('Runtime.UnknownReason', $error);
        }
        while (true) {
            $this->loop->handleNext(fn (mixed $event, Context $context): array =>
                $this->handle($event, $context, $script));
            // After the response, so that no client waits for it, and before the next event, which needs PHP-FPM.
            $this->fpm->ensureRunning();
        }
    }

    /** @return array<mixed> result that Lambda turns into the HTTP response */
    private function handle(mixed $event, Context $context, string $script): array
    {
        if (is_array($event) && ($event['warmer'] ?? false) === true) {
            // Long enough for concurrent pings to warm several environments.
            usleep(10_000);

            return ['Lambda is warm'];
        }
        $request = HttpRequest::fromEvent($event);
        $output = $this->runScript($request, $context, $script);
        if ($this->loop->isStreaming) {
            return StreamedCgi::toResult($output);
        }

        return HttpResponse::fromCgi(implode('', iterator_to_array($output, false)))
            ->toEvent($request->format, (bool) getenv('BREF_BINARY_RESPONSES'));
    }

    /** @return Generator<string> the script's output as it arrives */
    private function runScript(HttpRequest $request, Context $context, string $script): Generator
    {
        $isFinished = false;
        try {
            yield from $this->fpm->connection()->request(
                $request->toParameters($script, $context),
                $request->body,
                // One second less than Lambda allows: at its own timeout, Lambda ends the environment without a report.
                max(1.0, $context->getRemainingTimeInMillis() / 1000 - 1),
            );
            $isFinished = true;
        } catch (FpmTimeout $timeout) {
            // The only worker still runs the script.
            $this->fpm->stop();
            throw $timeout;
        } finally {
            if (!$isFinished) {
                // The master replaces a dead worker. If Lambda rejected the response, the worker ends its script when
                // it notices the closed connection. If it does not, PHP-FPM is restarted before the next event.
                $this->fpm->disconnect();
            }
        }
    }
}
