"""The page that shows what was measured."""
