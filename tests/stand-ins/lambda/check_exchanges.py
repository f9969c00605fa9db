"""Checks recorded requests and responses of Lambda's API (JSON on stdin) against botocore's model of the service.

Prints each fault as one line. The model and the validators are AWS's own; this script only parses HTTP.
"""

import base64
import json
import re
import sys
from urllib.parse import unquote, urlsplit

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from botocore.validate import ParamValidator

MODEL = ServiceModel(Loader().load_service_model("lambda", "service-2"), "lambda")


def convert(value, shape, place, faults):
    """Converts JSON for botocore's validators, with blobs as bytes. Unknown members are faults."""
    if shape.type_name == "structure" and isinstance(value, dict):
        names = {member.serialization.get("name", name): (name, member) for name, member in shape.members.items()}
        faults += [f"{place} has the unknown member {key}" for key in value if key not in names]
        return {
            names[key][0]: convert(inner, names[key][1], f"{place}.{key}", faults)
            for key, inner in value.items()
            if key in names
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [convert(inner, shape.member, f"{place}[]", faults) for inner in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: convert(inner, shape.value, f"{place}.{key}", faults) for key, inner in value.items()}
    if shape.type_name == "blob" and isinstance(value, str):
        return base64.b64decode(value, validate=True)
    return value


def constraints(value, shape, place):
    """Checks patterns, choices and maxima, which botocore leaves to the service."""
    if shape.type_name == "structure" and isinstance(value, dict):
        for name, inner in value.items():
            if name in shape.members:
                yield from constraints(inner, shape.members[name], f"{place}.{name}")
    elif shape.type_name == "list" and isinstance(value, list):
        for inner in value:
            yield from constraints(inner, shape.member, f"{place}[]")
    rules = shape.metadata
    if isinstance(value, str):
        if "enum" in rules and value not in rules["enum"]:
            yield f"{place} is {value}, which is not one of the choices"
        if "pattern" in rules and re.fullmatch(rules["pattern"], value) is None:
            yield f"{place} is {value}, which does not match {rules['pattern']}"
    size = value if isinstance(value, int) else len(value) if isinstance(value, (str, list, dict, bytes)) else 0
    if "max" in rules and size > rules["max"]:
        yield f"{place} is larger than {rules['max']}"


def parse_request(request, operation, faults):
    http, shape = operation.http, operation.input_shape
    if request["method"] != http["method"]:
        faults.append(f"the method is {request['method']}")
    template = re.sub(r"\{(\w+)\+?\}", r"(?P<\1>[^/]+)", http["requestUri"].split("?")[0])
    path = re.fullmatch(template.rstrip("/") + "/?", urlsplit(request["path"]).path)
    if path is None:
        faults.append(f"the path is {request['path']}")
        return {}
    body = base64.b64decode(request["body"])
    payload = shape.serialization.get("payload")
    params, in_body = {}, json.loads(body) if body and payload is None else {}
    for name, member in shape.members.items():
        key = member.serialization.get("name", name)
        location = member.serialization.get("location")
        if location == "uri":
            value = unquote(path[key])
            params[name] = int(value) if member.type_name in ("integer", "long") else value
        elif location == "header" and key.lower() in request["headers"]:
            params[name] = request["headers"][key.lower()]
        elif name == payload:
            params[name] = body
    return params | convert(in_body, shape, "body", faults)


def check(exchange):
    faults = []
    operation = MODEL.operation_model(exchange["operation"])
    params = parse_request(exchange["request"], operation, faults)
    shape = operation.input_shape
    report = ParamValidator().validate(params, shape)
    if report.has_errors():
        faults.append(report.generate_report())
    faults += constraints(params, shape, "request")

    response = exchange["response"]
    body = base64.b64decode(response["body"])
    parsed = create_parser("rest-json").parse(
        {"status_code": response["status"], "headers": response["headers"], "body": body}, operation.output_shape
    )
    if response["status"] >= 300:
        known = [shape.name for shape in operation.error_shapes]
        if parsed["Error"]["Code"] not in known:
            faults.append(f"the error {parsed['Error']['Code']} is not one of {', '.join(known)}")
        return faults
    output = operation.output_shape
    members = {} if output is None else output.members
    # If the status is a member of the answer, several values are valid.
    is_free = any(member.serialization.get("location") == "statusCode" for member in members.values())
    if not is_free and response["status"] != operation.http.get("responseCode", 200):
        faults.append(f"the status is {response['status']}")
    if output is not None and output.serialization.get("payload") is None:
        answered = convert(json.loads(body or "{}"), output, "answer", faults)
        report = ParamValidator().validate(answered, output)
        if report.has_errors():
            faults.append(report.generate_report())
        faults += constraints(answered, output, "answer")
    return faults


for exchange in json.load(sys.stdin):
    for fault in check(exchange):
        print(f"{exchange['operation']}: {fault}")
