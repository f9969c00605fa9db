<?php

declare(strict_types=1);

// Trains the work of an HTTP function per event: parse, route, build objects by reflection, render a template, respond.

final class Request
{
    /** @param array<string, string> $headers */
    public function __construct(
        public readonly string $method,
        public readonly string $path,
        public readonly array $query,
        public readonly array $headers,
        public readonly string $body,
    ) {
    }

    public static function fromEvent(array $event): self
    {
        parse_str($event['rawQueryString'] ?? '', $query);
        $headers = [];
        foreach ($event['headers'] as $name => $value) {
            $headers[strtolower($name)] = trim($value);
        }

        return new self($event['method'], rawurldecode($event['rawPath']), $query, $headers, $event['body'] ?? '');
    }
}

interface Middleware
{
    public function process(Request $request, callable $next): array;
}

final class Timing implements Middleware
{
    public function process(Request $request, callable $next): array
    {
        $start = hrtime(true);
        $response = $next($request);
        $response['headers']['server-timing'] = sprintf('app;dur=%.3f', (hrtime(true) - $start) / 1e6);

        return $response;
    }
}

final class Session implements Middleware
{
    public function process(Request $request, callable $next): array
    {
        $cookies = [];
        foreach (explode(';', $request->headers['cookie'] ?? '') as $pair) {
            [$name, $value] = explode('=', $pair, 2) + [1 => ''];
            $cookies[trim($name)] = urldecode($value);
        }
        $response = $next($request);
        $response['cookies'][] = 'sid=' . hash('sha256', $cookies['sid'] ?? 'anonymous') . '; Path=/; HttpOnly';

        return $response;
    }
}

final class Router
{
    private array $routes = [];

    public function add(string $method, string $pattern, callable $handler): void
    {
        $regex = preg_replace_callback('/\{(\w+)(?::([^}]+))?\}/', static fn (array $m): string =>
            '(?<' . $m[1] . '>' . ($m[2] ?? '[^/]+') . ')', $pattern);
        $this->routes[$method]["#^$regex$#D"] = $handler;
    }

    public function dispatch(Request $request): array
    {
        foreach ($this->routes[$request->method] ?? [] as $regex => $handler) {
            if (preg_match($regex, $request->path, $match)) {
                return $handler($request, array_filter($match, is_string(...), ARRAY_FILTER_USE_KEY));
            }
        }
        throw new OutOfBoundsException("No route for {$request->method} {$request->path}");
    }
}

final class Template
{
    private array $compiled = [];

    public function render(string $source, array $values): string
    {
        $parts = $this->compiled[$source] ??= preg_split('/\{\{\s*(\w+(?:\.\w+)*)\s*\}\}/', $source, -1, PREG_SPLIT_DELIM_CAPTURE);
        $html = '';
        foreach ($parts as $index => $part) {
            if ($index % 2 === 0) {
                $html .= $part;
                continue;
            }
            $value = $values;
            foreach (explode('.', $part) as $key) {
                $value = is_array($value) ? ($value[$key] ?? '') : ($value->$key ?? '');
            }
            $html .= htmlspecialchars((string) $value, ENT_QUOTES);
        }

        return $html;
    }
}

final class Container
{
    private array $made = [];

    public function get(string $class): object
    {
        return $this->made[$class] ??= $this->make($class);
    }

    private function make(string $class): object
    {
        $arguments = [];
        foreach ((new ReflectionClass($class))->getConstructor()?->getParameters() ?? [] as $parameter) {
            $arguments[] = $this->get($parameter->getType()->getName());
        }

        return new $class(...$arguments);
    }
}

final class Articles
{
    public function __construct(private readonly Template $template)
    {
    }

    public function show(Request $request, array $match): array
    {
        $rows = [];
        foreach (range(1, 12) as $id) {
            $rows[] = $this->template->render('<li id="a{{ id }}"><b>{{ title }}</b> {{ author.name }}</li>', [
                'id' => $id,
                'title' => ucfirst($match['slug']) . " <$id>",
                'author' => ['name' => "O'Neil & $id"],
            ]);
        }

        return ['status' => 200, 'headers' => ['content-type' => 'text/html'], 'cookies' => [], 'body' => implode("\n", $rows)];
    }

    public function save(Request $request, array $match): array
    {
        $input = json_decode($request->body, true, 32, JSON_THROW_ON_ERROR);
        $errors = [];
        foreach (['title' => '/^.{3,80}$/u', 'email' => '/^[^@\s]+@[^@\s]+\.\w+$/'] as $field => $rule) {
            if (!preg_match($rule, (string) ($input[$field] ?? ''))) {
                $errors[$field] = "The $field is not valid.";
            }
        }

        return [
            'status' => $errors ? 422 : 201,
            'headers' => ['content-type' => 'application/json'],
            'cookies' => [],
            'body' => json_encode(['errors' => $errors, 'saved' => $input], JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE),
        ];
    }
}

$container = new Container();
$router = new Router();
foreach (range(1, 25) as $number) {
    $router->add('GET', "/section$number/{page:\\d+}", static fn (): array => []);
}
$router->add('GET', '/articles/{slug}/{page:\d+}', [$container->get(Articles::class), 'show']);
$router->add('POST', '/articles', [$container->get(Articles::class), 'save']);

$handle = [$router, 'dispatch'];
foreach ([new Session(), new Timing()] as $middleware) {
    $handle = static fn (Request $request): array => $middleware->process($request, $handle);
}

$sizes = 0;
for ($round = 0; $round < 8000; $round++) {
    $events = [
        ['method' => 'GET', 'rawPath' => "/articles/caf%C3%A9-$round/3", 'rawQueryString' => 'a[]=1&a[]=2&q=x+y',
            'headers' => ['Host' => 'example.org', 'Cookie' => "sid=$round; theme=dark", 'Accept' => 'text/html']],
        ['method' => 'POST', 'rawPath' => '/articles', 'headers' => ['Content-Type' => 'application/json'],
            'body' => json_encode(['title' => "Título $round", 'email' => $round % 3 ? "u$round@example.org" : 'none'])],
        ['method' => 'GET', 'rawPath' => '/nowhere', 'headers' => []],
    ];
    foreach ($events as $event) {
        try {
            $response = $handle(Request::fromEvent($event));
        } catch (OutOfBoundsException $exception) {
            $response = ['status' => 404, 'body' => $exception->getMessage() . $exception->getTraceAsString()];
        }
        $sizes += strlen(json_encode(['isBase64Encoded' => false] + $response));
    }
}
echo $sizes, "\n";
