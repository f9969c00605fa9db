<?php

declare(strict_types=1);

// Trains the work of frameworks between a request and its response: configuration from text, autowired services, events
// with listener priorities, parameter bags, attributes read by reflection, collections, query builders.
// Needs: ctype

#[Attribute(Attribute::TARGET_METHOD | Attribute::IS_REPEATABLE)]
final class Listens
{
    public function __construct(public readonly string $event, public readonly int $priority = 0)
    {
    }
}

#[Attribute(Attribute::TARGET_PROPERTY)]
final class Rule
{
    public function __construct(public readonly string $pattern = '', public readonly int|float|null $min = null, public readonly bool $required = true)
    {
    }
}

/** A reader of indented text with keys, lists and scalars. */
final class OptionsReader
{
    private array $lines = [];
    private int $line = -1;
    private array $anchors = [];

    public function read(string $text): mixed
    {
        $this->lines = explode("\n", str_replace(["\r\n", "\r"], "\n", $text));
        $this->line = -1;

        return $this->block(0);
    }

    private function next(): ?string
    {
        while (++$this->line < count($this->lines)) {
            $line = $this->lines[$this->line];
            if (trim($line) !== '' && ltrim($line)[0] !== '#') {
                return $line;
            }
        }

        return null;
    }

    private function block(int $indentation): mixed
    {
        $data = [];
        while (($line = $this->next()) !== null) {
            $depth = strlen($line) - strlen(ltrim($line, ' '));
            if ($depth < $indentation) {
                $this->line--;
                break;
            }
            if (preg_match('#^\s*\-(?:\s+(?P<value>.+?))?\s*$#u', $line, $match)) {
                $data[] = isset($match['value']) && $match['value'] !== '' ? $this->value($match['value']) : $this->block($depth + 1);
            } elseif (preg_match('#^\s*(?P<key>"(?:[^"\\\\]|\\\\.)*"|[^\s\[{][^:]*?)\s*:(?:\s+(?P<value>.+))?$#u', rtrim($line), $match)) {
                $key = $match['key'][0] === '"' ? stripcslashes(substr($match['key'], 1, -1)) : $match['key'];
                if (!isset($match['value'])) {
                    $data[$key] = $this->block($depth + 1);
                    continue;
                }
                $value = $match['value'];
                if ($value[0] === '&' && preg_match('/^&(\w+)\s*(.*)$/', $value, $anchor)) {
                    $this->anchors[$anchor[1]] = $data[$key] = $this->value($anchor[2]);
                } elseif ($value === '|') {
                    $text = '';
                    while (isset($this->lines[$this->line + 1]) && str_starts_with($this->lines[$this->line + 1], str_repeat(' ', $depth + 2))) {
                        $text .= substr($this->lines[++$this->line], $depth + 2) . "\n";
                    }
                    $data[$key] = $text;
                } else {
                    $data[$key] = $this->value($value);
                }
            } else {
                throw new UnexpectedValueException(sprintf('Line %d cannot be read: "%s".', $this->line + 1, mb_strimwidth(trim($line), 0, 30, '...')));
            }
        }

        return $data;
    }

    private function value(string $text): mixed
    {
        $text = trim($text);
        $at = 0;
        switch ($text[0]) {
            case '[':
            case '{':
                return $this->inline($text, $at);
            case '"':
                return stripcslashes(substr($text, 1, (int) strrpos($text, '"') - 1));
            case "'":
                return str_replace("''", "'", substr($text, 1, -1));
            case '*':
                return $this->anchors[substr($text, 1)] ?? throw new UnexpectedValueException("Nothing is called $text.");
        }
        if (($comment = strpos($text, ' #')) !== false) {
            $text = rtrim(substr($text, 0, $comment));
        }
        $lower = strtolower($text);
        switch (true) {
            case $lower === 'null' || $lower === '~' || $lower === '':
                return null;
            case $lower === 'true':
                return true;
            case $lower === 'false':
                return false;
            case ctype_digit($text) || ($text[0] === '-' && ctype_digit(substr($text, 1))):
                return (string) (int) $text === $text ? (int) $text : $text;
            case is_numeric($text):
                return (float) $text;
            case (bool) preg_match('/^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?$/', $text):
                return (new DateTimeImmutable($text, new DateTimeZone('UTC')))->getTimestamp();
        }

        return $text;
    }

