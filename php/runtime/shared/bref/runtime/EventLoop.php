<?php

declare(strict_types=1);

namespace BrefLayer;

use RuntimeException;
use Throwable;

/**
 * Takes events one by one and tells Lambda how each ended, also when PHP itself ends in between: a fatal error or an
 * `exit` would otherwise leave whoever invoked the function waiting until its timeout.
 */
final class EventLoop
{
    private bool $isStarting = true;
    private bool $isDismissed = false;
    private bool $isFinished = false;
    private ?string $requestId = null;
    private ?Answer $answer = null;
    private readonly int $processId;

    /**
     * @param bool $isStreaming whether answers are sent in parts where they can be
     * @param Logbook|null $logbook of the process that this one was forked from
     */
    public function __construct(
        private readonly RuntimeApi $api,
        public readonly bool $isStreaming,
        private readonly ?Logbook $logbook,
    ) {
        $this->processId = getmypid();
        register_shutdown_function(function (): void {
            // Once more at the end of the queue, so that what the application registered runs first.
            register_shutdown_function($this->reportEnd(...));
        });
    }

    /** Leaves the Runtime API to somebody else. */
    public function dismiss(): void
    {
        $this->isDismissed = true;
    }

    /**
     * Waits for an event, has it handled and answers it.
     *
     * @param callable(mixed, Context): mixed $handler gets the decoded event; its result must fit into JSON, or be
     * one that can be streamed where that is switched on
     * @return bool whether the handler succeeded
     */
    public function handleNext(callable $handler): bool
    {
        $this->isStarting = false;
        $invocation = $this->api->nextInvocation();
        $this->logbook?->begin($invocation->id);
        $this->requestId = $invocation->id->requestId;
        $this->answer = new Answer($this->api, $invocation->id, $this->isStreaming);
        try {
            self::setEnvironment($invocation->context);
            $event = $invocation->json === '' ? null : json_decode($invocation->json, true, 512, JSON_THROW_ON_ERROR);
            $this->answer->send($handler($event, $invocation->context));
            $isHandled = true;
        } catch (AnswerRefused $refusal) {
            $this->log(ErrorReport::fromThrowable($refusal));
            $isHandled = false;
        } catch (Throwable $error) {
            $this->fail(ErrorReport::fromThrowable($error));
            $isHandled = false;
        }
        $this->requestId = $this->answer = null;
        $this->logbook?->clear();

        return $isHandled;
    }

    /** Ends the process in between two events. */
    public function finish(): never
    {
        $this->isFinished = true;
        exit(0);
    }

    /** Answers what a process before this one could not. */
    public function failLost(LostInvocation $lost): void
    {
        $report = $lost->toReport();
        echo $report->toLogLine($lost->id->requestId);
        try {
            $this->api->sendError($lost->id, $report);
        } catch (RuntimeException $refusal) {
            // It was killed in the middle of its answer, or after it.
            echo ErrorReport::fromThrowable($refusal)->toLogLine($lost->id->requestId);
        }
    }

    /**
     * Tells Lambda that the function cannot start, and ends the process.
     *
     * @param string $type as Lambda names kinds of it, such as `Runtime.NoSuchHandler`
     */
    public function failInit(string $type, Throwable $error): never
    {
        $this->reportInit($type, ErrorReport::fromThrowable($error));
    }

    private function reportInit(string $type, ErrorReport $report): never
    {
        $this->isDismissed = true;
        $this->log($report);
        // Once events are served, a failure outside of any is the environment's: Lambda makes a new one.
        if (!$this->isStarting || $this->api->sendInitError($type, $report)) {
            exit(1);
        }
        // An earlier process of this environment has served events, so that Lambda no longer takes a failure to
        // start. Only the next event can fail; the one after it gets another try.
        $this->api->sendError($this->api->nextInvocation()->id, $report);
        exit(0);
    }

    private function fail(ErrorReport $report): void
    {
        $this->log($report);
        try {
            $this->answer->fail($report);
        } catch (AnswerRefused $refusal) {
            $this->log(ErrorReport::fromThrowable($refusal));
        }
    }

    private function log(ErrorReport $report): void
    {
        echo $report->toLogLine($this->requestId);
    }

    /** The last thing that PHP does in this process. */
    private function reportEnd(): void
    {
        // A forked child ends like its parent, but the event is not its own.
        if ($this->isDismissed || getmypid() !== $this->processId) {
            return;
        }
        if ($this->isFinished) {
            if ($this->logbook !== null) {
                ShortEnd::prepare();
                $this->logbook->finish();
            }

            return;
        }
        // Whatever was used up is no longer needed, but this must still get through.
        ini_set('memory_limit', '-1');
        $fatal = error_get_last();
        $isFatal = $fatal !== null && ($fatal['type'] & (E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR
            | E_USER_ERROR | E_RECOVERABLE_ERROR)) !== 0;
        $report = $isFatal
            ? new ErrorReport('FatalError', $fatal['message'], ["#0 {$fatal['file']}({$fatal['line']})"])
            : new ErrorReport('UnexpectedExit', 'The code called exit() or die() instead of returning.');
        if ($this->isStarting) {
            $this->reportInit('Runtime.ExitError', $report);
        }
        if ($this->answer === null) {
            return;
        }
        $this->fail($report);
        $this->logbook?->clear();
        // The failure is told. A clean exit is followed by the next process, which is faster than Lambda's own restart
        // of the whole environment.
        exit(0);
    }

    /** What libraries, X-Ray's among them, read of the current invocation. */
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
