"""Turns of docs/contract.md as messages of messaging platforms; docs/channels.md shows them.

One module per platform, each with `render(payload)`: a turn's payload in, the bodies of that
platform's own messages out, in the order in which they are to be sent, without addressee and
token. Nothing here sends, remembers or imports Rasa. The messages go to the platforms' own APIs and
never through Rasa's output channels, which would split them at blank lines: here a blank line is
only a blank line.

`actions` says what a tap on a button brings back and how to read it.
"""
