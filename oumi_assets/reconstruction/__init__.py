"""From a trace's model calls to its one conversation: reading calls, choosing one, saying why there is none."""
