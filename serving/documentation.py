"""The page at /docs: the OpenAPI document for people, without a script and without any other host."""

from html import escape
from typing import Any

import orjson

from serving.problems import KINDS, SORTS

HEADERS = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"}

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#1c2330;background:#fff}
h2{margin-top:2.5rem;border-top:1px solid #d5dae3;padding-top:1rem}h2 b{color:#0b5cad;margin-right:.5rem}
code,pre{font:14px/1.45 ui-monospace,monospace;background:#f3f5f8;border-radius:4px}code{padding:.1em .3em}
pre{padding:1rem;overflow:auto}td,th{text-align:left;vertical-align:top;padding:.3rem 1rem .3rem 0}
@media(prefers-color-scheme:dark){body{color:#e4e8ef;background:#14181f}code,pre{background:#1f2630}h2{border-color:#333c4a}
h2 b{color:#7db8f5}}
"""


def page(document: dict[str, Any]) -> str:
    """The HTML page of an OpenAPI document: each route with its body, answers and an example."""
    operations = [(path, method, operation) for path, of in document["paths"].items() for method, operation in of.items()]
    routes = "".join(_route(*named, document) for named in operations)
    kinds = "".join(f"<tr id={kind.anchor}><td>{status}<td>{escape(kind.title)}<td>{escape(kind.remedy)}" for status, kind in SORTS)
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{escape(document['info']['title'])}</title><style>{_STYLE}</style><h1>{escape(document['info']['title'])}</h1>"
        f"{_paragraphs(document['info']['description'])}<p>The same for programs: <a href=/openapi.json>/openapi.json</a>{routes}"
        f"<h2>Problems</h2><p>Every error is <code>application/problem+json</code> (RFC 9457).<table>{kinds}</table></html>"
    )


def _route(path: str, method: str, operation: dict[str, Any], document: dict[str, Any]) -> str:
    parts = [f"<h2><b>{escape(method.upper())}</b>{escape(path)}</h2><p>{escape(operation['summary'])}."]
    for parameter in operation.get("parameters", []):
        default = orjson.dumps(parameter["schema"].get("default")).decode()
        parts.append(f"<p>Parameter <code>{escape(parameter['name'])}</code>, default <code>{escape(default)}</code>.")
    if body := operation.get("requestBody"):
        parts.append(f"<p>Takes:{_example(body['content'], document)}")
    done = next(status for status in operation["responses"] if status.startswith("2"))
    answer = operation["responses"][done]["content"]
    parts.append(f"<p>Answers:{_example(answer, document)}" if "application/json" in answer else "")
    refusals = ", ".join(f"<a href=#{KINDS[int(status)].anchor}>{status}</a>" for status in operation["responses"] if status != done)
    parts.append(f"<p>Refusals: {refusals}." if refusals else "")
    return "".join(parts)


def _example(content: dict[str, Any], document: dict[str, Any]) -> str:
    reference = content["application/json"]["schema"].get("$ref")
    if reference is None:
        return " a JSON object."
    return f"<pre>{escape(_pretty(_made(reference, document)))}</pre>"


def _made(reference: str, document: dict[str, Any]) -> Any:
    """The example of a named schema; a schema of one list shows that list with one row."""
    schema = document["components"]["schemas"][reference.rsplit("/", 1)[-1]]
    if "example" in schema:
        return schema["example"]
    return {name: [_made(of["items"]["$ref"], document)] for name, of in schema["properties"].items() if of.get("type") == "array"}


def _pretty(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(part)}" for part in text.split("\n\n"))