    private function inline(string $text, int &$at): array
    {
        $isMap = $text[$at] === '{';
        $closing = $isMap ? '}' : ']';
        $data = [];
        $at++;
        $length = strlen($text);
        while ($at < $length) {
            $at += strspn($text, " ,\n", $at);
            $character = $text[$at];
            if ($character === $closing) {
                $at++;

                return $data;
            }
            $key = null;
            if ($isMap) {
                $end = strcspn($text, ':', $at);
                $key = trim(substr($text, $at, $end), " \"'");
                $at += $end + 1;
                $at += strspn($text, ' ', $at);
            }
            if ($text[$at] === '[' || $text[$at] === '{') {
                $value = $this->inline($text, $at);
            } elseif ($text[$at] === '"') {
                $end = strpos($text, '"', $at + 1);
                $value = substr($text, $at + 1, $end - $at - 1);
                $at = $end + 1;
            } else {
                $end = strcspn($text, ",]}", $at);
                $value = $this->value(substr($text, $at, $end));
                $at += $end;
            }
            if ($key === null) {
                $data[] = $value;
            } else {
                $data[$key] = $value;
            }
        }
        throw new UnexpectedValueException('Unclosed ' . $text);
    }
}

final class OptionsWriter
{
    public function write(array $data, int $depth = 0): string
    {
        $text = '';
        $isList = array_is_list($data);
        foreach ($data as $key => $value) {
            $prefix = str_repeat('    ', $depth) . ($isList ? '-' : $key . ':');
            if (is_array($value) && $value !== []) {
                $text .= $prefix . "\n" . $this->write($value, $depth + 1);
            } else {
                $text .= sprintf("%s %s\n", $prefix, $this->scalar($value));
            }
        }

        return $text;
    }

    private function scalar(mixed $value): string
    {
        return match (true) {
            $value === null => 'null',
            $value === true => 'true',
            $value === false => 'false',
            is_int($value) => (string) $value,
            is_float($value) => is_nan($value) ? '.nan' : rtrim(sprintf('%.6F', $value), '0'),
            is_array($value) => '[]',
            $value === '' => "''",
            preg_match('/^[\s\'":#&*!|>%@`{}\[\],-]|[:#]\s|[\n\x00-\x1f]|^(?:true|false|null|~)$|^[-+.\d]/i', $value) === 1 => '"' . addcslashes($value, "\"\\\n") . '"',
            default => $value,
        };
    }
}

class Bag implements IteratorAggregate, Countable, ArrayAccess
{
    protected array $values = [];

    public function __construct(array $values = [])
    {
        foreach ($values as $key => $value) {
            $this->set($key, $value);
        }
    }

    public function set(string|int $key, mixed $value): static
    {
        $this->values[$key] = $value;

        return $this;
    }

    public function get(string|int $key, mixed $default = null): mixed
    {
        return \array_key_exists($key, $this->values) ? $this->values[$key] : $default;
    }

    public function getInt(string $key, int $default = 0): int
    {
        return (int) $this->get($key, $default);
    }

    public function offsetExists(mixed $offset): bool
    {
        return isset($this->values[$offset]);
    }

    public function offsetGet(mixed $offset): mixed
    {
        return $this->get($offset);
    }

    public function offsetSet(mixed $offset, mixed $value): void
    {
        $this->set($offset, $value);
    }

    public function offsetUnset(mixed $offset): void
    {
        unset($this->values[$offset]);
    }

    public function getIterator(): ArrayIterator
    {
        return new ArrayIterator($this->values);
    }

    public function count(): int
    {
        return \count($this->values);
    }
}

final class Headers extends Bag
{
    private const UPPER = '_ABCDEFGHIJKLMNOPQRSTUVWXYZ';
    private const LOWER = '-abcdefghijklmnopqrstuvwxyz';

    public function set(string|int $key, mixed $value): static
    {
        $key = strtr((string) $key, self::UPPER, self::LOWER);
        $this->values[$key] = [...($this->values[$key] ?? []), ...(is_array($value) ? array_values($value) : [$value])];

        return $this;
    }

    public function get(string|int $key, mixed $default = null): mixed
    {
        return parent::get(strtr((string) $key, self::UPPER, self::LOWER))[0] ?? $default;
    }

    public function __toString(): string
    {
        $all = $this->values;
        ksort($all);
        $width = max(array_map(strlen(...), array_keys($all))) + 1;
        $text = '';
        foreach ($all as $name => $values) {
            $name = ucwords($name, '-');
            foreach ($values as $value) {
                $text .= sprintf("%-{$width}s %s\r\n", $name . ':', $value);
            }
        }

        return $text;
    }
}

abstract class Event
{
    private bool $stopped = false;

    public function __construct(public Bag $attributes, public ?string $answer = null)
    {
    }

    public function stop(): void
    {
        $this->stopped = true;
    }

