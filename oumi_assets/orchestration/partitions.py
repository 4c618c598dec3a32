"""One import is one partition."""

import dagster as dg

IMPORTS = "imports"

imports_partitions = dg.DynamicPartitionsDefinition(name=IMPORTS)
