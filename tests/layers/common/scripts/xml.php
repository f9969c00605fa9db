<?php

declare(strict_types=1);

require __DIR__ . '/_check.php';

$xml = '<shop><item price="2">tea</item><item price="3">caf&#233;</item></shop>';

$document = new DOMDocument();
$document->loadXML($xml);
same('café', (new DOMXPath($document))->evaluate('string(//item[@price > 2])'), 'XPath');
ensure((new DOMDocument())->loadHTML('<p>HTML</p>'), 'DOM reads HTML');
same('tea', (string) simplexml_load_string($xml)->item[0], 'SimpleXML');

$reader = XMLReader::XML($xml);
$names = [];
while ($reader->read()) {
    $names[] = $reader->name;
}
same(2, count(array_keys($names, '#text', true)), 'XMLReader');

$writer = new XMLWriter();
$writer->openMemory();
$writer->writeElement('a', 'é & b');
same('<a>é &amp; b</a>', $writer->outputMemory(), 'XMLWriter');

$parser = xml_parser_create();
same(1, xml_parse($parser, $xml, true), 'the SAX parser');

$stylesheet = new DOMDocument();
$stylesheet->loadXML(<<<'XSL'
    <xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
        xmlns:math="http://exslt.org/math" exclude-result-prefixes="math">
      <xsl:output method="text"/>
      <xsl:template match="/"><xsl:value-of select="math:max(//@price)"/></xsl:template>
    </xsl:stylesheet>
    XSL);
$processor = new XSLTProcessor();
$processor->importStylesheet($stylesheet);
same('3', $processor->transformToXml($document), 'XSLT with EXSLT');

libxml_use_internal_errors(true);
simplexml_load_string('<open>');
same(LIBXML_ERR_FATAL, libxml_get_last_error()->level, 'errors of libxml');

// A call with client and server in this process, without a network.
$server = new SoapServer(null, ['uri' => 'urn:test']);
$server->addFunction('strrev');
$client = new class (null, ['location' => 'urn:test', 'uri' => 'urn:test']) extends SoapClient {
    public SoapServer $server;

    public function __doRequest(
        string $request,
        string $location,
        string $action,
        int $version,
        bool $oneWay = false,
        ?string $uriParserClass = null,
    ): ?string {
        ob_start();
        $this->server->handle($request);

        return (string) ob_get_clean();
    }
};
$client->server = $server;
same('cba', @$client->__soapCall('strrev', ['abc']), 'SOAP');
