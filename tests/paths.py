"""Where the test data lies."""

from pathlib import Path

FIXTURES = Path(__file__).parent / "fixtures"
