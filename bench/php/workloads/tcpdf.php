<?php

declare(strict_types=1);

// TCPDF: lays out and compresses a PDF with tables and text.

require 'tcpdf/tcpdf.php';

$pdf = new TCPDF();
$pdf->setFont('helvetica', '', 10);
$pages = 0;
for ($page = 0; $page < 24; $page++) {
    $pdf->AddPage();
    $rows = '';
    for ($row = 0; $row < 22; $row++) {
        $rows .= "<tr><td width=\"20%\">$row</td><td><b>Item</b> <i>$page</i> of many</td><td align=\"right\">" . $row * 3.5 . '</td></tr>';
    }
    $pdf->writeHTML("<h2>Invoice $page</h2><table border=\"1\" cellpadding=\"2\">$rows</table>");
    $pdf->MultiCell(0, 4, str_repeat("Terms and conditions of page $page apply. ", 12));
    $pages = $pdf->getNumPages();
}
$pdf->Output('', 'S');
echo $pages, "\n";
