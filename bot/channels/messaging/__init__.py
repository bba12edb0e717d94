"""Messaging platforms: the way of a message from a webhook to an answer.

A webhook is read with a limit, checked (`Platform.verify_signature`) and parsed
(`Platform.parse_webhook`) by its platform. Each message in it is taken once, waits behind what its
conversation asked before, and is answered after the webhook was (`dispatcher.py`). What Rasa says
goes to the platform's own API (`Platform.send_message`), rendered by the platform's `render.py`.

To add a platform, write a folder with a class that satisfies `platform.Platform` and a `SPEC`
(`settings.Spec`: its environment variables, and the class), and put that into the table of
`registry.py`, and its variables into docs/channels.md. `telegram/` is an example. A platform never
logs, remembers, orders, limits or retries: the others do.
"""
