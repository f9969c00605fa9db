<?php

declare(strict_types=1);

namespace BrefLayer;

use RuntimeException;
use Throwable;

/**
 * Takes events one by one and reports the result of each to Lambda. It also reports the end of PHP itself during an
 * event: after a fatal error or `exit`, the invoker would otherwise wait until the function's timeout.
 */
final class EventLoop
{
    private bool $isStarting = true;
    private bool $reportsExit = true;
    private bool $isFinished = false;
    private ?string $requestId = null;
    private ?InvocationResponse $response = null;
    private readonly int $processId;

    /**
     * @param bool $isStreaming whether to stream the results that can be streamed
     * @param InvocationRecord|null $record shared with the parent if this process is a fork
     */
    public function __construct(
        private readonly RuntimeApi $api,
        public readonly bool $isStreaming,
        private readonly ?InvocationRecord $record,
    ) {
        $this->processId = getmypid();
        register_shutdown_function(function (): void {
            // Registered again at the end of the queue, so that the application's shutdown functions run first.
            register_shutdown_function($this->onExit(...));
        });
    }

    /** Stops reporting, because another runtime takes over the Runtime API. */
    public function handOver(): void
    {
        $this->reportsExit = false;
    }

    /**
     * Waits for an event, calls the handler and sends the response.
     *
     * @param callable(mixed, Context): mixed $handler gets the decoded event. Its result must be encodable as JSON, or
     * streamable if streaming is on
     * @return bool whether the handler succeeded
     */
    public function handleNext(callable $handler): bool
    {
        $this->isStarting = false;
        $invocation = $this->api->nextInvocation();
        $this->record?->begin($invocation->id);
        $this->requestId = $invocation->id->requestId;
        $this->response = new InvocationResponse($this->api, $invocation->id, $this->isStreaming);
        try {
            self::setEnvironment($invocation->context);
            $event = $invocation->json === '' ? null : json_decode($invocation->json, true, 512, JSON_THROW_ON_ERROR);
            $this->response->send($handler($event, $invocation->context));
            $isHandled = true;
        } catch (ResponseRejected $rejection) {
            $this->log(ErrorReport::fromThrowable($rejection));
            $isHandled = false;
        } catch (Throwable $error) {
            $this->fail(ErrorReport::fromThrowable($error));
            $isHandled = false;
        }
        $this->requestId = $this->response = null;
        $this->record?->clear();

        return $isHandled;
    }

    /** Ends the process between two events. */
    public function finish(): never
    {
        $this->isFinished = true;
        exit(0);
    }

    /** Reports an invocation whose process ended without a response. */
    public function failLost(LostInvocation $lost): void
    {
        $report = $lost->toReport();
        echo $report->toLogLine($lost->id->requestId);
        try {
            $this->api->sendError($lost->id, $report);
        } catch (RuntimeException $rejection) {
            // The process was killed during its response or after it.
            echo ErrorReport::fromThrowable($rejection)->toLogLine($lost->id->requestId);
        }
    }

    /**
     * Reports that the function cannot start, and ends the process.
     *
     * @param string $type one of Lambda's types, such as `Runtime.NoSuchHandler`
     */
    public function failInit(string $type, Throwable $error): never
    {
        $this->reportInit($type, ErrorReport::fromThrowable($error));
    }

    private function reportInit(string $type, ErrorReport $report): never
    {
        $this->reportsExit = false;
        $this->log($report);
        // After the first event, a failure outside of an event concerns the environment: Lambda starts a new one.
        if (!$this->isStarting || $this->api->sendInitError($type, $report)) {
            exit(1);
        }
        // An earlier process of this environment has served events, so Lambda no longer accepts an init error. Only the
        // next event can fail. The event after it gets a new process.
        $this->api->sendError($this->api->nextInvocation()->id, $report);
        exit(0);
    }

    private function fail(ErrorReport $report): void
    {
        $this->log($report);
        try {
            $this->response->fail($report);
        } catch (ResponseRejected $rejection) {
            $this->log(ErrorReport::fromThrowable($rejection));
        }
    }

    private function log(ErrorReport $report): void
    {
        echo $report->toLogLine($this->requestId);
    }

    /** The last shutdown function of this process. */
    private function onExit(): void
    {
        // A child that the application forked inherits this function, but not the event.
        if (!$this->reportsExit || getmypid() !== $this->processId) {
            return;
        }
        if ($this->isFinished) {
            if ($this->record !== null) {
                FastExit::prepare();
                $this->record->finish();
            }

            return;
        }
        // The report must get through even if the script has used up its memory.
        ini_set('memory_limit', '-1');
        $error = error_get_last();
        $isFatal = $error !== null && ($error['type'] & (E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR
            | E_USER_ERROR | E_RECOVERABLE_ERROR)) !== 0;
        $report = $isFatal
            ? new ErrorReport('FatalError', $error['message'], ["#0 {$error['file']}({$error['line']})"])
            : new ErrorReport('UnexpectedExit', 'The code called exit() or die() instead of returning.');
        if ($this->isStarting) {
            $this->reportInit('Runtime.ExitError', $report);
        }
        if ($this->response === null) {
            return;
        }
        $this->fail($report);
        $this->record?->clear();
        // Lambda knows about the failure. After a clean exit the next process starts, which is faster than a new
        // environment.
        exit(0);
    }

    /** Sets the variables that libraries, such as X-Ray's, read about the current invocation. */
    private static function setEnvironment(Context $context): void
    {
        $variables = [
            'LAMBDA_INVOCATION_CONTEXT' => json_encode($context, JSON_THROW_ON_ERROR),
            'LAMBDA_REQUEST_ID' => $context->getAwsRequestId(),
            '_X_AMZN_TRACE_ID' => $context->getTraceId(),
        ];
        foreach ($variables as $name => $value) {
            putenv("$name=$value");
            $_SERVER[$name] = $_ENV[$name] = $value;
        }
    }
}
