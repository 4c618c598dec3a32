"""Google GenAI and Gemini: `contents` of `parts`, role `model`, calls that may have no ids.

Input: `{contents, system_instruction, tools | config}` in snake_case (Python, ADK) or camelCase (REST, JavaScript), or
LangSmith's `wrap_gemini`: `{messages, config}` whose content lists hold `function_call` and `function_response`.
Output: `{candidates: [{content}]}`, a list of these, one content, or the OpenAI-like message of `wrap_gemini`.
Source of the format: google-genai `types.Content`, `types.Part`; `langsmith.wrappers._gemini`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Draft, Reply, Request, ToolCallDraft
from oumi_assets.shapes.base import Shape, as_list, first_list
from oumi_assets.shapes.blocks import block_drafts, has_block, with_system
from oumi_assets.shapes.google_turns import history, joined, streamed
from oumi_assets.wire.tools import definitions_of, wire_tools

_WRAPPED = frozenset({"function_call", "function_response"})
_SIGNATURES = frozenset({"thought_signature", "thoughtSignature"})
_SYSTEM = ("system_instruction", "systemInstruction")
_DECLARATIONS = ("function_declarations", "functionDeclarations")
_PART_KEYS = (
    ("text", "text"),
    ("function_call", "functionCall"),
    ("function_response", "functionResponse"),
    ("inline_data", "inlineData"),
    ("file_data", "fileData"),
    ("executable_code", "executableCode"),
    ("code_execution_result", "codeExecutionResult"),
)


def request(value: Any) -> Request | None:
    """Contents or messages, the system instruction before them, and the function declarations."""
    if not isinstance(value, dict):
        return None
    contents = _contents(value.get("contents"))
    config = value.get("config")
    if not isinstance(config, dict):
        config = _config_elsewhere(value) if contents else {}
    if not contents and config and not value.get("system"):
        contents = first_list(value, "messages")
    if not contents:
        return None
    system = _either(value, *_SYSTEM) or _either(config, *_SYSTEM)
    return Request(with_system(_system(system), contents), _tools(value, config))


def _config_elsewhere(value: dict[str, Any]) -> dict[str, Any]:
    """The configuration that a traced function was given under a name of its own: LangSmith takes `config` for itself."""
    given = [inner for inner in value.values() if isinstance(inner, dict) and any(key in inner for key in _SYSTEM)]
    return given[0] if len(given) == 1 else {}


def _tools(value: dict[str, Any], config: dict[str, Any]) -> list[Any]:
    """The definitions beside the contents or, where one of these lacks its schema, the one of that name in the config.

    People log a tool without its list, and its declarations without the tool.
    OpenInference's instrumentation of ADK names the tools once more, without what they take.
    """
    named = definitions_of(value.get("tools")) or first_list(value, *_DECLARATIONS)
    sent = definitions_of(config.get("tools"))
    if not named or not sent:
        return named or sent
    described = {tool["function"]["name"]: tool for tool in wire_tools(sent)}
    logged = ((tool, tool["function"]) for tool in wire_tools(named))
    return [tool if "parameters" in said else described.get(said["name"], tool) for tool, said in logged]


def _contents(value: Any) -> list[Any]:
    """A text is the user's; so are texts and parts that stand in the place of a content."""
    return joined(
        [
            item if isinstance(item, dict) and "parts" in item else {"role": "user", "parts": [item]}
            for item in as_list(value)
        ]
    )


def _system(value: Any) -> Any:
    """A text, a content, or parts."""
    if isinstance(value, dict):
        value = value.get("parts") or [value]
    if isinstance(value, list):
        return [part if isinstance(part, str) else _said(part) for part in value]
    return value


def reply(value: Any) -> Reply | None:
    """The first candidate's content, of all pieces of a stream; no candidate (a blocked prompt) is no reply."""
    if isinstance(value, list):
        turns = streamed(value)
        return None if turns is None else Reply(turns)
    if not isinstance(value, dict):
        return None
    candidates = value.get("candidates")
    answer: Any = value
    if isinstance(candidates, list):
        answer = candidates[0] if candidates else None
    content = answer.get("content") if isinstance(answer, dict) else None
    if isinstance(content, dict) and (isinstance(candidates, list) or "parts" in content):
        said = {**content, "role": "model", "parts": content.get("parts") or []}
        return Reply([said], history=history(value, content))
    return Reply([]) if isinstance(candidates, list) else None


def message(value: Any) -> list[Draft] | None:
    """A content of Google parts, or a message of `wrap_gemini` whose content holds calls or results."""
    if not isinstance(value, dict):
        return None
    parts, role = _speaking(value.get("parts")), value.get("role") or "user"
    if not isinstance(role, str):
        return None
    if isinstance(parts, list) and "content" not in value and all(_is_part(part) for part in parts):
        return block_drafts(role, [part if isinstance(part, str) else _said(part) for part in parts], _call, _result)
    if has_block(value.get("content"), _WRAPPED) and not value.get("tool_calls"):
        return block_drafts(role, value["content"], _call, _result)
    return None


def _speaking(parts: Any) -> Any:
    """The parts without empty ones and those that hold nothing but a thought's signature."""
    if not isinstance(parts, list):
        return parts
    return [part for part in parts if not isinstance(part, dict) or part.keys() - _SIGNATURES]


def _is_part(part: Any) -> bool:
    """A text, or an object without `type` that holds one of Google's parts."""
    if isinstance(part, dict) and "type" not in part:
        return any(_either(part, *keys) is not None for keys in _PART_KEYS)
    return isinstance(part, str)


def _said(part: Any) -> Any:
    """The part as a block with a `type`: text, thought, media, or under its own name."""
    if not _is_part(part):
        return part
    kind, found = next((keys[0], _either(part, *keys)) for keys in _PART_KEYS if _either(part, *keys) is not None)
    if kind == "text":
        return {"type": "thinking", "thinking": found} if part.get("thought") else {"type": "text", "text": found}
    if kind in ("inline_data", "file_data") and isinstance(found, dict):
        return {"type": "media", **found}
    return {"type": kind, kind: found}


def _call(block: dict[str, Any]) -> ToolCallDraft | None:
    call = block.get("function_call")
    if block.get("type") != "function_call" or not isinstance(call, dict):
        return None
    return ToolCallDraft(name=call.get("name"), arguments=_either(call, "args", "arguments"), id=call.get("id"))


def _result(block: dict[str, Any]) -> Draft | None:
    result = block.get("function_response")
    if block.get("type") != "function_response" or not isinstance(result, dict):
        return None
    return Draft(role="tool", content=result.get("response"), tool_call_id=result.get("id"), name=result.get("name"))


def _either(value: dict[str, Any], *keys: str) -> Any:
    """The first of the keys whose value is not null: both spellings are written, and unset fields as nulls."""
    return next((value[key] for key in keys if value.get(key) is not None), None)


SHAPE = Shape("google", request=request, reply=reply, message=message)
