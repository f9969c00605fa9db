<?php

declare(strict_types=1);

// Symfony's HttpKernel: sends requests through a router, events, argument resolvers and controllers.

require 'Symfony/Component/HttpKernel/autoload.php';
require 'Symfony/Component/Routing/autoload.php';

use Symfony\Component\EventDispatcher\EventDispatcher;
use Symfony\Component\HttpFoundation\{Cookie, JsonResponse, Request, RequestStack, Response};
use Symfony\Component\HttpKernel\Controller\{ArgumentResolver, ControllerResolver};
use Symfony\Component\HttpKernel\Event\ResponseEvent;
use Symfony\Component\HttpKernel\EventListener\{ResponseListener, RouterListener};
use Symfony\Component\HttpKernel\{HttpKernel, KernelEvents};
use Symfony\Component\Routing\Generator\UrlGenerator;
use Symfony\Component\Routing\Matcher\UrlMatcher;
use Symfony\Component\Routing\{RequestContext, Route, RouteCollection};

$routes = new RouteCollection();
for ($i = 0; $i < 60; $i++) {
    $routes->add("list$i", new Route("/section$i/{page<\d+>?1}", [
        '_controller' => static fn (Request $request, int $page): Response => new JsonResponse(
            ['page' => $page, 'query' => $request->query->all(), 'accepts' => $request->getAcceptableContentTypes()],
        ),
    ], methods: ['GET']));
    $routes->add("item$i", new Route("/section$i/item/{slug<[a-z-]+>}.{_format}", [
        '_format' => 'html',
        '_controller' => static function (string $slug, Request $request): Response {
            $response = new Response('<h1>' . htmlspecialchars($slug) . '</h1>' . $request->getClientIp());
            $response->setEtag(md5($slug))->setPublic()->setMaxAge(60);
            $response->headers->setCookie(Cookie::create('seen', $slug));

            return $response;
        },
    ]));
}
$context = new RequestContext();
$stack = new RequestStack();
$dispatcher = new EventDispatcher();
$dispatcher->addSubscriber(new RouterListener(new UrlMatcher($routes, $context), $stack, $context));
$dispatcher->addSubscriber(new ResponseListener('UTF-8'));
$dispatcher->addListener(KernelEvents::RESPONSE, static fn (ResponseEvent $event) => $event->getResponse()->headers->set('X-Trace', '1'));
$kernel = new HttpKernel($dispatcher, new ControllerResolver(), $stack, new ArgumentResolver());
$generator = new UrlGenerator($routes, $context);

$bytes = 0;
for ($i = 0; $i < 9000; $i++) {
    $section = $i * 7 % 60;
    $path = $i % 2 === 0
        ? $generator->generate("list$section", ['page' => $i % 90 + 1, 'sort' => ['by' => 'name', 'up' => $i]])
        : $generator->generate("item$section", ['slug' => 'a-thing', '_format' => 'xml']);
    $request = Request::create($path, 'GET', [], ['session' => "s$i"], [], [
        'HTTP_ACCEPT' => 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8',
        'REMOTE_ADDR' => '192.0.2.' . $i % 250,
    ]);
    $response = $kernel->handle($request);
    $bytes += strlen((string) $response);
    $kernel->terminate($request, $response);
}
echo $bytes, "\n";
