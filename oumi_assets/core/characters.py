"""Characters that names may not hold and terminals are not sent, and how a name that holds some is shown."""

from __future__ import annotations

CONTROL_CATEGORIES = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Unicode's categories of characters that move a cursor, turn a line around or are not seen at all."""

JOINERS = "\u200c\u200d"
"""Two of category Cf that do none of this: words of some languages and many emoji are written with them."""


def shown(name: str) -> str:
    """A name for messages and pages: unprintable characters (control, bidi, lone surrogates) as escapes, but no joiner."""
    if name.isprintable():
        return name
    return "".join(c if c.isprintable() or c in JOINERS else c.encode("unicode_escape").decode() for c in name)
