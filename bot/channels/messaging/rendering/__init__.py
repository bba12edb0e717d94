"""Turns of docs/contract.md as messages of messaging platforms; docs/channels.md shows them.

`turn.py` cleans a payload, `parts.py` says what of it goes into which message, `split.py` cuts a
text to what a platform takes, and `tap_codes.py` makes the buttons. The `render.py` of a platform
puts them together: a payload in, the bodies of that platform's own messages out, in the order in
which they are to be sent, without addressee and token. Nothing here sends, remembers or imports
Rasa. The messages go to the platforms' own APIs and never through Rasa's output channels, which
would split them at blank lines: here a blank line is only a blank line.
"""