    public function isStopped(): bool
    {
        return $this->stopped;
    }
}

final class RequestEvent extends Event
{
}

final class ResponseEvent extends Event
{
}

interface Clock
{
    public function now(): DateTimeImmutable;
}

final class FixedClock implements Clock
{
    public function now(): DateTimeImmutable
    {
        return new DateTimeImmutable('@1740000000');
    }
}

trait Logs
{
    private array $records = [];

    protected function log(string $level, string|Stringable $message, array $context = []): void
    {
        if (!str_contains((string) $message, '{')) {
            $this->records[] = [$level, $message];

            return;
        }
        $replacements = [];
        foreach ($context as $key => $value) {
            $replacements['{' . $key . '}'] = match (true) {
                $value === null || is_scalar($value) || $value instanceof Stringable => (string) $value,
                $value instanceof DateTimeInterface => $value->format(DateTimeInterface::RFC3339),
                is_object($value) => '[object ' . $value::class . ']',
                default => '[' . gettype($value) . ']',
            };
        }
        $this->records[] = [$level, strtr($message, $replacements)];
    }
}

final class Guard
{
    use Logs;

    public function __construct(private readonly Clock $clock, private readonly Users $users)
    {
    }

    #[Listens(RequestEvent::class, 10)]
    public function check(RequestEvent $event): void
    {
        $user = $this->users->find($event->attributes->getInt('user'));
        $this->log('info', 'User {user} at {at} of {users}.', ['user' => $user?->name, 'at' => $this->clock->now(), 'users' => $this->users]);
        if ($user === null) {
            $event->answer = 'forbidden';
            $event->stop();
        } else {
            $event->attributes['name'] = $user->name;
        }
    }
}

final class Front
{
    #[Listens(RequestEvent::class)]
    public function answer(RequestEvent $event): void
    {
        $event->answer ??= 'Hello ' . ($event->attributes['name'] ?? 'nobody');
    }

    #[Listens(ResponseEvent::class, -5), Listens(RequestEvent::class, -100)]
    public function finish(Event $event): void
    {
        $event->answer = ucfirst((string) $event->answer) . '.';
    }
}

final class User
{
    #[Rule('/^[\w ]{2,40}$/u')]
    public string $name = '';

    #[Rule('/^[^@\s]+@[^@\s]+$/')]
    public string $mail = '';

    #[Rule(min: 18)]
    public int $age = 0;

    #[Rule(required: false)]
    public ?string $note = null;

    private array $roles = ['user'];

    public function hasRole(string $role): bool
    {
        return in_array($role, $this->roles, true);
    }
}

final class Users
{
    /** @var array<int, User> */
    private array $users = [];

    public function __construct(private readonly Hydrator $hydrator)
    {
    }

    public function find(int $id): ?User
    {
        return $this->users[$id] ??= $id % 7 === 0 ? null : $this->hydrator->hydrate(User::class, [
            'name' => "user $id", 'mail' => "u$id@example.org", 'age' => (string) (15 + $id % 40), 'unknown' => $id,
        ]);
    }
}

final class Hydrator
{
    /** @var array<class-string, array<string, array{ReflectionProperty, ?Rule, string}>> */
    private array $known = [];

    public function hydrate(string $class, array $row): object
    {
        $object = (new ReflectionClass($class))->newInstanceWithoutConstructor();
        foreach ($this->properties($class) as $name => [$property, , $type]) {
            if (!isset($row[$name])) {
                continue;
            }
            $value = $row[$name];
            settype($value, match ($type) {
                'int' => 'integer',
                'string' => 'string',
                default => gettype($value),
            });
            $property->setValue($object, $value);
        }

        return $object;
    }

    /** @return array<string, string> */
    public function validate(object $object): array
    {
        $errors = [];
        foreach ($this->properties($object::class) as $name => [$property, $rule]) {
            $value = $property->isInitialized($object) ? $property->getValue($object) : null;
            $error = match (true) {
                $rule === null => null,
                $value === null || $value === '' => $rule->required ? 'missing' : null,
                $rule->min !== null && $value < $rule->min => "less than {$rule->min}",
                $rule->pattern !== '' && !preg_match($rule->pattern, $value) => 'not valid',
                default => null,
            };
            if ($error !== null) {
                $errors[$name] = $error;
            }
        }

        return $errors;
    }

