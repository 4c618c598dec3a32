"""The dataset card: where a dataset came from, what was left out and why, and how to load it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

import yaml

from oumi_assets.core.characters import shown
from oumi_assets.core.errors import PLATFORM_TITLES
from oumi_assets.imports.recorded import Recorded
from oumi_assets.imports.workspace import UNITS
from oumi_assets.oumi_rules import EXPLAINED, OUMI_VERSION
from oumi_assets.storage.keys import folder_name
from oumi_assets.storage.manifest import Counts

CARD_FILE = "README.md"

_TEMPLATE = """\
---
{{ front_matter | safe }}---

# {{ name }}

A Conversation dataset made of a {{ platform }} trace export: OpenAI wire messages, tools and
tool calls intact, one conversation a trace.

| | |
|---|---|
| source file | {{ source.file }} |
| size | {{ source.size }} bytes |
{% if source.blake3 -%}
| BLAKE3 (`b3sum`) | {{ source.blake3 }} |
{% endif -%}
| imported | {{ created }} |
| import | {{ key }} |
| source platform | {{ platform }} ({{ "detected" if settings.source_platform == "auto" else "declared" }}) |
| prefix deduplication | {{ "on" if settings.deduplicate else "off" }} |

## Funnel

| stage | in | out | dropped | unit |
|---|---:|---:|---:|---|
{% for stage, counts in funnel.items() -%}
| {{ stage }} | {{ counts.incoming }} | {{ counts.outgoing }} | {{ counts.total_dropped }} | {{ units[stage] | safe }} |
{% endfor %}
{% if reasons -%}
## What was left out

| stage | reason | count |
|---|---|---:|
{% for stage, reason, count in reasons -%}
| {{ stage }} | {{ reason }} | {{ count }} |
{% endfor %}
Everything left out lies in `<stage>/{{ folder | safe }}/dropped.parquet` of the storage;
{{ command | safe }} lists it.
{%- else -%}
Nothing was left out.
{%- endif %}

{% if refusals -%}
## With the oumi package

Oumi {{ oumi_version }} is stricter than OpenAI's wire form. It refuses these rows as they are:

| reason | rows | what it is |
|---|---:|---|
{% for reason, count in refusals.items() -%}
| {{ reason }} | {{ count }} | {{ explained[reason] | safe }} |
{% endfor %}
{% endif -%}
## Load it

In the folder of this card (copy it first when it lies in a bucket):

```python
import json

import polars as pl

with open("conversations.jsonl", encoding="utf-8") as file:
    conversations = [json.loads(line) for line in file]   # conversation_id, messages, tools (if any), metadata
table = pl.read_parquet("dataset.parquet")                # the same rows; messages, tools and source_raw as JSON text
```

Do not let a data frame guess the types of `conversations.jsonl`: from rows without tools it concludes that none has any.
The `datasets` library's `load_dataset` takes the path of this folder and gives that table.

To train on it, give your trainer `messages` and `tools` and leave `metadata` out. In tool calls, `arguments` is JSON
text, and beside them `content` may be null, as OpenAI's API has it. The chat templates of many models want objects and
texts there: some fail, others quote the JSON a second time or write "None" into what the model learns. For those:

```python
from contextlib import suppress

for conversation in conversations:
    for message in conversation["messages"]:
        message["content"] = message["content"] or ""
        for call in message.get("tool_calls", []):
            with suppress(ValueError):   # arguments that broke off are no JSON
                call["function"]["arguments"] = json.loads(call["function"]["arguments"])
```

`metadata.source_raw` holds every row of the trace, byte for byte and in the order of the export, as a JSON array. A strict
parser may refuse what a platform wrote into it: NaN, control characters, half of a surrogate pair, numbers of thousands of
digits.
"""


def render_card(recorded: Recorded, funnel: Mapping[str, Counts], refusals: Mapping[str, int]) -> str:
    """Markdown with YAML front matter; names from users are escaped, nothing of a trace is in it.

    `refusals` counts the rows that the oumi package does not read, by reason.
    """
    # Here, because loading it costs every process of the platform a tenth of a second, and few write a card.
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    environment.finalize = _for_markdown
    return environment.from_string(_TEMPLATE).render(
        front_matter=_front_matter(recorded),
        name=recorded.settings.dataset_name,
        platform=PLATFORM_TITLES[recorded.platform.name],
        source=recorded.source,
        settings=recorded.settings,
        created=recorded.created,
        key=recorded.key,
        folder=folder_name(recorded.key),
        command=_code(f"oumi-assets show {shlex.quote(recorded.key)} 100 --dropped"),
        funnel=funnel,
        units=UNITS,
        refusals=refusals,
        explained=EXPLAINED,
        oumi_version=OUMI_VERSION,
        reasons=[(stage, reason, count) for stage, counts in funnel.items() for reason, count in counts.dropped.items()],
    )


def _front_matter(recorded: Recorded) -> str:
    return yaml.safe_dump(
        {
            "pretty_name": recorded.settings.dataset_name,
            "tags": ["conversations", f"source:{recorded.platform.name}"],
            "configs": [{"config_name": "default", "data_files": "dataset.parquet"}],
        },
        allow_unicode=True,
        sort_keys=False,
    )


def _code(text: str) -> str:
    """A code span. Nothing can be escaped in one: its fence is longer than any backticks inside."""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence} {text} {fence}" if "`" in text else f"{fence}{text}{fence}"


_MARKDOWN = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]#|!~"})


def _for_markdown(value: object) -> object:
    """A number with its thousands apart; a name on one line, Markdown's own characters and unprintable ones escaped."""
    if type(value) is int:
        return f"{value:,}"
    # Not `isinstance`: what the template marks as safe is text of a class of its own.
    if type(value) is str:
        return shown(" ".join(value.split())).translate(_MARKDOWN)
    return value
