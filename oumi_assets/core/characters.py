"""Characters that names may not hold and terminals are not sent."""

from __future__ import annotations

CONTROL_CATEGORIES = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Unicode's categories of characters that move a cursor, turn a line around or are not seen at all."""

JOINERS = "\u200c\u200d"
"""Two of category Cf that do none of this: words of some languages and many emoji are written with them."""
