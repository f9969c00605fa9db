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

/** Serves HTTP events (API Gateway, Function URLs, load balancers) by PHP-FPM, which runs the handler file for each. */
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
                "The handler file $script does not exist: the function's handler must be the path of a PHP file.",
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
            // After the answer, so that nobody waits for it; before the next event, so that it finds PHP-FPM ready.
            $this->fpm->ensureRunning();
        }
    }

    /** @return array<mixed> what Lambda turns into the HTTP answer */
    private function handle(mixed $event, Context $context, string $script): array
    {
        if (is_array($event) && ($event['warmer'] ?? false) === true) {
            // Long enough that concurrent pings warm several environments.
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

    /** @return Generator<string> its output as it comes */
    private function runScript(HttpRequest $request, Context $context, string $script): Generator
    {
        $isFinished = false;
        try {
            yield from $this->fpm->connection()->request(
                $request->toParameters($script, $context),
                $request->body,
                // A second before Lambda would end the whole environment without a word.
                max(1.0, $context->getRemainingTimeInMillis() / 1000 - 1),
            );
            $isFinished = true;
        } catch (FpmTimeout $timeout) {
            // The worker goes on with what took too long, and there is only one.
            $this->fpm->stop();
            throw $timeout;
        } finally {
            if (!$isFinished) {
                // A worker that died is replaced by its master. One whose output nobody takes any more, since Lambda
                // refused it, ends its script when it notices, or is ended before the next event.
                $this->fpm->disconnect();
            }
        }
    }
}
