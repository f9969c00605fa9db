<?php

http_response_code(201);
echo json_encode($_POST) . ' a=b&c';
