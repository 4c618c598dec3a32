"""`python -m oumi_assets` is `oumi-assets`."""

from oumi_assets.cli import main

main()