    private function properties(string $class): array
    {
        if (isset($this->known[$class])) {
            return $this->known[$class];
        }
        $known = [];
        foreach ((new ReflectionClass($class))->getProperties(ReflectionProperty::IS_PUBLIC) as $property) {
            $attribute = $property->getAttributes(Rule::class)[0] ?? null;
            $known[$property->getName()] = [$property, $attribute?->newInstance(), (string) $property->getType()];
        }

        return $this->known[$class] = $known;
    }
}

final class Services
{
    /** @var array<string, object> */
    private array $made = [];
    private array $loading = [];

    /** @param array<string, string|Closure> $aliases */
    public function __construct(private readonly array $aliases)
    {
    }

    public function get(string $id): object
    {
        return $this->made[$id] ?? $this->make($id);
    }

    private function make(string $id): object
    {
        if (isset($this->loading[$id])) {
            throw new LogicException(sprintf('Circular: "%s".', implode('" -> "', [...array_keys($this->loading), $id])));
        }
        $this->loading[$id] = true;
        try {
            $alias = $this->aliases[$id] ?? $id;
            if ($alias instanceof Closure) {
                return $this->made[$id] = $alias($this);
            }
            if ($alias !== $id) {
                return $this->made[$id] = $this->get($alias);
            }
            if (!class_exists($id)) {
                throw new OutOfBoundsException("Nothing is called \"$id\".");
            }
            $arguments = [];
            foreach ((new ReflectionMethod($id, '__construct'))->getParameters() as $parameter) {
                $type = $parameter->getType();
                $arguments[$parameter->getName()] = $type instanceof ReflectionNamedType && !$type->isBuiltin()
                    ? $this->get($type->getName())
                    : ($parameter->isDefaultValueAvailable() ? $parameter->getDefaultValue() : null);
            }

            return $this->made[$id] = new $id(...$arguments);
        } catch (ReflectionException) {
            return $this->made[$id] = new $id();
        } finally {
            unset($this->loading[$id]);
        }
    }
}

final class Dispatcher
{
    /** @var array<string, array<int, list<callable>>> */
    private array $listeners = [];
    private array $sorted = [];

    public function add(object $subscriber): void
    {
        foreach ((new ReflectionObject($subscriber))->getMethods(ReflectionMethod::IS_PUBLIC) as $method) {
            foreach ($method->getAttributes(Listens::class) as $attribute) {
                $listens = $attribute->newInstance();
                $this->listeners[$listens->event][$listens->priority][] = [$subscriber, $method->getName()];
                unset($this->sorted[$listens->event]);
            }
        }
    }

    public function dispatch(Event $event): Event
    {
        $name = $event::class;
        if (empty($this->listeners[$name])) {
            return $event;
        }
        if (!isset($this->sorted[$name])) {
            krsort($this->listeners[$name]);
            $this->sorted[$name] = array_merge(...$this->listeners[$name]);
        }
        foreach ($this->sorted[$name] as $listener) {
            if ($event->isStopped()) {
                break;
            }
            $listener($event, $name, $this);
        }

        return $event;
    }
}

final class Query
{
    private array $parts = ['select' => [], 'from' => null, 'where' => [], 'order' => [], 'limit' => null];
    private array $parameters = [];

    public function select(string ...$columns): self
    {
        $this->parts['select'] = $columns;

        return $this;
    }

    public function from(string $table, ?string $alias = null): self
    {
        $this->parts['from'] = $this->name($table) . ($alias === null ? '' : ' ' . $alias);

        return $this;
    }

    public function where(string $condition, mixed ...$values): self
    {
        $condition = preg_replace_callback('/\?/', function () use (&$values): string {
            $name = ':p' . count($this->parameters);
            $this->parameters[$name] = array_shift($values);

            return $name;
        }, $condition);
        $this->parts['where'][] = "($condition)";

        return $this;
    }

    public function __call(string $name, array $arguments): static
    {
        if (!array_key_exists($name, $this->parts)) {
            throw new BadMethodCallException("No $name.");
        }
        is_array($this->parts[$name]) ? $this->parts[$name][] = $arguments[0] : $this->parts[$name] = $arguments[0];

        return $this;
    }

    public function __toString(): string
    {
        $sql = 'SELECT ' . (implode(', ', array_map($this->name(...), $this->parts['select'])) ?: '*') . ' FROM ' . $this->parts['from'];
        foreach (['where' => [' WHERE ', ' AND '], 'order' => [' ORDER BY ', ', ']] as $part => [$word, $glue]) {
            if ($this->parts[$part]) {
                $sql .= $word . implode($glue, $this->parts[$part]);
            }
        }

        return $sql . ($this->parts['limit'] === null ? '' : ' LIMIT ' . $this->parts['limit']);
    }

    public function parameters(): array
    {
        return $this->parameters;
    }

    private function name(string $name): string
    {
        return implode('.', array_map(static fn (string $part): string => '"' . str_replace('"', '""', $part) . '"', explode('.', $name)));
    }
}

/** @template T */
final class Collection implements IteratorAggregate, Countable
{
    private function __construct(private readonly Closure $make)
    {
    }

    public static function of(iterable $items): self
    {
        return new self(static fn (): iterable => $items);
    }

    public function map(callable $change): self
    {
        return new self(function () use ($change): Generator {
            foreach ($this as $key => $item) {
                yield $key => $change($item, $key);
            }
        });
    }

    public function filter(callable $keep): self
    {
        return new self(function () use ($keep): Generator {
            foreach ($this as $key => $item) {
                if ($keep($item)) {
                    yield $key => $item;
                }
            }
        });
    }

    public function groupBy(callable $group): array
    {
        $groups = [];
        foreach ($this as $item) {
            $groups[$group($item)][] = $item;
        }

        return $groups;
    }

    public function getIterator(): Traversable
    {
        $items = ($this->make)();

        return $items instanceof Traversable ? $items : new ArrayIterator($items);
    }

    public function count(): int
    {
        return iterator_count($this);
    }
}

$options = <<<'TEXT'
    # of the shop
    services:
        cache: { adapter: "files", ttl: 3600, tags: [a, b, "c d"], deep: {x: 1.5, y: ~} }
        mailer: &mail smtp://localhost:25
        other: *mail
        debug: false
    routes:
        - path: home
        -
            path: /articles/{id}
            methods: [GET, HEAD]
            since: 2024-02-03 10:20
        - 'it''s'
    "quoted key": "a \"b\" c" 
    text: |
      first line
      second line
    numbers: [1, -2, 3.25, 0x1f, 12345678901234567890]
    TEXT;

$services = new Services([Clock::class => FixedClock::class, 'clock' => static fn (Services $services): object => $services->get(Clock::class)]);
$dispatcher = new Dispatcher();
$dispatcher->add($services->get(Guard::class));
$dispatcher->add($services->get(Front::class));
$hydrator = $services->get(Hydrator::class);
$weights = new WeakMap();
$total = 0;
for ($round = 0; $round < 2200; $round++) {
    $read = (new OptionsReader())->read("$options\nround: $round\n");
    $total += strlen((new OptionsWriter())->write($read)) + count($read, COUNT_RECURSIVE);
    $read = array_replace_recursive($read, ['services' => ['cache' => ['ttl' => $round], 'new' => [$round]]]);
    $total += count(array_diff_key($read['services'], ['debug' => 1]));
    for ($i = 0; $i < 12; $i++) {
        $headers = new Headers(['CONTENT_TYPE' => 'text/html', 'X-Forwarded-For' => ['10.0.0.1', '10.0.0.2'], 'Accept-Language' => 'de;q=0.8, en']);
        $requestEvent = new RequestEvent(new Bag(['user' => "$i", 'headers' => $headers]));
        $responseEvent = new ResponseEvent(new Bag(), $dispatcher->dispatch($requestEvent)->answer);
        $total += strlen($dispatcher->dispatch($responseEvent)->answer . $headers);
        $weights[$requestEvent] = $i;
        preg_match_all('/(?<language>[a-z]{2})(?:;q=(?<weight>[\d.]+))?/', $headers->get('accept-language'), $languages, PREG_SET_ORDER);
        usort($languages, static fn (array $a, array $b): int => ($b['weight'] ?? 1) <=> ($a['weight'] ?? 1));
        $query = (new Query())->select('a.id', 'title')->from('article', 'a')->where('id > ? AND id < ?', $i, $round)->where('title LIKE ?', "%$i%")->order('id DESC')->limit(10);
        $total += strlen((string) $query) + count($query->parameters()) + count($languages);
    }
    $people = Collection::of(range(1, 30))->map(static fn (int $id): ?User => $services->get(Users::class)->find($id))->filter(static fn (?User $user): bool => $user !== null);
    foreach ($people->groupBy(static fn (User $user): string => $user->age < 30 ? 'young' : 'old') as $group => $members) {
        foreach ($members as $member) {
            $total += count($hydrator->validate($member)) + ($member->hasRole('admin') ? 1 : 0) + spl_object_id($member) % 2;
        }
        $total += strlen(json_encode([$group => $members]));
    }
    try {
        $services->get('nothing');
    } catch (OutOfBoundsException $error) {
        $total += strlen($error->getMessage());
    }
}
echo $total > 0 ? 'done' : 'nothing', count($weights), "\n";
